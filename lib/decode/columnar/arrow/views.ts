import type { ByteValues } from '../byte-values.ts'
import { corrupt } from '../column-fault.ts'
import { unread } from './flat-tables.ts'

export const viewBytes = 16
const mostInline = 12

/** Values of views: of a view its length, and values from one to before another one. `unnamed`: bytes of a buffer that are of no value, once all were read, but for zeros. */
export type Views = {
  length(index: number): number
  values(from: number, to: number): ByteValues
  unnamed(buffer: number): Iterable<Uint8Array>
}

/**
 * The values that `views` name: of up to twelve bytes, which are there, or of more, of which the first four are there, and all are in one of `buffers`
 * (Columnar.rst, "Variable-size Binary View Layout").
 */
export function viewsOf(views: Uint8Array, buffers: readonly Uint8Array[]): Views {
  const view = new DataView(views.buffer, views.byteOffset, views.byteLength)
  const named = buffers.map(({ length }) => new Uint8Array(length))

  /** A long value. */
  function find(values: ByteValues, at: number): void {
    const buffer = buffers[view.getInt32(at + 8, true)]
    const from = view.getInt32(at + 12, true)
    if (buffer === undefined || from < 0 || values.length > buffer.length - from)
      throw corrupt('arrow: expected a view of what is there')
    for (let index = 0; index < 4; index++)
      if (buffer[from + index] !== views[at + 4 + index])
        throw corrupt('arrow: expected a view that begins as its value does')
    named[view.getInt32(at + 8, true)]!.fill(1, from, from + values.length)
    values.bytes = buffer
    values.from = from
  }

  function valuesIn(from: number, to: number): ByteValues {
    let at = (from - 1) * viewBytes
    const values: ByteValues = {
      count: to - from,
      bytes: views,
      from: 0,
      length: 0,
      next() {
        at += viewBytes
        const length = view.getInt32(at, true)
        if (length < 0) throw corrupt('arrow: expected a view of a length')
        values.length = length
        if (length > mostInline) return find(values, at)
        for (let index = length; index < mostInline; index++)
          if (views[at + 4 + index] !== 0) throw corrupt('arrow: expected zeros behind a short value')
        values.bytes = views
        values.from = at + 4
      },
    }
    return values
  }

  return {
    length: (index) => view.getInt32(index * viewBytes, true),
    values: valuesIn,
    *unnamed(buffer) {
      for (const { from, to } of unread(named[buffer]!)) {
        const part = buffers[buffer]!.subarray(from, to)
        if (part.some((byte) => byte !== 0)) yield part
      }
    },
  }
}
