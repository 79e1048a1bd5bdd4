import { int64Text } from '../number-text.ts'

/** An element of a packed list: bytes, or a whole number in decimal digits. */
export type Element = Uint8Array | string

/** The elements of a listpack (Redis, listpack.md); absent where it contradicts itself. */
export function listpackElements(bytes: Uint8Array): Element[] | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < 7 || buffer.readUInt32LE(0) !== bytes.length || bytes.at(-1) !== 0xff) return undefined
  const elements: Element[] = []
  const end = bytes.length - 1
  for (let at = 6; at < end; ) {
    const found = listpackElement(buffer, at)
    if (found === undefined || found.end > end) return undefined
    const back = found.end - at
    const backLength = back < 128 ? 1 : back < 16_384 ? 2 : back < 2_097_152 ? 3 : back < 268_435_456 ? 4 : 5
    for (let index = 0; index < backLength; index++) {
      const byte = buffer[found.end + backLength - 1 - index]
      const wanted = (Math.floor(back / 128 ** index) % 128) | (index + 1 < backLength ? 0x80 : 0)
      if (byte !== wanted) return undefined
    }
    elements.push(found.value)
    at = found.end + backLength
    if (at > end) return undefined
  }
  const count = buffer.readUInt16LE(4)
  return count === 0xffff || count === elements.length ? elements : undefined
}

type Found = { value: Element; end: number }

function listpackElement(bytes: Buffer, at: number): Found | undefined {
  const first = bytes[at]!
  if (first < 0x80) return { value: String(first), end: at + 1 }
  if (first < 0xc0) return stringAt(bytes, at + 1, first & 0x3f)
  if (first < 0xe0) {
    const value = ((first & 0x1f) << 8) | bytes[at + 1]!
    return { value: String(value >= 4096 ? value - 8192 : value), end: at + 2 }
  }
  if (first < 0xf0) return stringAt(bytes, at + 2, ((first & 0x0f) << 8) | bytes[at + 1]!)
  if (first === 0xf0 && at + 5 <= bytes.length) return stringAt(bytes, at + 5, bytes.readUInt32LE(at + 1))
  const size = { 241: 2, 242: 3, 243: 4, 244: 8 }[first]
  return size === undefined ? undefined : integerAt(bytes, at + 1, size)
}

function stringAt(bytes: Buffer, at: number, length: number): Found | undefined {
  return at + length <= bytes.length ? { value: bytes.subarray(at, at + length), end: at + length } : undefined
}

function integerAt(bytes: Buffer, at: number, size: number): Found | undefined {
  if (at + size > bytes.length) return undefined
  const value =
    size === 8 ? int64Text(bytes.readInt32LE(at + 4), bytes.readInt32LE(at)) : String(bytes.readIntLE(at, size))
  return { value, end: at + size }
}

/** The elements of a ziplist (Redis, ziplist.c); absent where it contradicts itself. */
export function ziplistElements(bytes: Uint8Array): Element[] | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < 11 || buffer.readUInt32LE(0) !== bytes.length || bytes.at(-1) !== 0xff) return undefined
  const elements: Element[] = []
  const end = bytes.length - 1
  let last = 10
  let before = 0
  for (let at = 10; at < end; ) {
    const isLong = buffer[at] === 0xfe
    if (isLong && at + 5 > end) return undefined
    if ((isLong ? buffer.readUInt32LE(at + 1) : buffer[at]) !== before) return undefined
    const found = ziplistElement(buffer, at + (isLong ? 5 : 1))
    if (found === undefined || found.end > end) return undefined
    elements.push(found.value)
    before = found.end - at
    last = at
    at = found.end
  }
  if (buffer.readUInt32LE(4) !== last) return undefined
  const count = buffer.readUInt16LE(8)
  return count === 0xffff || count === elements.length ? elements : undefined
}

function ziplistElement(bytes: Buffer, at: number): Found | undefined {
  const first = bytes[at]!
  if (first < 0x40) return stringAt(bytes, at + 1, first)
  if (first < 0x80) return stringAt(bytes, at + 2, ((first & 0x3f) << 8) | bytes[at + 1]!)
  if (first === 0x80 && at + 5 <= bytes.length) return stringAt(bytes, at + 5, bytes.readUInt32BE(at + 1))
  if (first >= 0xf1 && first <= 0xfd) return { value: String(first - 0xf1), end: at + 1 }
  const size = { 192: 2, 208: 4, 224: 8, 240: 3, 254: 1 }[first]
  return size === undefined ? undefined : integerAt(bytes, at + 1, size)
}

/** The numbers of an intset (Redis, intset.c); absent where it contradicts itself. */
export function intsetElements(bytes: Uint8Array): Element[] | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < 8) return undefined
  const size = buffer.readUInt32LE(0)
  const count = buffer.readUInt32LE(4)
  if (![2, 4, 8].includes(size) || bytes.length !== 8 + size * count) return undefined
  return Array.from({ length: count }, (_, index) => integerAt(buffer, 8 + size * index, size)!.value)
}

/** The keys and values of a zipmap (Redis before 2.6); absent where it contradicts itself. Unused bytes are an element if not zero. */
export function zipmapElements(bytes: Uint8Array): Element[] | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const elements: Element[] = []
  let at = 1
  function next(isValue: boolean): boolean {
    const first = buffer[at]
    if (first === undefined || first === 0xff || (first === 0xfe && at + 5 > buffer.length)) return false
    const length = first === 0xfe ? buffer.readUInt32LE(at + 1) : first
    at += first === 0xfe ? 5 : 1
    const unused = isValue ? (buffer[at] ?? 0) : 0
    if (isValue) at += 1
    if (at + length + unused > buffer.length) return false
    elements.push(buffer.subarray(at, at + length))
    const rest = buffer.subarray(at + length, at + length + unused)
    if (rest.some((byte) => byte !== 0)) elements.push(rest)
    at += length + unused
    return true
  }
  while (at < buffer.length && buffer[at] !== 0xff) if (!next(false) || !next(true)) return undefined
  return at === buffer.length - 1 ? elements : undefined
}
