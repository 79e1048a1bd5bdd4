import { crc32 } from '../../checksums/crc32.ts'
import { type ByteSource, byteSource } from '../byte-source.ts'
import { addGap, type Decoding, type Stop } from '../decoding.ts'
import { nextBytes, takeBytes } from '../next-bytes.ts'

/** A chunk (PNG, 5.3): `data` has to be read to its end, where its checksum is looked at. */
export type PngChunk = { readonly type: string; readonly length: number; readonly data: ByteSource }

/** `next`: the chunk behind the one that was read to its end. `nextType`: which one that will be, if it is whole so far. */
export type PngChunks = { next(): Promise<PngChunk>; nextType(): Promise<string>; count(): number }

const mostLength = 2 ** 31 - 1
const headerLength = 8
const typeAt = 4

export function pngChunks(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
  stopWith: (count: number) => Stop,
): PngChunks {
  let chunks = 0

  async function* checked(type: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
    const truncated = () => stopWith(chunks)('truncated', 'expected more bytes of a chunk')
    let checksum = crc32(type)
    for await (const bytes of nextBytes(source, length, truncated)) {
      checksum = crc32(bytes, checksum)
      yield bytes
    }
    const trailer = await takeBytes(source, 4)
    if (trailer === undefined) throw truncated()
    if (trailer.readUInt32BE() !== checksum)
      addGap(decoding, { reason: 'corrupt', path, offset: chunks, detail: 'png: expected the checksum to match' })
  }

  return {
    count: () => chunks,
    async nextType() {
      return Buffer.from((await source.peekSome(headerLength)).subarray(typeAt, headerLength)).toString('latin1')
    },
    async next() {
      const header = await takeBytes(source, headerLength)
      if (header === undefined) throw stopWith(chunks)('truncated', 'expected more chunks')
      chunks += 1
      const length = header.readUInt32BE()
      const type = header.toString('latin1', typeAt)
      if (length > mostLength || !/^[A-Za-z]{4}$/.test(type)) throw stopWith(chunks)('corrupt', 'expected a chunk')
      return { type, length, data: byteSource(checked(header.subarray(typeAt), length)) }
    },
  }
}
