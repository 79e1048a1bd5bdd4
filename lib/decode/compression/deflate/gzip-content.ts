import type { ByteSource } from '../../byte-source.ts'
import type { Decoding } from '../../decoding.ts'
import { crc32By } from '../../means.ts'
import { once, readRaw } from '../../raw-content.ts'
import type { Engine } from '../engine/engine.ts'
import { inflateFailure } from '../engine/inflate-failure.ts'
import { openEngine } from '../engine/run-engine.ts'
import { type Output, outputOf } from '../output.ts'
import { skipZeros } from '../skip-zeros.ts'
import { compression } from '../unwrap.ts'
import { readGzipHeader } from './gzip-header.ts'
import { bgzfLength, isBgzf, noMembers, smallMember, smallMembers } from './gzip-small-members.ts'

/** RFC 1952. */
export const gzip = compression('gzip', isGzip, async function* (source, path, decoding) {
  const engine = openEngine({ name: 'inflate-raw' }, decoding.means)
  try {
    yield* gzipContent(source, engine, path, decoding)
  } finally {
    engine.close()
  }
})

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
  const output = outputOf('gzip', path, decoding)
  let members = 0
  let isSmall = isBgzf(await source.peek(bgzfLength))
  do {
    const small = isSmall ? smallMembers(engine, await source.peekSome(1)) : noMembers
    if (small.members > 0) {
      source.skip(small.consumed)
      members += small.members
      if (small.content.length > 0) yield output.count(small.content)
    } else {
      members += 1
      await readHeader(
        source,
        [...path, members === 1 ? 'header' : `header-${members}`],
        { path, offset: output.length() },
        decoding,
      )
      const from = output.length()
      yield* memberContent(source, engine, output, decoding)
      isSmall = output.length() - from <= smallMember
    }
    await skipZeros(source)
  } while (isGzip(await source.peek(3)))
}

/** Consumes a member's header, whose texts are contents of their own. */
async function readHeader(
  source: ByteSource,
  headerPath: readonly string[],
  { path, offset }: { path: readonly string[]; offset: number },
  decoding: Decoding,
): Promise<void> {
  const header = await readGzipHeader(source, path, offset)
  if (header.name.length > 0) await readRaw(once(header.name), [...headerPath, 'name'], decoding, { kind: 'any' })
  if (header.comment.length > 0)
    await readRaw(once(header.comment), [...headerPath, 'comment'], decoding, { kind: 'any' })
  for (const [index, field] of header.extra.entries())
    await readRaw(once(field), [...headerPath, index === 0 ? 'extra' : `extra-${index + 1}`], decoding)
}

/** Consumes one member from behind its header, and yields its content. */
async function* memberContent(
  source: ByteSource,
  engine: Engine,
  output: Output,
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const from = output.length()
  const { stop } = output
  const crc32 = crc32By(decoding.means)
  let checksum = 0
  try {
    for await (const bytes of engine.run(source.take, source.giveBack)) {
      checksum = crc32(bytes, checksum)
      yield output.count(bytes)
    }
  } catch (error) {
    throw inflateFailure(error, stop)
  }
  const trailer = await source.peek(8)
  if (trailer.length < 8) throw stop('truncated', 'expected a trailer of 8 bytes')
  const view = new DataView(trailer.buffer, trailer.byteOffset, 8)
  if (view.getUint32(0, true) !== checksum) throw stop('corrupt', 'expected the checksum to match')
  if (view.getUint32(4, true) !== (output.length() - from) % 2 ** 32)
    throw stop('corrupt', 'expected the size to match')
  source.skip(8)
}
