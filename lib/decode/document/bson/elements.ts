/** An element of a BSON document: its type, its name at `nameAt` to before the zero byte, and its value. */
export type BsonElement = { type: number; nameAt: number; nameEnd: number; at: number; size: number }

export const bsonType = {
  double: 0x01,
  string: 0x02,
  document: 0x03,
  array: 0x04,
  binary: 0x05,
  objectId: 0x07,
  boolean: 0x08,
  date: 0x09,
  regex: 0x0b,
  pointer: 0x0c,
  code: 0x0d,
  symbol: 0x0e,
  codeWithScope: 0x0f,
  int32: 0x10,
  timestamp: 0x11,
  int64: 0x12,
  decimal: 0x13,
} as const

/** Sizes of values that do not say theirs: undefined, null, least and greatest key have none. */
const fixedSizes: Record<number, number> = {
  ...{ 1: 8, 6: 0, 7: 12, 8: 1, 9: 8, 10: 0, 16: 4, 17: 8, 18: 8, 19: 16, 127: 0, 255: 0 },
}

/** No document is longer: 16 MiB and what a server adds to it. */
export const mostDocument = 2 ** 24 + 2 ** 16
export const leastDocument = 5

/**
 * The elements of the document at `at`, which `bytes` may end before; absent where it is not one. `isWhole`: all of it is there.
 */
export function bsonElements(
  bytes: Buffer,
  at = 0,
): { elements: BsonElement[]; isWhole: boolean; end: number } | undefined {
  if (at + leastDocument > bytes.length) return undefined
  const end = at + bytes.readInt32LE(at)
  if (end < at + leastDocument || end > at + mostDocument) return undefined
  const elements: BsonElement[] = []
  let next = at + 4
  while (next < bytes.length && next < end) {
    const type = bytes[next]!
    if (type === 0) return next === end - 1 ? { elements, isWhole: true, end } : undefined
    if (!isType(type)) return undefined
    const nameEnd = bytes.indexOf(0, next + 1)
    if (nameEnd === -1) return end > bytes.length ? { elements, isWhole: false, end } : undefined
    const valueAt = nameEnd + 1
    const size = sizeOf(bytes, type, valueAt)
    if (size === 'cut') return end > bytes.length ? { elements, isWhole: false, end } : undefined
    if (size === undefined || valueAt + size >= end) return undefined
    elements.push({ type, nameAt: next + 1, nameEnd, at: valueAt, size })
    next = valueAt + size
  }
  return end > bytes.length ? { elements, isWhole: false, end } : undefined
}

function isType(type: number): boolean {
  return (type >= 0x01 && type <= 0x13) || type === 0x7f || type === 0xff
}

/** How long a value is; `cut`: its size is not there any more. */
function sizeOf(bytes: Buffer, type: number, at: number): number | 'cut' | undefined {
  const fixed = fixedSizes[type]
  if (fixed !== undefined) return fixed
  if (type === bsonType.regex) {
    const first = bytes.indexOf(0, at)
    const second = first === -1 ? -1 : bytes.indexOf(0, first + 1)
    return second === -1 ? 'cut' : second + 1 - at
  }
  if (at + 4 > bytes.length) return 'cut'
  const length = bytes.readInt32LE(at)
  switch (type) {
    case bsonType.document:
    case bsonType.array:
      return length >= leastDocument ? length : undefined
    case bsonType.codeWithScope:
      return length >= 14 ? length : undefined
    case bsonType.binary:
      return length >= 0 ? length + 5 : undefined
    case bsonType.pointer:
      return length >= 1 ? length + 16 : undefined
    default:
      return length >= 1 ? length + 4 : undefined
  }
}
