import { collectRuns, createRuns, type Runs } from '../collect-runs.ts'
import type { FormFinder, FormTools, Region } from './form.ts'

/**
 * An encoding of bytes as characters of `bits` bits each. `values`: what each character stands for, `none` for all others.
 * Where a run of them begins, the beginning may be something else (`\n`, a path), so it is read from every place where a
 * byte may begin: as many as `phases`, each a character later.
 */
export type Code = { readonly name: string; readonly bits: 4 | 6; readonly phases: 2 | 4; readonly values: Uint8Array }

export const none = 255

/** A shorter run is not looked at: it would be any word. */
const shortestRun = 12
/** A line of an encoding that is broken into lines has at least so many characters before its end. */
const codeLine = 32
const mostIndent = 16

/** What text consists of, also as UTF-16: a run of other bytes holds no identifier and no form of one. */
const inText = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x20 && byte < 0x7f) || byte === 0 || byte === 9 || byte === 10 || byte === 13 ? 1 : 0,
)

/** Finds what is written in a code, wherever it begins, also when it is broken into lines of some length. */
export function createCodeFinder({ name, bits, phases, values }: Code, tools: FormTools): FormFinder {
  const alphabet = values.map((value) => (value === none ? 0 : 1))
  const { side } = tools
  /** Bytes of text that are worth looking at: a number in scientific notation may be two shorter. */
  const wanted = Math.max(3, tools.shortest - 2)
  const shortest = Math.max(shortestRun, Math.ceil((wanted * 8) / bits))
  let runs: Runs | undefined
  /** The characters of one run, of all its lines: their values and where they are. */
  let codes = new Uint8Array(0)
  let places = new Int32Array(0)
  let count = 0

  function reserve(capacity: number): void {
    if (runs !== undefined && codes.length >= capacity) return
    runs = createRuns(capacity, shortest)
    codes = new Uint8Array(capacity)
    places = new Int32Array(capacity)
  }

  function take(bytes: Uint8Array, from: number, to: number): number {
    let at = from
    for (; at < to; at++) {
      const value = values[bytes[at]!]!
      if (value === none) break
      codes[count] = value
      places[count] = at
      count++
    }
    return at
  }

  /** Takes the lines that a run [start, end) goes on in, which was taken; returns where the last one ends. */
  function takeLines({ bytes, to }: Region, start: number, end: number): number {
    let [line, last] = [start, end]
    while (last - line >= codeLine) {
      const next = nextLine(bytes, last, to)
      if (next === -1 || alphabet[bytes[next]!] === 0) break
      line = next
      last = take(bytes, line, to)
    }
    return last
  }

  function look(): void {
    for (let phase = 0; phase < phases; phase++) lookAt(phase)
  }

  /** The byte that begins at character `at`. */
  const hexAt = (at: number) => (codes[at]! << 4) | codes[at + 1]!
  /** The byte number `index` of those that begin at `phase`. */
  function base64At(phase: number, index: number): number {
    const place = index % 3
    const at = phase + (4 * (index - place)) / 3 + place
    return ((codes[at]! << (2 + 2 * place)) | (codes[at + 1]! >> (4 - 2 * place))) & 0xff
  }
  const byteAt = bits === 4 ? (phase: number, index: number) => hexAt(phase + 2 * index) : base64At
  const firstOf =
    bits === 4
      ? (phase: number, index: number) => phase + 2 * index
      : (phase: number, index: number) => phase + 4 * Math.floor(index / 3) + (index % 3)

  function lookAt(phase: number): void {
    const total = Math.floor(((count - phase) * bits) / 8)
    /** Nothing that begins before this is undecided. */
    let known = 0
    for (let probe = wanted - 1; probe < total; ) {
      if (inText[byteAt(phase, probe)] === 0) {
        known = probe + 1
        probe += wanted
        continue
      }
      let start = probe
      while (start > known && inText[byteAt(phase, start - 1)] === 1) start--
      let end = probe + 1
      if (start + wanted > end) while (end < start + wanted && end < total && inText[byteAt(phase, end)] === 1) end++
      if (end - start < wanted) {
        // It ends at `end`, which is no text or behind the last byte.
        known = end + 1
        probe = end + wanted
        continue
      }
      while (end < total && inText[byteAt(phase, end)] === 1) end++
      side.open(end - start)
      for (let index = start; index < end; index++) {
        const at = firstOf(phase, index)
        side.push(byteAt(phase, index), places[at]!, places[at + 1]! + 1)
      }
      known = end + 1
      probe = end + wanted
    }
  }

  return (region, report) => {
    reserve(region.to)
    side.target(report, name)
    collectRuns(runs!, region.bytes, 0, region.to, true, alphabet, shortest)
    const { count: most, starts } = runs!
    /** Lines that end before this were looked at together. */
    let done = 0
    for (let run = 0; run < most; run++) {
      const start = starts[run]!
      count = 0
      const end = take(region.bytes, start, region.to)
      look()
      if (start < done) continue
      done = takeLines(region, start, end)
      // Lines may be one text or a text each.
      if (done > end) look()
    }
    side.flush()
  }
}

/** Where the line begins that follows a line end at `at`, behind its indentation; -1: none ends there. */
function nextLine(bytes: Uint8Array, at: number, to: number): number {
  let next = at
  if (next < to && bytes[next] === 0x0d) next++
  if (next >= to || bytes[next] !== 0x0a) return -1
  next++
  for (const first = next; next < to && next - first < mostIndent; next++)
    if (bytes[next] !== 0x20 && bytes[next] !== 0x09) break
  return next < to ? next : -1
}
