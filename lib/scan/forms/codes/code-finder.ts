import { noValue } from '../../finders/code-values.ts'
import { createRuns, type Runs } from '../../finders/collect-runs.ts'
import type { FormFinder, FormTools, Region } from '../form.ts'
import { collectRunsIn } from '../long-runs.ts'
import { listOf, type SpotList } from '../spots.ts'
import { codeLine, createCodeLines } from './code-lines.ts'
import { createStreaks } from './code-streaks.ts'
import { codeTextOf, inText, isWorth, textLengthOf } from './code-text.ts'
import { leastIn } from './met-by-chance.ts'
import { createPassing } from './text-over-ends.ts'
import { createToldLengths, leadBytes } from './told-lengths.ts'

/**
 * An encoding of bytes as characters of `bits` bits each. `values`: what each character stands for, `noValue` for all others.
 * Where a run of them begins, the beginning may be something else (`\n`, a path), so it is read from every place where a
 * byte may begin: as many as `phases`, each a character later.
 */
export type Code = {
  readonly name: SpotList & ('hex' | 'base64')
  readonly bits: 4 | 6
  readonly phases: 2 | 4
  readonly values: Uint8Array
}

/** A shorter run is not looked at: it would be any word. */
const shortestRun = 12

/** Characters of `bits` bits each that stand for so much text. */
export function shortestRunOf(bits: number, tools: Pick<FormTools, 'shortest'>): number {
  return Math.max(shortestRun, Math.ceil((textLengthOf(tools) * 8) / bits))
}

/** Characters of base64, at least, that what is written in them has: text, or a UUID in 16 bytes. */
export function shortestBase64Of(tools: Pick<FormTools, 'shortest' | 'index'>): number {
  const hasUuids = tools.index.shapes.some(({ shape }) => shape === 'uuid')
  return Math.min(shortestRunOf(6, tools), hasUuids ? uuidCharacters : Infinity)
}

/** Characters of 16 bytes, without the two signs of padding behind them (RFC 4648, sections 4 and 5). */
export const uuidCharacters = 22

/** Bytes for each place of text, at least, where they are looked at one by one: where nearly all is text, looking at whole runs is faster. */
const sparse = { hex: 20, base64: 48 }

/** Finds what is written in a code, wherever it begins, also when it is broken into lines of some length. */
export function createCodeFinder(code: Code, tools: FormTools): FormFinder {
  const { name, bits, phases, values } = code
  const alphabet = values.map((value) => (value === noValue ? 0 : 1))
  const { side } = tools
  const wanted = textLengthOf(tools)
  const shortest = shortestRunOf(bits, tools)
  /** What goes on in the next line may be shorter. */
  const least = Math.min(shortest, codeLine)
  /** Bytes from one that is looked at to the next: text that is long enough holds it and the two before. */
  const stride = 3 * Math.floor((wanted - 2) / 3)
  let runs: Runs | undefined
  /** Also a region of no bytes needs some. */
  let room = -1
  const lines = createCodeLines(code, side)
  const told = createToldLengths(tools)
  const text = codeTextOf(tools)
  /** Of each phase, where those bytes end that were looked at. */
  const reached = new Int32Array(phases)
  const passOver = createPassing({ bits, phases, values, wanted, shortest })
  const lookAtStreaks = createStreaks({ bits, values, wanted, shortest, told, text }, side)

  function reserve(capacity: number): void {
    if (room >= capacity) return
    room = capacity
    runs = createRuns(capacity, least)
    lines.reserve(capacity)
  }

  /** Looks at all bytes of the lines. */
  function lookAt(phase: number): void {
    const total = lines.beginAt(phase)
    told.begin(lines.byteAt)
    /** Nothing that begins before this is undecided. */
    let decided = 0
    // One of every few bytes, since that is where the time goes, and those before it where it may be text.
    for (let probe = stride - 1; ; ) {
      probe = lines.textFrom(probe, stride)
      if (probe >= total) break
      const start = lines.textBefore(probe, decided)
      const end = lines.textBehind(probe)
      decided = end + 1
      if (end - start >= wanted) push(start, end)
      probe += stride * Math.max(1, Math.ceil((decided - probe) / stride))
    }
    // What is left behind the last probe is shorter than what is looked for.
  }

  /** Looks for text that goes over a line end. */
  function lookAtEnds(phase: number): void {
    lines.beginAt(phase)
    told.begin(lines.byteAt)
    let decided = 0
    for (let line = 1; line < lines.lineCount; line++) {
      const middle = lines.firstByteOf(line)
      if (middle < decided || !isTextAt(middle)) continue
      let start = middle
      while (start > decided && isTextAt(start - 1)) start--
      let end = middle + 1
      while (isTextAt(end)) end++
      decided = end + 1
      if (end - start >= wanted) push(start, end)
    }
  }

  /** Looks for text from the places [from, to) on, which are in the lines, as long as bytes are below 0x80. */
  function lookFrom(places: Int32Array, from: number, to: number): void {
    reached.fill(0)
    for (let at = from; at < to; at++) {
      const character = lines.characterAt(places[at]!)
      const phase = character % phases
      let start = ((character - phase) * bits) / 8
      if (start < reached[phase]!) continue
      lines.beginAt(phase)
      told.begin(lines.byteAt)
      while (isTextAt(start - 1)) start--
      let end = start
      for (let byte = 0; byte >= 0 && byte < 0x80; end++) {
        byte = lines.byteAt(end)
        if (byte !== -1 && inText[byte] === 1) continue
        if (end - start >= wanted) push(start, end)
        start = end + 1
      }
      reached[phase] = end
    }
  }

  function isTextAt(index: number): boolean {
    const byte = lines.byteAt(index)
    return byte !== -1 && inText[byte] === 1
  }

  function push(start: number, end: number): void {
    const isAll = bits === 6 && lines.byteAt(start - 1) === -1 && lines.byteAt(end) === -1
    if (!isAll && !isWorth(text, lines.bytes, start, end)) return
    lines.push(start, end, leastIn(end - start, isAll))
    told.reserve(end - start).set(lines.bytes.subarray(start, end), leadBytes)
    told.look(start, end, pushTold)
  }

  function pushTold(start: number, end: number): void {
    lines.push(start, end, 0)
  }

  function look(how: (phase: number) => void): void {
    for (let phase = 0; phase < phases; phase++) how(phase)
  }

  /** Runs as a whole, with the lines that they go on in. `places`: where text begins in a line alone, if that is known. */
  function lookAtRuns(region: Region, places: Int32Array | undefined): void {
    // What is in one line alone has a place.
    const needsEach = places === undefined
    reserve(region.to)
    collectRunsIn(runs!, region, places && 'runs', alphabet, least)
    const { count, starts, ends } = runs!
    /** Lines that end before this were looked at together. */
    let done = 0
    /** The first place that is not before the lines. */
    let place = 0
    for (let run = 0; run < count; run++) {
      const start = starts[run]!
      const end = ends[run]!
      if (!needsEach && start < done) continue
      if (!needsEach) {
        while (place < places.length && places[place]! < start) place++
        const passed = passOver(region, start, end)
        if (passed === end || (passed !== -1 && !(places[place]! < passed))) {
          done = passed
          continue
        }
      }
      lines.begin(region.bytes, start, end)
      if (needsEach && end - start >= shortest) look(lookAt)
      if (start < done) continue
      done = lines.goOn(region, start, end)
      // Lines may be one text or a text each.
      if (done === end) continue
      // What is in a last line that is shorter than a run has no place.
      if (needsEach || lines.lastLine < shortest) {
        look(lookAt)
        continue
      }
      look(lookAtEnds)
      const first = place
      while (place < places.length && places[place]! < done) place++
      lookFrom(places, first, place)
    }
  }

  return (region, report) => {
    const some = listOf(region, name)
    const places = some !== undefined && some.length * sparse[name] > region.to ? undefined : some
    const whole = places === undefined ? undefined : listOf(region, 'runs')
    if (places?.length === 0 && whole?.length === 0) return
    side.target(report, name)
    if (places !== undefined) lookAtStreaks(region, places)
    if (whole?.length !== 0) lookAtRuns(region, places)
    side.flush()
  }
}
