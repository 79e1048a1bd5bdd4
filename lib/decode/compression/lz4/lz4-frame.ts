import type { ByteSource } from '../../byte-source.ts'
import type { Stop } from '../../decoding.ts'
import { littleEndian } from '../../little-endian.ts'
import { decompressLz4BlockInto } from './lz4-block.ts'
import { xxHash32, xxHash32Of } from './xxhash32.ts'

type FrameHeader = {
  linked: boolean
  blockChecksums: boolean
  contentChecksum: boolean
  contentSize: number | undefined
  blockSize: number
}

const historySize = 2 ** 16
const shortestHeader = 7
const isStored = 0x80000000

/** Memory that the frames of one file share: as large as the largest block so far needs it. */
export type Lz4Buffer = { bytes: Uint8Array }

function atLeast(buffer: Lz4Buffer, length: number): Uint8Array {
  if (buffer.bytes.length < length) buffer.bytes = new Uint8Array(length)
  return buffer.bytes
}

/** Consumes one LZ4 frame (lz4_Frame_format.md 1.6) and yields its content; every checksum and size is checked. */
export async function* lz4Frame(source: ByteSource, buffer: Lz4Buffer, stop: Stop): AsyncGenerator<Uint8Array> {
  const header = await readHeader(source, stop)
  const output = atLeast(buffer, historySize + header.blockSize)
  const content = xxHash32()
  let history = 0
  let size = 0
  for (;;) {
    const field = littleEndian(await take(source, 4, stop), 0, 4)
    if (field === 0) break
    const length = field % isStored
    if (length > header.blockSize) throw stop('corrupt', 'expected a block of at most the stated size')
    const checksumLength = header.blockChecksums ? 4 : 0
    const stored = await source.peek(length + checksumLength)
    if (stored.length < length + checksumLength) throw stop('truncated', 'expected more bytes of a block')
    const block = stored.subarray(0, length)
    if (header.blockChecksums && xxHash32Of(block) !== littleEndian(stored, length, 4))
      throw stop('corrupt', 'expected the checksum of a block to match')
    const end = field >= isStored ? copy(block, output, history) : decompressBlock(block, header, output, history)
    source.skip(length + checksumLength)
    const decoded = output.subarray(history, end)
    if (header.contentChecksum) content.update(decoded)
    size += decoded.length
    if (decoded.length > 0) yield decoded
    if (!header.linked) continue
    const kept = Math.min(end, historySize)
    output.copyWithin(0, end - kept, end)
    history = kept
  }
  if ((header.contentSize ?? size) !== size) throw stop('corrupt', 'expected as many bytes as the frame header states')
  if (header.contentChecksum && littleEndian(await take(source, 4, stop), 0, 4) !== content.digest())
    throw stop('corrupt', 'expected the checksum of the content to match')
}

function copy(block: Uint8Array, output: Uint8Array, to: number): number {
  output.set(block, to)
  return to + block.length
}

function decompressBlock(block: Uint8Array, { blockSize }: FrameHeader, output: Uint8Array, from: number): number {
  return decompressLz4BlockInto(block, output.subarray(0, from + blockSize), from)
}

async function readHeader(source: ByteSource, stop: Stop): Promise<FrameHeader> {
  const short = await source.peek(shortestHeader)
  if (short.length < shortestHeader) throw stop('truncated', 'expected more bytes of a frame header')
  const flags = short[4]!
  const sizeLength = (flags & 8) === 0 ? 0 : 8
  const dictionaryLength = (flags & 1) === 0 ? 0 : 4
  const length = shortestHeader + sizeLength + dictionaryLength
  const head = await take(source, length, stop)
  const descriptor = head[5]!
  if (((xxHash32Of(head.subarray(4, length - 1)) >> 8) & 0xff) !== head[length - 1])
    throw stop('corrupt', 'expected the checksum of a frame header to match')
  if ((flags & 0xc2) !== 0x40 || (descriptor & 0x8f) !== 0 || descriptor >> 4 < 4)
    throw stop('unsupported-format', 'expected a frame of version 1')
  if (dictionaryLength > 0) throw stop('dictionary', 'expected a frame without a dictionary')
  return {
    linked: (flags & 0x20) === 0,
    blockChecksums: (flags & 0x10) !== 0,
    contentChecksum: (flags & 4) !== 0,
    contentSize: sizeLength === 0 ? undefined : littleEndian(head, 6, 8),
    blockSize: 2 ** (8 + 2 * (descriptor >> 4)),
  }
}

async function take(source: ByteSource, count: number, stop: Stop): Promise<Uint8Array> {
  const bytes = await source.peek(count)
  if (bytes.length < count) throw stop('truncated', 'expected more bytes of a frame')
  const taken = Buffer.from(bytes.subarray(0, count))
  source.skip(count)
  return taken
}

const legacyBlockSize = 2 ** 23
const mostLegacyStored = legacyBlockSize + Math.floor(legacyBlockSize / 255) + 16

/**
 * Consumes one frame of lz4 before 1.0, which has neither checksums nor an end: it ends with the file, or where another frame
 * begins. Only the last block may hold less than 8 MiB, and nothing else tells that it is the last.
 */
export async function* legacyFrame(source: ByteSource, buffer: Lz4Buffer, stop: Stop): AsyncGenerator<Uint8Array> {
  source.skip(4)
  const output = atLeast(buffer, legacyBlockSize).subarray(0, legacyBlockSize)
  let length = legacyBlockSize
  for (;;) {
    const head = await source.peek(4)
    const size = head.length < 4 ? 0 : littleEndian(head, 0, 4)
    if (size === 0 || size > mostLegacyStored) {
      if (head.length > 0 && head.length < 4) throw stop('truncated', 'expected more bytes of a block')
      if (length === legacyBlockSize) throw stop('truncated', 'expected a last block of less than 8 MiB')
      return
    }
    if (length < legacyBlockSize) throw stop('corrupt', 'expected only the last block to hold less than 8 MiB')
    const bytes = await source.peek(4 + size)
    if (bytes.length < 4 + size) throw stop('truncated', 'expected more bytes of a block')
    length = decompressLz4BlockInto(bytes.subarray(4, 4 + size), output, 0)
    source.skip(4 + size)
    if (length > 0) yield output.subarray(0, length)
  }
}
