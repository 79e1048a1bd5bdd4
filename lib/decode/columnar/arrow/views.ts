import type { ByteValues } from '../byte-values.ts'
import { corrupt } from '../column-fault.ts'

const viewBytes = 16
const mostInline = 12

/** Values of views. `unnamed`: which bytes of a buffer are of no value, once all were read. */
export type Views = { readonly values: ByteValues; unnamed(buffer: number): { from: number; to: number }[] }

/**
 * The values that `views` name: of up to twelve bytes, which are there, or of more, of which the first four are there, and all are in one of `buffers`
 * (Columnar.rst, "Variable-size Binary View Layout").
 */
export function viewsOf(views: Uint8Array, count: number, buffers: readonly Uint8Array[]): Views {
  const view = new DataView(views.buffer, views.byteOffset, views.byteLength)
  const named = buffers.map(({ length }) => new Uint8Array(length))
  /** Where what is named without a gap ends, in each buffer: values mostly stand there in their order. */
  let at = -viewBytes

  function nextLong(length: number): void {
    const buffer = buffers[view.getInt32(at + 8, true)]
    const from = view.getInt32(at + 12, true)
    if (buffer === undefined || from < 0 || length > buffer.length - from)
      throw corrupt('arrow: expected a view of what is there')
    for (let index = 0; index < 4; index++)
      if (buffer[from + index] !== views[at + 4 + index])
        throw corrupt('arrow: expected a view that begins as its value does')
    named[view.getInt32(at + 8, true)]!.fill(1, from, from + length)
    values.bytes = buffer
    values.from = from
    values.length = length
  }

  const values: ByteValues = {
    count,
    bytes: views,
    from: 0,
    length: 0,
    next() {
      at += viewBytes
      const length = view.getInt32(at, true)
      if (length < 0) throw corrupt('arrow: expected a view of a length')
      if (length > mostInline) return nextLong(length)
      for (let index = length; index < mostInline; index++)
        if (views[at + 4 + index] !== 0) throw corrupt('arrow: expected zeros behind a short value')
      values.bytes = views
      values.from = at + 4
      values.length = length
    },
  }

  return {
    values,
    unnamed(buffer) {
      const marks = named[buffer]!
      const found: { from: number; to: number }[] = []
      for (let from = marks.indexOf(0); from >= 0; ) {
        const end = marks.indexOf(1, from)
        const to = end < 0 ? marks.length : end
        if (buffers[buffer]!.subarray(from, to).some((byte) => byte !== 0)) found.push({ from, to })
        from = end < 0 ? end : marks.indexOf(0, end)
      }
      return found
    },
  }
}
