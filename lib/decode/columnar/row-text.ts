import { ColumnFault } from './column-fault.ts'
import { createOut, type Out, replaceLineFeeds } from './text-content.ts'

/** The rows of a table as text: a line each, cells separated by tabs. What is written is taken out by `take`. */
export type RowText = {
  readonly out: Out
  /** Begins a cell of at most `bytes` (below 1,000), written to `out.buffer` from `out.at` on. */
  cell(bytes: number): void
  /** A cell of any length as it is, its line feeds replaced. */
  bytesCell(bytes: Uint8Array, from: number, length: number): void
  asciiCell(text: string): void
  endRow(): void
  /** Whether there is something that `take` takes without `all`. */
  isFull(): boolean
  /** Full buffers so far; with `all` what is left as well. Each is the caller's own, but the last one of `all`. */
  take(all: boolean): Uint8Array[]
}

/** `most`: bytes that may be waiting to be taken. @throws ColumnFault beyond it */
export function rowText(most: number): RowText {
  const out = createOut()
  const { buffer } = out
  let full: Uint8Array[] = []
  let waiting = 0
  let isFirst = true

  function seal(): void {
    waiting += out.at
    if (waiting > most) throw new ColumnFault('limit', `expected at most ${most} bytes of text in one record`)
    full.push(Buffer.from(buffer.subarray(0, out.at)))
    out.at = 0
  }

  function begin(bytes: number): void {
    if (buffer.length - out.at < bytes + 2) seal()
    if (!isFirst) buffer[out.at++] = 9
    isFirst = false
  }

  return {
    out,
    cell: begin,
    bytesCell(bytes, from, length) {
      begin(0)
      const end = from + length
      while (from < end) {
        if (out.at === buffer.length) seal()
        const part = Math.min(end - from, buffer.length - out.at)
        if (part < 32)
          for (let at = 0; at < part; at++) {
            const byte = bytes[from + at]!
            buffer[out.at + at] = byte === 10 ? 13 : byte
          }
        else {
          buffer.set(bytes.subarray(from, from + part), out.at)
          replaceLineFeeds(buffer, out.at, out.at + part)
        }
        out.at += part
        from += part
      }
    },
    asciiCell(text) {
      begin(text.length)
      out.at += buffer.write(text, out.at, 'latin1')
    },
    endRow() {
      if (out.at === buffer.length) seal()
      buffer[out.at++] = 10
      isFirst = true
    },
    isFull: () => full.length > 0,
    take(all) {
      const taken = full
      full = []
      waiting = 0
      if (all && out.at > 0) {
        taken.push(buffer.subarray(0, out.at))
        out.at = 0
      }
      return taken
    },
  }
}
