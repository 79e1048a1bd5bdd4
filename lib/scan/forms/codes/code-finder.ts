import { noValue } from '../../finders/code-values.ts'
import { createRuns, type Runs } from '../../finders/collect-runs.ts'
import type { FormFinder, FormTools, Region } from '../form.ts'
import { behindLineEnd } from '../line-end.ts'
import { collectRunsIn } from '../long-runs.ts'
import { listOf, type SpotList } from '../spots.ts'
import { createStreaks } from './code-streaks.ts'
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
/** A line of an encoding that is broken into lines has at least so many characters before its end. */
const codeLine = 32
const mostIndent = 16

/** What text consists of, also as UTF-16: a run of other bytes holds no identifier and no form of one. */
const inText = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x20 && byte < 0x7f) || byte === 0 || byte === 9 || byte === 10 || byte === 13 ? 1 : 0,
)

/** Bytes of text that are worth looking at: a number in scientific notation may be two shorter. */
export function textLengthOf({ shortest }: Pick<FormTools, 'shortest'>): number {
  return Math.max(3, shortest - 2)
}

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

/** Bytes for each place of text, at least, where they are looked at one by one: long numbers are such places of hexadecimal digits, and short. */
const sparse = { hex: 64, base64: 256 }

/** Finds what is written in a code, wherever it begins, also when it is broken into lines of some length. */
export function createCodeFinder({ name, bits, phases, values }: Code, tools: FormTools): FormFinder {
  const alphabet = values.map((value) => (value === noValue ? 0 : 1))
  const { side } = tools
  const wanted = textLengthOf(tools)
  const shortest = shortestRunOf(bits, tools)
  /** What goes on in the next line may be shorter. */
  const least = Math.min(shortest, codeLine)
  /** A run that is long enough holds three bytes of which the first begins at a whole number of strides. */
  const holdsThree = wanted >= 5
  /** Bytes from one that is looked at to the next. */
  const stride = Math.max(3, 3 * Math.floor((holdsThree ? wanted - 2 : wanted) / 3))
  let runs: Runs | undefined
  /** The values of the characters of one run, of all its lines, and of each line which one it begins with, and where that is. */
  let codes = new Uint8Array(0)
  let count = 0
  const lines: { first: number; source: number }[] = []
  /** The bytes that begin at the phase that is looked at, of all of it, and how many they are. */
  let decoded = new Uint8Array(0)
  let current = 0
  let known = 0
  const told = createToldLengths(tools)

  function reserve(capacity: number): void {
    if (runs !== undefined && codes.length >= capacity) return
    runs = createRuns(capacity, least)
    codes = new Uint8Array(capacity)
    decoded = new Uint8Array(capacity)
  }

  /** Takes a line, the characters [from, to), all of them of the code. */
  function take(bytes: Uint8Array, from: number, to: number): void {
    lines.push({ first: count, source: from })
    const first = count - from
    for (let at = from; at < to; at++) codes[first + at] = values[bytes[at]!]!
    count += to - from
  }

  /** Takes the lines that a run [start, end) goes on in, which was taken; returns where the last one ends. */
  function takeLines({ bytes, to }: Region, start: number, end: number): number {
    let [line, last] = [start, end]
    while (last - line >= codeLine) {
      const next = nextLine(bytes, last, to)
      if (next === -1 || alphabet[bytes[next]!] === 0) break
      line = last = next
      while (last < to && alphabet[bytes[last]!] === 1) last++
      take(bytes, line, last)
    }
    return last
  }

  function decode(phase: number): void {
    const [from, to] = [codes, decoded]
    const total = Math.floor(((count - phase) * bits) / 8)
    current = phase
    known = total
    if (bits === 4) {
      for (let index = 0, at = phase; index < total; index++, at += 2) to[index] = (from[at]! << 4) | from[at + 1]!
      return
    }
    // The last three may be more than there are.
    for (let index = 0, at = phase; index < total; index += 3, at += 4) {
      const [second, third] = [from[at + 1]!, from[at + 2]!]
      to[index] = (from[at]! << 2) | (second >> 4)
      to[index + 1] = (second << 4) | (third >> 2)
      to[index + 2] = (third << 6) | from[at + 3]!
    }
  }

  function lookAt(phase: number): void {
    decode(phase)
    told.begin(byteAt)
    const [bytes, total] = [decoded, known]
    /** Nothing that begins before this is undecided. */
    let decided = 0
    for (let probe = stride - 1; probe < total; probe += stride) {
      // One of every few bytes, since that is where the time goes, and those before it where it may be text.
      if (inText[bytes[probe]!] === 0) continue
      if (holdsThree && (inText[bytes[probe - 1]!] === 0 || inText[bytes[probe - 2]!] === 0)) continue
      let start = probe
      while (start > decided && inText[bytes[start - 1]!] === 1) start--
      let end = probe + 1
      while (end < total && inText[bytes[end]!] === 1) end++
      decided = end + 1
      if (end - start >= wanted) pushAll(start, end)
      while (probe + stride < decided) probe += stride
    }
    // What is left behind the last probe is shorter than what is looked for.
  }

  /** The first of the two characters that byte `index` is in. */
  const characterOf = (index: number) => current + (bits === 4 ? 2 * index : 4 * Math.floor(index / 3) + (index % 3))

  /** How many bytes are in characters before this one alone. */
  function bytesBefore(character: number): number {
    const characters = character - current
    return bits === 4 ? characters >> 1 : 3 * (characters >> 2) + Math.max(0, (characters & 3) - 1)
  }

  function push(start: number, end: number): void {
    side.open()
    let line = lineOf(characterOf(start))
    for (let index = start; index < end; line++) {
      const { first, source } = lines[line]!
      const next = lines[line + 1]
      const to = next === undefined ? end : Math.min(end, bytesBefore(next.first))
      const from = source + characterOf(index) - first
      if (to > index) side.decoded(decoded, index, to, from, bits === 4 ? 'hex' : index % 3)
      index = Math.max(index, to)
      // One has a character in this line and the other one in the next.
      if (next !== undefined && index < end && characterOf(index) < next.first)
        side.push(decoded[index]!, source + characterOf(index++) - first, next.source + 1)
    }
  }

  function lineOf(character: number): number {
    let line = lines.length - 1
    while (lines[line]!.first > character) line--
    return line
  }

  function pushAll(start: number, end: number): void {
    push(start, end)
    told.reserve(end - start).set(decoded.subarray(start, end), leadBytes)
    told.look(start, end, push)
  }

  const byteAt = (index: number) => (index < 0 || index >= known ? -1 : decoded[index]!)

  function look(): void {
    for (let phase = 0; phase < phases; phase++) lookAt(phase)
  }

  const lookAtStreaks = createStreaks({ bits, values, inText, wanted, shortest, told }, side)

  return (region, report) => {
    const some = listOf(region, name)
    // Where nearly all is text, looking at whole runs is faster.
    const places = some !== undefined && some.length * sparse[name] > region.to ? undefined : some
    const whole = places === undefined ? undefined : listOf(region, 'runs')
    if (places?.length === 0 && whole?.length === 0) return
    side.target(report, name)
    if (places !== undefined) lookAtStreaks(region, places)
    if (whole?.length !== 0) lookAtRuns(region, places === undefined ? undefined : 'runs')
    side.flush()
  }

  /** Runs as a whole, with the lines that they go on in. */
  function lookAtRuns(region: Region, list: SpotList | undefined): void {
    // Where places are known, what is in one line alone has one, unless text is too short for a whole group.
    const needsEach = list === undefined || (bits === 6 && !holdsThree)
    reserve(region.to)
    collectRunsIn(runs!, region, list, alphabet, least)
    const { count: most, starts, ends } = runs!
    /** Lines that end before this were looked at together. */
    let done = 0
    for (let run = 0; run < most; run++) {
      const start = starts[run]!
      const end = ends[run]!
      if (!needsEach && start < done) continue
      count = 0
      lines.length = 0
      take(region.bytes, start, end)
      if (needsEach && end - start >= shortest) look()
      if (start < done) continue
      done = takeLines(region, start, end)
      // Lines may be one text or a text each.
      if (done > end) look()
    }
  }
}

/**
 * Where the line begins that follows a line end at `at`, behind its indentation; -1: noValue ends there.  */
function nextLine(bytes: Uint8Array, at: number, to: number): number {
  let next = behindLineEnd(bytes, at, to)
  if (next === at) return -1
  for (const first = next; next < to && next - first < mostIndent; next++)
    if (bytes[next] !== 0x20 && bytes[next] !== 0x09) break
  return next < to ? next : -1
}
