import { crc32 } from '../../../checksums/crc32.ts'
import type { Engine } from '../engine/engine.ts'

const fixedLength = 10
const trailerLength = 8
/** What BGZF adds to the fixed header: one field, with the size of the member in its last two bytes. */
const bgzfField = Buffer.from('0600424302', 'hex')
export const bgzfLength = fixedLength + bgzfField.length + 3

/** What counts as small, decoded. */
export const smallMember = 65_536

/** Members that were decoded one after the other: how much of the input they are, how many, and what they hold, in the engine's room. */
export type SmallMembers = { consumed: number; members: number; content: Uint8Array }
export const noMembers: SmallMembers = { consumed: 0, members: 0, content: new Uint8Array(0) }

/**
 * Decodes members that lie within `input` as a whole, for as long as they fit into the engine's room, without waiting for anything:
 * many files consist of members of a few KiB. Only members whose header holds nothing (or, with `BGZF`, nothing but
 * their size) and whose checksum and size are right; any other one is left for the decoder that tells what is wrong.
 */
export function smallMembers({ whole, room }: Engine, input: Uint8Array): SmallMembers {
  if (whole === undefined || room === undefined) return noMembers
  let [consumed, members, produced] = [0, 0, 0]
  while (room.length - produced >= smallMember) {
    const from = consumed + headerLength(input, consumed)
    if (from === consumed) break
    const deflated = whole(input.subarray(from), room, produced)
    if (deflated === undefined) break
    const trailer = from + deflated.consumed
    if (trailer + trailerLength > input.length) break
    const content = room.subarray(produced, produced + deflated.produced)
    const view = new DataView(input.buffer, input.byteOffset + trailer, trailerLength)
    if (view.getUint32(0, true) !== crc32(content) || view.getUint32(4, true) !== content.length) break
    consumed = trailer + trailerLength
    members += 1
    produced += deflated.produced
  }
  return { consumed, members, content: room.subarray(0, produced) }
}

/** The length of a header that holds nothing; 0: there is none. */
function headerLength(bytes: Uint8Array, at: number): number {
  if (at + bgzfLength > bytes.length) return 0
  if (bytes[at] !== 0x1f || bytes[at + 1] !== 0x8b || bytes[at + 2] !== 8) return 0
  if (bytes[at + 3] === 0) return fixedLength
  if (bytes[at + 3] !== 4) return 0
  for (const [index, byte] of bgzfField.entries()) if (bytes[at + fixedLength + index] !== byte) return 0
  return bytes[at + bgzfLength - 3] === 0 ? bgzfLength : 0
}

/** Whether the next member is of BGZF, so at most 64 KiB. */
export function isBgzf(head: Uint8Array): boolean {
  return head[3] === 4 && headerLength(head, 0) === bgzfLength
}
