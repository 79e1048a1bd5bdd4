import { type ByteSource, byteSource } from '../byte-source.ts'
import { countMember, stopOf } from '../decoding.ts'
import type { Format } from '../format.ts'
import { inOne, nextBytes, takeBytes } from '../next-bytes.ts'
import { withoutZerosBehind } from '../zeros.ts'
import { readAsWritten } from './as-written.ts'
import { readExif } from './exif.ts'
import { readIcc } from './icc.ts'
import { type Metadata, metadataOf, unlessStopped } from './metadata.ts'
import { mostMetadata, readUnknown } from './picture-parts.ts'
import { addPicture } from './pixels.ts'

const frameHeader = 16

/**
 * Pictures in WebP (RFC 9649). All of it is pushed as it is written; `metadata` has numbers of it and what Exif says, `xmp` and others are contents.
 * The coded data is not decoded: a text that is in it is found as it is.
 */
export const webp: Format = {
  name: 'webp',
  kind: 'picture',
  isFormat: (head) => textAt(head, 0) === 'RIFF' && textAt(head, 8) === 'WEBP',
  async read({ source, path }, decoding) {
    addPicture(decoding, path)
    const metadata = metadataOf('webp', path, decoding)
    const isWhole = await readAsWritten(source, path, decoding, readFile(source, metadata))
    await metadata.end(isWhole)
  },
}

function textAt(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.subarray(at, at + 4)).toString('latin1')
}

async function* readFile(source: ByteSource, metadata: Metadata): AsyncGenerator<Uint8Array> {
  const stop = stopOf('webp', metadata.path)
  const head = await takeBytes(source, 12)
  if (head === undefined) throw stop('truncated', 'expected more bytes')
  yield head
  const size = head.readUInt32LE(4) - 4
  const state = { pictures: 0 }
  yield* readChunks(source, size, false, state, metadata)
  if (state.pictures === 0) throw stop('corrupt', 'expected a picture')
}

type State = { pictures: number }

/** Reads `left` bytes of chunks, of the file or of a frame of it. */
async function* readChunks(
  source: ByteSource,
  size: number,
  isFrame: boolean,
  state: State,
  metadata: Metadata,
): AsyncGenerator<Uint8Array> {
  const { decoding, path } = metadata
  const stop = stopOf('webp', path)
  for (let left = size; left !== 0; ) {
    if (left < 8) throw stop('corrupt', 'expected chunks as long as what they are in')
    const head = await takeBytes(source, 8)
    if (head === undefined) throw stop('truncated', 'expected more chunks')
    yield head
    const name = textAt(head, 0)
    const length = head.readUInt32LE(4)
    const padding = length & 1
    left -= 8 + length + padding
    if (left < 0) throw stop('corrupt', 'expected chunks within what they are in')
    countMember(decoding, path)
    if (name === 'ANMF' && !isFrame) {
      if (length < frameHeader) throw stop('corrupt', 'expected the header of a frame')
      const header = await takeBytes(source, frameHeader)
      if (header === undefined) throw stop('truncated', 'expected more bytes of a frame')
      yield header
      if ((header[15]! & 0xfc) !== 0) metadata.gap('corrupt', 'expected reserved bits that are zero')
      await metadata.numbers([0, 3, 6, 9, 12].map((at) => header.readUIntLE(at, 3)))
      yield* readChunks(source, length - frameHeader, true, state, metadata)
    } else if (name === 'VP8 ' || name === 'VP8L' || name === 'ALPH') {
      if (name !== 'ALPH') state.pictures++
      const start = (await source.peek(Math.min(length, 10))).subarray(0, Math.min(length, 10))
      if (!isBeginning(name, start, length)) metadata.gap('corrupt', 'expected coded data that begins as such')
      yield* nextBytes(source, length, () => stop('truncated', 'expected more coded data'))
    } else {
      if (length > mostMetadata) throw stop('limit', `expected at most ${mostMetadata} bytes of metadata`)
      const bytes = await takeBytes(source, length)
      if (bytes === undefined) throw stop('truncated', 'expected more bytes of a chunk')
      yield bytes
      await unlessStopped(decoding, () => readChunk(name, bytes, metadata))
    }
    if (padding === 0) continue
    const pad = await takeBytes(source, 1)
    if (pad === undefined) throw stop('truncated', 'expected padding')
    yield pad
    if (pad[0] !== 0) metadata.gap('corrupt', 'expected padding of zeros')
  }
}

/** Whether coded data begins as RFC 6386 (9.1), RFC 9649 (3.4, and 2.7.1.2 for alpha) have it, with a first part that is within it. */
function isBeginning(name: string, start: Uint8Array, length: number): boolean {
  const bytes = Buffer.from(start)
  if (name === 'ALPH')
    return length > 1 && (bytes[0]! & 0x03) < 2 && (bytes[0]! & 0x30) < 0x20 && (bytes[0]! & 0xc0) === 0
  if (name === 'VP8L') return length > 5 && bytes[0] === 0x2f && bytes[4]! >> 5 === 0
  const isKey = length >= 10 && (bytes[0]! & 1) === 0 && bytes.readUIntBE(3, 3) === 0x9d012a
  return isKey && bytes.readUIntLE(0, 3) >> 5 <= length - 10
}

async function readChunk(name: string, bytes: Buffer, metadata: Metadata): Promise<void> {
  const { decoding } = metadata
  if (name === 'VP8X') {
    const isWhole = bytes.length === 10 && (bytes[0]! & 0xc1) === 0 && bytes.readUIntLE(1, 3) === 0
    if (!isWhole) return metadata.gap('corrupt', 'expected a header with reserved bits that are zero')
    return metadata.numbers([bytes.readUIntLE(4, 3) + 1, bytes.readUIntLE(7, 3) + 1])
  }
  if (name === 'ANIM') {
    if (bytes.length !== 6) return metadata.gap('corrupt', 'expected parameters of an animation')
    return metadata.numbers([bytes.readUInt32LE(), bytes.readUInt16LE(4)])
  }
  if (name === 'EXIF') return readExif(bytes, metadata.pathOf('exif'), decoding)
  if (name === 'XMP ') return metadata.content('xmp', withoutZerosBehind(bytes))
  if (name === 'ICCP') return readIcc(bytes, metadata.pathOf('icc'), decoding)
  const detail = 'webp: expected chunks that are read'
  await readUnknown(byteSource(inOne(bytes)), metadata.pathOf('chunk'), decoding, detail)
}
