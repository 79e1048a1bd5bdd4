import { beginsWith } from '../begins-with.ts'
import { byteSource } from '../byte-source.ts'
import { decodeMember } from '../decode-member.ts'
import { countMember, stopOf } from '../decoding.ts'
import type { Content, Format } from '../format.ts'
import { nextBytes, takeBytes } from '../next-bytes.ts'
import { type Metadata, metadataOf } from '../picture/metadata.ts'
import { once, readRaw } from '../raw-content.ts'
import { isZeros } from '../zeros.ts'
import { readAppleAttribute, readNumbers } from './apple-attributes.ts'

/** Magic, version, and what macOS alone fills up with; two entries, of which the first one is what the Finder notes (9), at 50. */
const beginning = Buffer.from('\0\x05\x16\x07\0\x02\0\0Mac OS X        \0\x02\0\0\0\x09\0\0\0\x32', 'latin1')
const finderAt = 50
const finderLength = 32
/** Attributes begin behind what the Finder notes and two bytes. */
const attributesAt = finderAt + finderLength + 2
const mostBytes = 2 ** 20

/**
 * What macOS keeps beside a file where there is no room for it (`._name`; `__MACOSX` in zip): what the Finder notes, extended attributes and a resource fork. Every byte of it is of one of these, or zero.
 */
export const appleDouble: Format = {
  name: 'apple-double',
  kind: 'table',
  isFormat: (head) => beginsWith(head, beginning),
  async read({ source, path }, decoding) {
    const stop = stopOf('apple-double', path)
    const head = Buffer.from(await source.peek(finderAt))
    if (head.length < finderAt) throw stop('truncated', 'expected more bytes of a header')
    const [length, id, at, size] = [34, 38, 42, 46].map((place) => head.readUInt32BE(place)) as [
      number,
      number,
      number,
      number,
    ]
    if (id !== 2 || at !== finderAt + length || length < finderLength || at > mostBytes)
      throw stop('corrupt', 'expected attributes and a resource fork behind each other')
    const bytes = await takeBytes(source, at)
    if (bytes === undefined) throw stop('truncated', 'expected more bytes of attributes')
    const metadata = metadataOf('apple-double', path, decoding)
    if (!(await readHeld(bytes, metadata))) await readRaw(once(bytes), metadata.pathOf('unread'), decoding, notRead)
    await readFork(source, size, metadata, () => stop('truncated', 'expected more bytes of a resource fork'))
    await metadata.end()
  },
}

const notRead = {
  kind: 'refused',
  reason: 'corrupt',
  detail: 'apple-double: expected attributes that are all of it',
} as const

/** Reads all before the resource fork; returns whether every byte of it is accounted for. */
async function readHeld(bytes: Buffer, metadata: Metadata): Promise<boolean> {
  const left = Buffer.from(bytes)
  let taken = 0
  const take = (from: number, length: number): Buffer => {
    taken += length
    // Values that lie in each other would be read again and again.
    if (from + length > bytes.length || taken > bytes.length) throw new RangeError('expected attributes that are there')
    left.fill(0, from, from + length)
    return bytes.subarray(from, from + length)
  }
  try {
    take(0, finderAt)
    if (!(await readFinderInfo(take(finderAt, finderLength), metadata))) return false
    if (bytes.length > attributesAt) {
      const head = take(attributesAt, 36)
      if (head.toString('latin1', 0, 4) !== 'ATTR' || head.readUInt32BE(8) !== bytes.length) return false
      if (!isZeros(head.subarray(20, 32))) return false
      await metadata.numbers([4, 12, 16].map((at) => head.readUInt32BE(at)))
      let at = attributesAt + 36
      for (let count = head.readUInt16BE(34); count > 0; count--) {
        const entry = take(at, 11)
        const name = take(at + 11, entry[10]!)
        const value = take(entry.readUInt32BE(0), entry.readUInt32BE(4))
        await metadata.text(name)
        await readAppleAttribute(name.toString('latin1', 0, name.length - 1), value, metadata)
        at += (11 + name.length + 3) & ~3
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return false
  }
  return isZeros(left)
}

/** Type and creator of a file, flags, where its icon is; behind reserved bytes, when it was added. */
async function readFinderInfo(info: Buffer, metadata: Metadata): Promise<boolean> {
  for (const at of [0, 4]) await metadata.text(info.subarray(at, at + 4))
  const numbers = [8, 10, 12, 24].map((at) => info.readUInt16BE(at))
  if (!isZeros(info)) await readNumbers([...numbers, info.readUInt32BE(20)], info, metadata)
  return [14, 16, 18, 26, 28, 30].every((at) => info.readUInt16BE(at) === 0)
}

/** The fork that says that there is none (`copyfile` of macOS). */
const blank = Buffer.alloc(286)
blank.write('\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\x1eThis resource fork intentionally left blank   ', 'latin1')
blank.write('\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\x1e', 256, 'latin1')
blank.write('\0\x1c\0\x1e\xff\xff', 280, 'latin1')

async function readFork(source: Content['source'], size: number, { path, decoding }: Metadata, truncated: () => Error) {
  if (size === 0) return
  const head = (await source.peek(blank.length)).subarray(0, blank.length)
  if (size === blank.length && blank.equals(head)) return source.skip(size)
  countMember(decoding, path)
  await decodeMember(
    { source: byteSource(nextBytes(source, size, truncated)), path: [...path, 'resource-fork'] },
    decoding,
  )
}
