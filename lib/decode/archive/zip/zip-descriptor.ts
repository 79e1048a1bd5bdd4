import { crc32 } from '../../../checksums/crc32.ts'
import type { ByteSource } from '../../byte-source.ts'
import { safeNumber, signature } from './zip-records.ts'

/** What is behind the data of an entry whose header could not say it yet (APPNOTE 4.3.9). */
export type Descriptor = { crc: number; storedSize: number; size: number }

/** A descriptor with a signature and sizes of 8 bytes, and the beginning of what follows it. */
const longest = 24 + 2

type Layout = { isSigned: boolean; isWide: boolean }

const layouts: readonly Layout[] = [
  { isSigned: true, isWide: false },
  { isSigned: true, isWide: true },
  { isSigned: false, isWide: false },
  { isSigned: false, isWide: true },
]

const lengthOf = ({ isSigned, isWide }: Layout) => (isSigned ? 4 : 0) + (isWide ? 20 : 12)

function parse(bytes: Buffer, layout: Layout): Descriptor | undefined {
  const from = layout.isSigned ? 4 : 0
  if (bytes.length < lengthOf(layout)) return undefined
  if (layout.isSigned && bytes.readUInt32LE(0) !== signature.descriptor) return undefined
  const sizeAt = (index: number) =>
    layout.isWide ? safeNumber(bytes, from + 4 + index * 8) : bytes.readUInt32LE(from + 4 + index * 4)
  const [storedSize, size] = [sizeAt(0), sizeAt(1)]
  if (storedSize === undefined || size === undefined) return undefined
  return { crc: bytes.readUInt32LE(from), storedSize, size }
}

/** The layout in which a descriptor fits; of several the one that a record follows. */
function layoutThatFits(bytes: Buffer, fits: (found: Descriptor) => boolean): Layout | undefined {
  const fitting = layouts.filter((layout) => {
    const found = parse(bytes, layout)
    return found !== undefined && fits(found)
  })
  return fitting.find((layout) => isRecordAt(bytes, lengthOf(layout))) ?? fitting[0]
}

const isRecordAt = (bytes: Buffer, at: number) => bytes[at] === 0x50 && bytes[at + 1] === 0x4b

/** Consumes a descriptor that `fits`; absent: there is none, and nothing is consumed. */
export async function readDescriptor(
  source: ByteSource,
  fits: (found: Descriptor) => boolean,
): Promise<Descriptor | undefined> {
  const peeked = await source.peek(longest)
  const bytes = Buffer.from(peeked.subarray(0, longest))
  const layout = layoutThatFits(bytes, fits)
  if (layout === undefined) return undefined
  source.skip(lengthOf(layout))
  return parse(bytes, layout)
}

/**
 * The data of an entry whose length only its descriptor says, up to a descriptor that states exactly the bytes before it.
 * `isStored`: the bytes are what the checksum is of, so it has to match as well; else a record has to follow.
 */
export async function* untilDescriptor(
  source: ByteSource,
  isStored: boolean,
  truncated: () => Error,
): AsyncGenerator<Uint8Array, Descriptor, undefined> {
  let length = 0
  let crc = 0
  function* emit(bytes: Uint8Array): Generator<Uint8Array> {
    if (bytes.length === 0) return
    if (isStored) crc = crc32(bytes, crc)
    length += bytes.length
    source.skip(bytes.length)
    yield bytes
  }
  for (;;) {
    const peeked = await source.peek(longest)
    const bytes = Buffer.from(peeked.buffer, peeked.byteOffset, peeked.length)
    const isEnd = bytes.length < longest
    const at = candidateIn(bytes, length)
    if (at < 0) {
      if (isEnd) {
        yield* emit(bytes)
        throw truncated()
      }
      yield* emit(bytes.subarray(0, bytes.length - longest + 1))
      continue
    }
    if (at > 0) {
      yield* emit(bytes.subarray(0, at))
      continue
    }
    const fits = (found: Descriptor) =>
      found.storedSize === length && (!isStored || (found.crc === crc && found.size === length))
    const signed = bytes.subarray(0, longest)
    const layout = layoutThatFits(signed, fits)
    const isFound = layout !== undefined && (isStored || isRecordAt(bytes, lengthOf(layout)))
    const found = isFound ? parse(signed, layout) : undefined
    if (found !== undefined && layout !== undefined) {
      source.skip(lengthOf(layout))
      return found
    }
    yield* emit(bytes.subarray(0, 4))
  }
}

const mark = Buffer.from('PK\x07\x08', 'latin1')

/** Where a signature is before which there are as many bytes as a descriptor behind it would state; -1: nowhere. */
function candidateIn(bytes: Buffer, before: number): number {
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
    if (at + 12 > bytes.length || bytes.readUInt32LE(at + 8) === (before + at) % 2 ** 32) return at
  }
  return -1
}
