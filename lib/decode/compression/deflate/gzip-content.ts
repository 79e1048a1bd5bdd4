import type { ByteSource } from '../../byte-source.ts'
import { countProduced, type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Format } from '../../format.ts'
import { crc32By } from '../../means.ts'
import { once, readRaw } from '../../raw-content.ts'
import type { Engine } from '../engine/engine.ts'
import { inflateFailure } from '../engine/inflate-failure.ts'
import { openEngine } from '../engine/run-engine.ts'
import { skipZeros } from '../skip-zeros.ts'
import { unwrap } from '../unwrap.ts'
import { readGzipHeader } from './gzip-header.ts'
import { bgzfLength, isBgzf, noMembers, smallMember, smallMembers, smallMembersRoom } from './gzip-small-members.ts'

/** RFC 1952. */
export const gzip: Format = {
  name: 'gzip',
  kind: 'compression',
  isFormat: isGzip,
  async read({ source, path }, decoding) {
    const engine = openEngine({ name: 'inflate-raw' }, decoding.means)
    try {
      await unwrap(gzipContent(source, engine, path, decoding), path, decoding)
    } finally {
      engine.close()
    }
  },
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && (head.length === 2 || head[2] === 8)
}

/**
 * The content of all members of a gzip file (RFC 1952), one after the other, and zero padding after each; every
 * checksum and size is checked. What follows the last one stays in `source`. Header texts are contents of their own:
 * `[...path, 'header', 'name']`, from the second member on `header-2` and so on.
 */
export async function* gzipContent(
  source: ByteSource,
  engine: Engine,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  let offset = 0
  let members = 0
  let isSmall = isBgzf(await source.peek(bgzfLength))
  let buffer: Uint8Array | undefined
  do {
    if (isSmall) buffer ??= new Uint8Array(smallMembersRoom)
    const small = isSmall ? smallMembers(engine, await source.peekSome(1), buffer!) : noMembers
    if (small.members > 0) {
      source.skip(small.consumed)
      members += small.members
      countProduced(decoding, small.produced, path, offset)
      offset += small.produced
      if (small.produced > 0) yield buffer!.subarray(0, small.produced)
    } else {
      members += 1
      await readHeader(source, [...path, members === 1 ? 'header' : `header-${members}`], { path, offset }, decoding)
      const from = offset
      for await (const output of memberContent(source, engine, { path, offset }, decoding)) {
        offset += output.length
        yield output
      }
      isSmall = offset - from <= smallMember
    }
    await skipZeros(source)
  } while (isGzip(await source.peek(3)))
}

/** Consumes a member's header, whose texts are contents of their own. */
async function readHeader(
  source: ByteSource,
  headerPath: readonly string[],
  { path, offset }: Place,
  decoding: Decoding,
): Promise<void> {
  const header = await readGzipHeader(source, path, offset)
  if (header.name.length > 0) await readRaw(once(header.name), [...headerPath, 'name'], decoding, { kind: 'any' })
  if (header.comment.length > 0)
    await readRaw(once(header.comment), [...headerPath, 'comment'], decoding, { kind: 'any' })
  for (const [index, field] of header.extra.entries())
    await readRaw(once(field), [...headerPath, index === 0 ? 'extra' : `extra-${index + 1}`], decoding)
}

type Place = { path: readonly string[]; offset: number }

/** Consumes one member from behind its header, and yields its content. */
async function* memberContent(
  source: ByteSource,
  engine: Engine,
  { path, offset: from }: Place,
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  let offset = from
  const crc32 = crc32By(decoding.means)
  let checksum = 0
  try {
    for await (const output of engine.run(source.take, source.giveBack)) {
      checksum = crc32(output, checksum)
      countProduced(decoding, output.length, path, offset)
      offset += output.length
      yield output
    }
  } catch (error) {
    throw inflateFailure(error, path, offset, 'gzip')
  }
  const trailer = await source.peek(8)
  if (trailer.length < 8) throw new DecodingStopped('truncated', path, offset, 'gzip: expected a trailer of 8 bytes')
  const view = new DataView(trailer.buffer, trailer.byteOffset, 8)
  if (view.getUint32(0, true) !== checksum)
    throw new DecodingStopped('corrupt', path, offset, 'gzip: expected the checksum to match')
  if (view.getUint32(4, true) !== (offset - from) % 2 ** 32)
    throw new DecodingStopped('corrupt', path, offset, 'gzip: expected the size to match')
  source.skip(8)
}
