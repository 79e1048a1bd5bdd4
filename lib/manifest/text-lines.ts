import type { Sink } from '../decode/sink.ts'

/** A line that is longer is not text that anybody wrote; it is not collected in memory. */
export const maxLineBytes = 2 ** 20

/**
 * Cuts UTF-8 text into lines at LF or CR LF, numbered from 1. A line beyond 1 MiB is given as `undefined`. What follows
 * the last line end is a line only if it is not empty.
 */
export function textLines(onLine: (text: string | undefined, line: number) => void): Sink {
  let line = 0
  let carried: Uint8Array[] = []
  let carriedBytes = 0

  function emit(text: string): void {
    line += 1
    // A UTF-16 unit takes at most three bytes in UTF-8.
    const tooLong = text.length > maxLineBytes / 3 && Buffer.byteLength(text) > maxLineBytes
    onLine(tooLong ? undefined : text.endsWith('\r') ? text.slice(0, -1) : text, line)
  }

  /** The carried beginning of a line, completed by `bytes`. */
  function complete(bytes: Uint8Array): void {
    if (carriedBytes + bytes.length > maxLineBytes) {
      line += 1
      onLine(undefined, line)
    } else emit(Buffer.concat([...carried, bytes]).toString())
    carried = []
    carriedBytes = 0
  }

  return {
    write(bytes) {
      let from = 0
      if (carriedBytes > 0) {
        const end = bytes.indexOf(0x0a)
        if (end >= 0) {
          complete(bytes.subarray(0, end))
          from = end + 1
        }
      }
      const last = bytes.lastIndexOf(0x0a)
      if (last >= from) {
        const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, last - from).toString()
        for (const part of text.split('\n')) emit(part)
        from = last + 1
      }
      if (from < bytes.length) {
        if (carriedBytes <= maxLineBytes) carried.push(Buffer.from(bytes.subarray(from)))
        carriedBytes += bytes.length - from
      }
    },
    end() {
      if (carriedBytes > 0) complete(new Uint8Array(0))
    },
  }
}
