import type { Region, Report } from './form.ts'

/**
 * Pieces of decoded text, each with where its bytes came from, collected until it is worth searching them. What is
 * searched is one region in which the pieces stand apart.
 */
export type Side = {
  /** Begins a piece; `most`: bytes that it may have. Searches those before when there are many. */
  open(most: number): void
  /** Appends one byte that the source bytes [start, end) stand for. */
  push(byte: number, start: number, end: number): void
  /** Appends the bytes [from, to) of the source as they are. */
  copy(bytes: Uint8Array, from: number, to: number): void
  /** Searches what is there and forgets it. */
  flush(): void
  /** Where to report, in the source, and under which name. */
  target(report: Report, form: string): void
}

/** Reports in the side's own bytes, with the names of forms inside, or `''`. */
export type Search = (region: Region, report: Report) => void

const enough = 8 * 1024
/** Between pieces: belongs to no alphabet and to no form. */
const separator = 0xff

export function createSide(search: Search): Side {
  let bytes = new Uint8Array(0)
  let buffer = Buffer.from(bytes.buffer)
  let starts = new Int32Array(0)
  let ends = new Int32Array(0)
  let length = 0
  let report: Report = () => {}
  let form = ''

  function grow(capacity: number): void {
    const [oldBytes, oldStarts, oldEnds] = [bytes, starts, ends]
    bytes = new Uint8Array(capacity)
    buffer = Buffer.from(bytes.buffer)
    starts = new Int32Array(capacity)
    ends = new Int32Array(capacity)
    bytes.set(oldBytes)
    starts.set(oldStarts)
    ends.set(oldEnds)
  }

  const found: Report = (ordinal, start, end, inner) =>
    report(ordinal, starts[start]!, ends[end - 1]!, inner === '' ? form : `${form} ${inner}`)

  function flush(): void {
    if (length === 0) return
    const to = length
    length = 0
    search({ bytes, buffer, to }, found)
  }

  return {
    open(most) {
      if (length > enough) flush()
      if (length + most + 1 > bytes.length) grow(2 * (length + most + 1) + enough)
      if (length > 0) bytes[length++] = separator
    },
    push(byte, start, end) {
      bytes[length] = byte
      starts[length] = start
      ends[length] = end
      length++
    },
    copy(source, from, to) {
      for (let at = from; at < to; at++) {
        bytes[length] = source[at]!
        starts[length] = at
        ends[length] = at + 1
        length++
      }
    },
    flush,
    target(to, name) {
      report = to
      form = name
    },
  }
}
