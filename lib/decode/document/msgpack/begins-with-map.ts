import { isUtf8 } from 'node:buffer'
import { msgpackTypes } from './msgpack-types.ts'

/** Values inside each other in a beginning, at most. */
const deepest = 64
const longestKey = 255
/** Of a character in UTF-8 that the beginning cuts, at most. */
const mostCut = 3

/**
 * Whether a content begins as values of MessagePack one behind the other, each an array or a map, of which some map has a text as its first key, and all such keys are names. Every byte of ASCII is a number there, so
 * that without keys text would be such values as well.
 */
export function beginsWithMap(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
  if (isTextInUtf8(bytes)) return false
  /** Of each value that is open: how many are left in it, and whether it is a map. */
  const open: { left: number; isMap: boolean }[] = []
  let keys = 0
  for (let at = 0; at < bytes.length; ) {
    const type = msgpackTypes[bytes[at]!]
    if (type === undefined) return false
    const around = open.at(-1)
    const isKeyOfMap = around?.isMap === true && around.left % 2 === 0
    // Behind names of fields, maps may have other keys.
    if (isKeyOfMap && type.kind !== 'text' && keys === 0) return false
    const isKey = isKeyOfMap && type.kind === 'text'
    if (around === undefined && type.kind !== 'array' && type.kind !== 'map') return false
    if (around !== undefined) around.left -= 1
    const begin = at + 1 + ('size' in type ? type.size : 0)
    if (begin > bytes.length) break
    at = begin
    if ('count' in type) {
      const count = type.size === 0 ? type.count : bytes.readUIntBE(begin - type.size, type.size)
      if (type.kind === 'array' || type.kind === 'map') {
        if ((around === undefined && count === 0) || open.length === deepest) return false
        open.push({ left: type.kind === 'map' ? 2 * count : count, isMap: type.kind === 'map' })
      } else at += count + (type.kind === 'extension' ? 1 : 0)
      if (isKey && !isKeyText(bytes.subarray(begin, at), count)) return false
      if (isKey && at <= bytes.length) keys += 1
    }
    while (open.length > 0 && open.at(-1)!.left === 0) open.pop()
  }
  return keys > 0
}

function isTextInUtf8(bytes: Buffer): boolean {
  // No character begins with a lower one.
  if (bytes[0]! < 0xc2) return false
  for (let cut = 0; cut <= mostCut; cut++) if (isUtf8(bytes.subarray(0, bytes.length - cut))) return true
  return false
}

/** A name of a field; one that goes on behind the beginning may be cut within a character. */
function isKeyText(bytes: Buffer, length: number): boolean {
  if (length === 0 || length > longestKey || bytes.some((byte) => byte < 0x20 || byte === 0x7f)) return false
  return bytes.length < length || isUtf8(bytes)
}
