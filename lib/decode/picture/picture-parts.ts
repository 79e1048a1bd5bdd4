import { isUtf8 } from 'node:buffer'
import { type ByteSource, byteSource } from '../byte-source.ts'
import { headLength } from '../checks/known-formats.ts'
import { decodeMember } from '../decode-member.ts'
import { countMember, type Decoding, DecodingStopped } from '../decoding.ts'
import { takeAll } from '../hold-content.ts'
import { inOne } from '../next-bytes.ts'
import { once, readRaw } from '../raw-content.ts'
import type { UnverifiedReason } from '../unverified.ts'

/** Metadata of a picture that has to be held has at most so many bytes. */
export const mostMetadata = 16 * 2 ** 20

/** All of a piece of metadata, in memory of its own. @throws DecodingStopped beyond what is held */
export async function holdMetadata(source: ByteSource, path: readonly string[]): Promise<Buffer> {
  const bytes = await takeAll(source, mostMetadata)
  if (bytes === undefined)
    throw new DecodingStopped('limit', path, 0, `expected at most ${mostMetadata} bytes of metadata`)
  return bytes
}

/** Reads a text of any length, or another content in the place of one, as a content of its own. */
export async function readText(bytes: Uint8Array, path: readonly string[], decoding: Decoding): Promise<void> {
  countMember(decoding, path)
  if (bytes.length === 0) return
  if (isUtf8(bytes) || decoding.isContainer(bytes.subarray(0, headLength)))
    return decodeMember({ source: byteSource(inOne(bytes)), path }, decoding)
  await readRaw(once(bytes), path, decoding, { kind: 'text', least: 0 })
}

/** Pushes bytes that are not read, or not as they should be, and says so; nothing for no bytes. */
export async function refuse(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
  reason: UnverifiedReason,
  detail: string,
): Promise<void> {
  if ((await source.peek(1)).length > 0) await readRaw(source, path, decoding, { kind: 'refused', reason, detail })
}

/** Reads a piece of which nobody knows what it is: a content of a format that is read, text, or a gap. */
export async function readUnknown(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
  detail: string,
): Promise<void> {
  countMember(decoding, path)
  const head = (await source.peek(headLength)).subarray(0, headLength)
  if (head.length === 0) return
  if (decoding.isContainer(head)) return decodeMember({ source, path }, decoding)
  await readRaw(source, path, decoding, { kind: 'named', reason: 'unsupported-format', detail })
}
