import { mostNumbers, type TiffValue } from './tiff.ts'

/** Numbers of a value as texts; fractions as `72/1`. Absent: its type has none, or there are too many bytes. */
export function numbersOf({ type, count, bytes }: TiffValue, isLittle: boolean): string[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const read: Readonly<Record<number, (index: number) => number | string>> = {
    1: (index) => view.getUint8(index),
    3: (index) => view.getUint16(2 * index, isLittle),
    4: (index) => view.getUint32(4 * index, isLittle),
    5: (index) => `${view.getUint32(8 * index, isLittle)}/${view.getUint32(8 * index + 4, isLittle)}`,
    6: (index) => view.getInt8(index),
    7: (index) => view.getUint8(index),
    8: (index) => view.getInt16(2 * index, isLittle),
    9: (index) => view.getInt32(4 * index, isLittle),
    10: (index) => `${view.getInt32(8 * index, isLittle)}/${view.getInt32(8 * index + 4, isLittle)}`,
    11: (index) => view.getFloat32(4 * index, isLittle),
    12: (index) => view.getFloat64(8 * index, isLittle),
    13: (index) => view.getUint32(4 * index, isLittle),
    16: (index) => String(view.getBigUint64(8 * index, isLittle)),
    17: (index) => String(view.getBigInt64(8 * index, isLittle)),
  }
  const one = count <= mostNumbers ? read[type] : undefined
  return one && Array.from({ length: count }, (_, index) => String(one(index)))
}
