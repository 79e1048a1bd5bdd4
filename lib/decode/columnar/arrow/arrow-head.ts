import { beginsWith } from '../../begins-with.ts'
import { ColumnFault } from '../column-fault.ts'
import { flatBytes } from './flat-tables.ts'
import { knownOfMessage } from './message.ts'

/** The magic number of a file, with the two bytes that fill it up; it ends without these. */
export const magic = Buffer.from('ARROW1\0\0')
export const endMagic = magic.subarray(0, 6)

const continuation = 0xffffffff
/** Metadata of a message is no larger. */
export const mostMetadata = 2 ** 26

/** Bytes of a length before a message, and the length; `end`: there is no message. Before version 0.15 it had no mark in front. Absent: more bytes are needed. */
export function lengthAt(bytes: Uint8Array): { prefix: number; length: number; isEnd: boolean } | undefined {
  if (bytes.length < 4) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const prefix = view.getUint32(0, true) === continuation ? 8 : 4
  if (bytes.length < prefix) return undefined
  const length = view.getInt32(prefix - 4, true)
  return { prefix, length, isEnd: length === 0 }
}

/** A file, or a stream, whose first message is a schema. */
export function isArrow(head: Uint8Array): boolean {
  return beginsWith(head, magic) || isStream(head)
}

function isStream(head: Uint8Array): boolean {
  const found = lengthAt(head)
  if (found === undefined || found.length < 16 || found.length > mostMetadata) return false
  const { prefix, length } = found
  // Where there is a mark, some writers leave what tells a schema from others behind the head.
  return prefix === 8 ? length % 8 === 0 && hasRoot(head, prefix) : isSchema(head, prefix)
}

/** Writers leave the root of a message at its beginning. */
const hasRoot = (head: Uint8Array, at: number): boolean =>
  head.length >= at + 16 && head[at + 1] === 0 && head[at + 2] === 0 && head[at + 3] === 0

/** Whether the message that begins at a place is a schema, of which not all is there. */
export function isSchema(head: Uint8Array, at: number): boolean {
  if (!hasRoot(head, at)) return false
  try {
    const { root } = flatBytes(head.subarray(at), knownOfMessage)
    const version = root.short(0)
    return version >= 0 && version <= 4 && root.byte(1) === 1
  } catch (error) {
    if (error instanceof ColumnFault) return false
    throw error
  }
}
