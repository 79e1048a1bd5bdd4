import type { Region, Report } from './form.ts'

/**
 * Pieces of decoded text, each with where its bytes came from, collected until it is worth searching them. What is
 * searched is one region in which the pieces stand apart.
 */
export type Side = {
  /** Begins a piece. Searches those before when there are many. */
  open(): void
  /** Appends one byte that the source bytes [start, end) stand for. What begins with it and is shorter than `least` is not reported. */
  push(byte: number, start: number, end: number, least?: number): void
  /** Appends the bytes [from, to) of the source as they are. */
  copy(bytes: Uint8Array, from: number, to: number): void
  /** The same with the last bytes before a cut: nothing that ends in them is reported, since it may go on behind it. */
  copyUndecided(bytes: Uint8Array, from: number, to: number): void
  /**
   * Appends the bytes [from, to) of what was decoded, of which the first is at `source`. Each is the first of two bytes there in UTF-16, and two
   * in hexadecimal digits; three are in four in base64, each in two of them, and the first is the one at this place of three. What
   * begins in them and is shorter than `least` is not reported.
   */
  decoded(bytes: Uint8Array, from: number, to: number, source: number, of: DecodedOf, least?: number): void
  /** Searches what is there and forgets it. */
  flush(): void
  /** Where to report, in the source, and under which name. */
  target(report: Report, form: string): void
}

type DecodedOf = 'utf-16' | 'hex' | number

/** Reports in the side's own bytes, with the names of forms inside, or `''`. */
export type Search = (region: Region, report: Report) => void

const enough = 8 * 1024
/** Between pieces: belongs to no alphabet and to no form. */
const separator = 0xff
/** Shorter ones are copied faster byte by byte. */
const shortCopy = 24

export function createSide(search: Search): Side {
  let bytes = new Uint8Array(2 * enough)
  let buffer = Buffer.from(bytes.buffer)
  let length = 0
  /** From which byte on segment by segment is what: copied or decoded from `sources` on, or one byte for all up to `ends`. */
  let firsts = new Int32Array(1024)
  let sources = new Int32Array(1024)
  let ends = new Int32Array(1024)
  /** What begins in a segment and is shorter is not reported. */
  let leasts = new Int32Array(1024)
  let segments = 0
  let report: Report = () => {}
  let form = ''

  function reserve(more: number): void {
    if (length + more > bytes.length) {
      const grown = new Uint8Array(2 * (length + more))
      grown.set(bytes.subarray(0, length))
      bytes = grown
      buffer = Buffer.from(bytes.buffer)
    }
    if (segments === firsts.length)
      [firsts, sources, ends, leasts] = [doubled(firsts), doubled(sources), doubled(ends), doubled(leasts)]
  }

  /** The segment that holds byte `at`. */
  function segmentOf(at: number): number {
    let low = 0
    let high = segments - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (firsts[middle]! <= at) low = middle
      else high = middle - 1
    }
    return low
  }

  function found(ordinal: number, start: number, end: number, inner: string): void {
    const [first, last] = [segmentOf(start), segmentOf(end - 1)]
    if (ends[last] === undecided || end - start < leasts[first]!) return
    const from = sources[first]! + charactersBefore(ends[first]!, start - firsts[first]!)
    const lastFrom = sources[last]! + charactersBefore(ends[last]!, end - 1 - firsts[last]!)
    const to = ends[last]! >= 0 ? ends[last]! : lastFrom + (ends[last]! <= inHex ? 2 : 1)
    report(ordinal, from, to, inner === '' ? form : `${form} ${inner}`)
  }

  function append(source: Uint8Array, from: number, to: number, least = 0): void {
    reserve(to - from)
    firsts[segments] = length
    leasts[segments] = least
    if (to - from > shortCopy) bytes.set(source.subarray(from, to), length)
    else for (let at = from; at < to; at++) bytes[length + at - from] = source[at]!
    length += to - from
  }

  function copy(source: Uint8Array, from: number, to: number, kind: number): void {
    if (from === to) return
    append(source, from, to)
    sources[segments] = from
    ends[segments++] = kind
  }

  function flush(): void {
    if (length === 0) return
    const to = length
    length = 0
    search({ bytes, buffer, to }, found)
    segments = 0
  }

  return {
    open() {
      if (length > enough) flush()
      reserve(1)
      if (length > 0) bytes[length++] = separator
    },
    push(byte, start, end, least = 0) {
      reserve(1)
      firsts[segments] = length
      leasts[segments] = least
      sources[segments] = start
      ends[segments++] = end
      bytes[length++] = byte
    },
    copy: (source, from, to) => copy(source, from, to, copied),
    copyUndecided: (source, from, to) => copy(source, from, to, undecided),
    decoded(source, from, to, first, of, least) {
      append(source, from, to, least)
      sources[segments] = first
      ends[segments++] = of === 'utf-16' ? inUtf16 : of === 'hex' ? inHex : inBase64 - of
    },
    flush,
    target(to, name) {
      report = to
      form = name
    },
  }
}

/** Instead of an end: what a segment is; of one in base64, the place of its first byte less. */
const copied = -1
const undecided = -2
const inUtf16 = -3
const inHex = -4
const inBase64 = -5

/** Bytes of the source, from the first byte of a segment, that stand before byte `at` of it. */
function charactersBefore(kind: number, at: number): number {
  if (kind === copied || kind === undecided) return at
  if (kind === inUtf16 || kind === inHex) return 2 * at
  if (kind > copied) return 0
  const place = inBase64 - kind
  return 4 * Math.floor((place + at) / 3) + ((place + at) % 3) - place
}

const doubled = (array: Int32Array<ArrayBuffer>) => {
  const grown = new Int32Array(2 * array.length)
  grown.set(array)
  return grown
}
