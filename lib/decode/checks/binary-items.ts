import { isUtf8 } from 'node:buffer'

/**
 * Binary encodings of records whose lengths and types may all be printable, so that short texts in them look like text in
 * an 8-bit encoding, with the length of the next one right before it: CBOR (RFC 8949) and MessagePack.
 */

/** Items inside each other, at most. */
const deepest = 8

/** Where the item ends that begins at `at`; -1: none does. Beyond `bytes.length` where it goes on behind them. */
type ItemEnd = (bytes: Uint8Array, at: number, depth: number) => number

/** Whether a content that is no UTF-8 and begins like this is a record of one of them: what can be seen of it is items to the end. */
export function beginsWithItems(head: Uint8Array): boolean {
  return isAll(head, cborEnd, isCborContainer) || isAll(head, messagePackEnd, isMessagePackContainer)
}

function isAll(head: Uint8Array, endOf: ItemEnd, isContainer: (head: Uint8Array) => boolean): boolean {
  if (!isContainer(head)) return false
  let at = 0
  while (at < head.length) {
    at = endOf(head, at, 0)
    if (at === -1) return false
  }
  return true
}

/**
 * An array or a map that is not empty, of up to 65,535 items or without a number of them; of a map, with a text as its first key. Where the number
 * of items has bytes of its own, which are often printable, texts, arrays or maps are in an array as well.
 */
function isCborContainer(head: Uint8Array): boolean {
  const first = head[0]!
  const items = first & 0x1f
  const size = items === oneByte ? 1 : items === twoBytes ? 2 : 0
  if (size === 0 && (items === 0 || items > 0x17) && items !== 0x1f) return false
  const item = head[1 + size] ?? 0
  if (first >> 5 === 5) return isCborText(item)
  return first >> 5 === 4 && (size === 0 || isCborText(item) || item >> 5 === 4 || item >> 5 === 5)
}

/** How CBOR says that a number is in the next byte, or in the next two. */
const oneByte = 0x18
const twoBytes = 0x19
const isCborText = (byte: number) => byte >= 0x61 && byte <= 0x78
const breakItem = 0xff

/** RFC 8949, section 3. Strings of bytes are only in what is an item of another one: capitals begin them, as they do words. */
function cborEnd(bytes: Uint8Array, at: number, depth: number): number {
  if (at >= bytes.length) return at
  const first = bytes[at]!
  const low = first & 0x1f
  const isOpen = low === 0x1f
  if ((low > 0x1b && !isOpen) || depth > deepest) return -1
  const size = low < 0x18 || isOpen ? 0 : 1 << (low - 0x18)
  const next = at + 1 + size
  switch (first >> 5) {
    case 0:
    case 1:
      return isOpen ? -1 : next
    case 2:
      return isOpen || depth < 2 ? -1 : next + (size === 0 ? low : numberAt(bytes, at + 1, size))
    case 3:
      return isOpen ? -1 : textEnd(bytes, next, size === 0 ? low : numberAt(bytes, at + 1, size))
    case 4:
    case 5: {
      const count = isOpen ? Number.POSITIVE_INFINITY : size === 0 ? low : numberAt(bytes, at + 1, size)
      return itemsEnd(bytes, next, first >> 5 === 5 ? 2 * count : count, depth, cborEnd, isOpen)
    }
    case 6:
      return isOpen ? -1 : cborEnd(bytes, next, depth + 1)
    case 7:
      return isOpen ? -1 : next
    default:
      return -1
  }
}

/** An array or a map of up to 65,535 items, with a text as the first one. */
function isMessagePackContainer(head: Uint8Array): boolean {
  const first = head[0]!
  const isCounted = first === countedArray || first === countedMap
  const item = head[isCounted ? 3 : 1] ?? 0
  const isText = (item > 0xa0 && item < 0xc0) || item === longText
  return isText && (isCounted || (first > 0x80 && first < 0xa0 && first !== 0x90))
}

/** An array or a map with the number of its items in two bytes. */
const countedArray = 0xdc
const countedMap = 0xde

/** Begins a text of up to 255 bytes. */
const longText = 0xd9

/** Lengths of numbers and extensions behind their first byte, from 0xc0 on. */
const messagePackSizes = new Map([
  ...[0xc0, 0xc2, 0xc3].map((byte) => [byte, 0] as const),
  ...[4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17].map((size, at) => [0xca + at, size] as const),
])

/** https://github.com/msgpack/msgpack/blob/master/spec.md */
function messagePackEnd(bytes: Uint8Array, at: number, depth: number): number {
  if (at >= bytes.length) return at
  const first = bytes[at]!
  if (depth > deepest) return -1
  if (first < 0x80 || first >= 0xe0) return at + 1
  if (first < 0xa0) {
    const count = (first & 0x0f) * (first < 0x90 ? 2 : 1)
    return itemsEnd(bytes, at + 1, count, depth, messagePackEnd, false)
  }
  if (first < 0xc0) return textEnd(bytes, at + 1, first & 0x1f)
  if (first === longText) return textEnd(bytes, at + 2, numberAt(bytes, at + 1, 1))
  if (first === countedArray || first === countedMap) {
    const count = numberAt(bytes, at + 1, 2) * (first === countedMap ? 2 : 1)
    return itemsEnd(bytes, at + 3, count, depth, messagePackEnd, false)
  }
  const size = messagePackSizes.get(first)
  return size === undefined ? -1 : at + 1 + size
}

function itemsEnd(bytes: Uint8Array, from: number, count: number, depth: number, endOf: ItemEnd, isOpen: boolean) {
  let at = from
  for (let item = 0; item < count && at < bytes.length; item++) {
    if (isOpen && bytes[at] === breakItem) return at + 1
    at = endOf(bytes, at, depth + 1)
    if (at === -1) return -1
  }
  return at
}

/** Texts are in UTF-8; one that goes on behind the bytes may be cut within a character. */
function textEnd(bytes: Uint8Array, from: number, length: number): number {
  const end = from + length
  const text = bytes.subarray(from, end)
  if (text.length > 0 && text[0]! >> 6 === 2) return -1
  return end > bytes.length || isUtf8(text) ? end : -1
}

function numberAt(bytes: Uint8Array, at: number, size: number): number {
  let number = 0
  for (let place = at; place < at + size; place++) number = number * 256 + (bytes[place] ?? 0)
  return number
}
