import type { ByteValues } from '../byte-values.ts'
import { corrupt } from '../column-fault.ts'
import { exactLong } from './flat-tables.ts'

/** Places in what is behind them, in ascending order: value `index` begins at its own and ends at the next one. */
export type Offsets = { readonly count: number; at(index: number): number }

/** `count` values of 4 or 8 bytes. */
export function placesOf(bytes: Uint8Array, width: 4 | 8, count: number): (index: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, count * width)
  return width === 4 ? (index) => view.getInt32(index * 4, true) : (index) => exactLong(view, index * 8)
}

/** `count`: of values, so that there is one place more. Without values there may be none. @throws ColumnFault */
export function offsetsOf(bytes: Uint8Array, width: 4 | 8, count: number): Offsets {
  if (bytes.length === 0) return { count: 0, at: () => 0 }
  const at = placesOf(bytes, width, count + 1)
  let last = 0
  for (let index = 0; index <= count; index++) {
    const place = at(index)
    if (place < last) throw corrupt('arrow: expected places in ascending order')
    last = place
  }
  return { count, at }
}

/** The values from one to before another one, of which `bytes` has all. */
export function valuesBetween(offsets: Offsets, from: number, to: number, bytes: Uint8Array): ByteValues {
  const base = offsets.at(from)
  let index = from
  let next = base
  const values: ByteValues = {
    count: to - from,
    bytes,
    from: 0,
    length: 0,
    next() {
      values.from = next - base
      index += 1
      next = offsets.at(index)
      values.length = next - base - values.from
    },
  }
  return values
}

/** Says of each item, in order, whether it is the first one of a list; `edge`: where lists begin or end, in ascending order. */
export function firstsAt(edges: number, edge: (index: number) => number): () => boolean {
  let item = -1
  let next = 0
  return () => {
    item += 1
    while (next < edges && edge(next) < item) next += 1
    return item === 0 || (next < edges && edge(next) === item)
  }
}
