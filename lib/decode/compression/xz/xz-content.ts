import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { beginsLike } from '../../begins-with.ts'
import type { ByteSource } from '../../byte-source.ts'
import { addGap, type Decoding, type Stop } from '../../decoding.ts'
import { littleEndian } from '../../little-endian.ts'
import { asStop } from '../block-corrupt.ts'
import { countingSource } from '../engine/counting-source.ts'
import { lzma2Chunks } from '../lzma/lzma2.ts'
import { type Output, outputOf } from '../output.ts'
import { skipZeros } from '../skip-zeros.ts'
import { compression } from '../unwrap.ts'
import { readBlockHeader } from './xz-block.ts'
import { checkLengths, xzCheck } from './xz-check.ts'
import { xzFields } from './xz-fields.ts'
import { xzFilter } from './xz-filters.ts'

/** The .xz file format, version 1.2. */
export const xz = compression('xz', isXz, xzContent)

const magic = Buffer.from('fd377a585a00', 'hex')

function isXz(head: Uint8Array): boolean {
  return head.length >= 2 && beginsLike(head, magic)
}

/**
 * The content of all streams of an xz file, one after the other, and zeros between them. Every check, every size and the
 * index against the blocks are checked. What follows the last one stays in `source`.
 */
export async function* xzContent(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const output = outputOf('xz', path, decoding)
  const { stop } = output
  do {
    const flags = await readStreamHeader(source, stop)
    if (xzCheck(flags & 15) === undefined)
      addGap(decoding, stop('unsupported-format', 'expected a kind of check that is known').gap)
    const blocks = createHash('sha256')
    let count = 0
    for (;;) {
      const next = await source.peek(1)
      if (next.length === 0) throw stop('truncated', 'expected a block or an index')
      if (next[0] === 0) break
      const sizes = yield* blockContent(source, flags & 15, output, decoding)
      blocks.update(`${sizes.unpadded} ${sizes.decoded}\n`)
      count += 1
    }
    await readIndex(source, { count, digest: blocks.digest('hex'), flags, stop })
    await skipZeros(source)
  } while (isXz(await source.peek(magic.length)))
}

/** Consumes a stream's header; returns its second byte of flags, the kind of check. */
async function readStreamHeader(source: ByteSource, stop: Stop): Promise<number> {
  const fields = xzFields(source, stop)
  await fields.take(magic.length)
  fields.begin()
  const flags = await fields.take(2)
  await fields.checksum('a stream header')
  if (flags[0] !== 0 || flags[1]! > 15) throw stop('unsupported-format', 'expected stream flags that are known')
  return flags[1]!
}

/** Yields the content of one block; returns the sizes that the index has to state. */
async function* blockContent(
  source: ByteSource,
  kind: number,
  output: Output,
  decoding: Decoding,
): AsyncGenerator<Uint8Array, { unpadded: number; decoded: number }> {
  const { stop } = output
  const header = await readBlockHeader(source, stop)
  const { windowLog } = decoding.limits
  if (header.dictionarySize > 2 ** windowLog)
    throw stop('limit', `expected a dictionary of at most 2^${windowLog} bytes`)
  const filter = xzFilter(header.filters)
  if (filter === undefined) throw stop('unsupported-format', 'expected filters that are known')
  const check = xzCheck(kind)
  const counted = countingSource(source)
  const from = output.length()
  const truncated = () => stop('truncated', 'expected more bytes of a block')
  try {
    for await (const bytes of filter(lzma2Chunks(counted, header.dictionarySize, truncated))) {
      check?.update(bytes)
      yield output.count(bytes)
    }
  } catch (error) {
    throw asStop(error, stop)
  }
  const compressed = counted.consumed()
  const decoded = output.length() - from
  if ((header.compressedSize ?? compressed) !== compressed || (header.size ?? decoded) !== decoded)
    throw stop('corrupt', 'expected a block of the sizes that its header states')
  const fields = xzFields(source, stop)
  const padding = await fields.take(-compressed & 3)
  if (padding.some((byte) => byte !== 0)) throw stop('corrupt', 'expected padding of zeros')
  const stored = await fields.take(checkLengths[kind]!)
  if (check !== undefined && !check.digest().equals(stored))
    throw stop('corrupt', 'expected the check of a block to match')
  return { unpadded: header.length + compressed + checkLengths[kind]!, decoded }
}

type Stream = { count: number; digest: string; flags: number; stop: Stop }

/** Consumes the index, which has to list exactly the blocks that were read, and the stream's footer. */
async function readIndex(source: ByteSource, { count, digest, flags, stop }: Stream): Promise<void> {
  const fields = xzFields(source, stop)
  await fields.take(1)
  if ((await fields.number()) !== count) throw stop('corrupt', 'expected an index of as many blocks as there are')
  const listed = createHash('sha256')
  for (let block = 0; block < count; block++) listed.update(`${await fields.number()} ${await fields.number()}\n`)
  if (listed.digest('hex') !== digest) throw stop('corrupt', 'expected the index to list the sizes of the blocks')
  await fields.padding()
  const length = fields.taken() + 4
  await fields.checksum('the index')

  const footer = await fields.take(12)
  if (littleEndian(footer, 0, 4) !== crc32(footer.subarray(4, 10)))
    throw stop('corrupt', 'expected the checksum of the footer to match')
  if ((littleEndian(footer, 4, 4) + 1) * 4 !== length) throw stop('corrupt', 'expected the footer to know the index')
  if (footer[8] !== 0 || footer[9] !== flags || footer[10] !== 0x59 || footer[11] !== 0x5a)
    throw stop('corrupt', 'expected the footer to repeat the flags of the header')
}
