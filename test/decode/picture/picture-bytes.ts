import { expect } from 'vitest'
import type { Reading } from '../../../lib/decode/decode-object.ts'
import { pngChunk, pngSignature } from '../../../lib/scan/controls/samples/picture-samples.ts'
import { someOf } from '../../support/some-of.ts'
import { type Collected, collect, inPieces } from '../collect.ts'

/** Reads a picture of a store whose pictures may be clean. */
export const readPicture = (bytes: Uint8Array, lengths: readonly number[] = [1e6]) =>
  collect(inPieces(bytes, lengths), undefined, true)

export const gapsOf = ({ gaps }: Reading): string[] => gaps.map(({ reason, path }) => `${reason} ${path.join('/')}`)

/** Whether an identifier stands in a content as a word of its own. */
export function isFound(contents: ReadonlyMap<string, Collected>, id: string): boolean {
  const word = new RegExp(`(?<![A-Za-z0-9_])${id}(?![A-Za-z0-9_])`)
  return [...contents.values()].some(({ bytes }) => word.test(bytes.toString('latin1')))
}

/**
 * Cuts a picture after each of its bytes from `from` on and flips each of its bits: it is never clean without one of the identifiers in it. `to`: from there on nothing is missing. `hasSums`: what
 * changes an identifier itself is noticed as well.
 */
export async function expectNeverLost(
  bytes: Buffer,
  ids: readonly string[],
  { from = 2, to = bytes.length, hasSums = true }: { from?: number; to?: number; hasSums?: boolean } = {},
): Promise<void> {
  const whole = await readPicture(bytes)
  expect([whole.reading.complete, ids.filter((id) => !isFound(whole.contents, id))]).toEqual([true, []])
  for (let length = from; length < to; length++)
    expect([length, (await readPicture(bytes.subarray(0, length))).reading.complete]).toEqual([length, false])
  const bits = Array.from({ length: bytes.length * 8 }, (_, bit) => bit)
  const isOfName = (bit: number) =>
    ids.some((id) => (bit >> 3) - bytes.indexOf(id) >= -1 && (bit >> 3) - bytes.indexOf(id) <= id.length)
  for (const bit of someOf(3, hasSums ? bits : bits.filter((bit) => !isOfName(bit)))) {
    const damaged = Buffer.from(bytes)
    damaged[bit >> 3]! ^= 1 << (bit & 7)
    const { reading, contents } = await readPicture(damaged)
    if (reading.complete) expect([bit, ids.filter((id) => !isFound(contents, id))]).toEqual([bit, []])
  }
}

/** IHDR of a picture of 8 bits a sample. */
export function pngHeader(width = 1, height = 1, colourType = 0, interlace = 0, depth = 8): Buffer {
  const bytes = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, depth, colourType, 0, 0, interlace])
  bytes.writeUInt32BE(width)
  bytes.writeUInt32BE(height, 4)
  return bytes
}

export type Chunk = readonly [type: string, data: Uint8Array | string]

export const pngOf = (...chunks: readonly Chunk[]): Buffer =>
  Buffer.concat([
    pngSignature,
    ...chunks.map(([type, data]) => pngChunk(type, typeof data === 'string' ? Buffer.from(data, 'latin1') : data)),
  ])

export function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index)
  return bytes
}

/** A profile of colours with tags of these names and bytes, each at a multiple of four. */
export function iccOf(
  tags: readonly (readonly [name: string, bytes: Uint8Array])[],
  change = (_: Buffer) => {},
): Buffer {
  const header = Buffer.alloc(128)
  header.write('acspAPPL', 36)
  header.write('mntrRGB XYZ ', 12)
  let at = 132 + 12 * tags.length
  const entries: Buffer[] = []
  const contents: Buffer[] = []
  for (const [name, bytes] of tags) {
    entries.push(Buffer.from(name), uint32(at, bytes.length))
    contents.push(Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]))
    at += bytes.length + (-bytes.length & 3)
  }
  const profile = Buffer.concat([header, uint32(tags.length), ...entries, ...contents])
  profile.writeUInt32BE(profile.length)
  change(profile)
  return profile
}

export const tagOf = (type: string, ...parts: readonly (Uint8Array | string)[]): Buffer =>
  Buffer.concat([
    Buffer.from(type),
    Buffer.alloc(4),
    ...parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  ])

export const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()
