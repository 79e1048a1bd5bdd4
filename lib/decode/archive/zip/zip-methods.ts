import type { ByteSource } from '../../byte-source.ts'
import { asStop } from '../../compression/block-corrupt.ts'
import { bzip2, bzip2Content } from '../../compression/bzip2/bzip2-content.ts'
import { LzmaDecoder } from '../../compression/lzma/lzma-decoder.ts'
import { lzmaStream } from '../../compression/lzma/lzma-stream.ts'
import { outputOf } from '../../compression/output.ts'
import type { CompressedContent } from '../../compression/unwrap.ts'
import { xz, xzContent } from '../../compression/xz/xz-content.ts'
import { zstd, zstdContent } from '../../compression/zstd/zstd-content.ts'
import { type Decoding, stopOf } from '../../decoding.ts'
import type { Format } from '../../format.ts'
import { takeBytes } from '../../next-bytes.ts'
import { inflate64 } from './inflate64.ts'
import { inflate } from './zip-inflate.ts'

/** What a method needs to know. `size`: of the content, where the header states it. */
export type MethodInput = {
  input: ByteSource
  path: readonly string[]
  decoding: Decoding
  size: number | undefined
}

/** Yields what is stored, counted as output, and consumes exactly its stream. @throws DecodingStopped */
type Method = (from: MethodInput) => AsyncGenerator<Uint8Array>

/** The methods that are read, by number (APPNOTE 4.4.5). */
export const methods: ReadonlyMap<number, Method> = new Map([
  [8, (from: MethodInput) => counted(inflate(from.input, from.path, from.decoding.means), from)],
  [9, (from: MethodInput) => counted(inflate64(from.input, from.path), from)],
  [12, (from: MethodInput) => formatted(bzip2, bzip2Content, from)],
  [14, (from: MethodInput) => counted(lzmaContent(from), from)],
  [20, (from: MethodInput) => formatted(zstd, zstdContent, from)],
  [93, (from: MethodInput) => formatted(zstd, zstdContent, from)],
  [95, (from: MethodInput) => formatted(xz, xzContent, from)],
])

async function* counted(
  content: AsyncGenerator<Uint8Array>,
  { decoding, path }: MethodInput,
): AsyncGenerator<Uint8Array> {
  const { count } = outputOf('zip', path, decoding)
  for await (const bytes of content) yield count(bytes)
}

/** A file format of its own, which counts its output itself. */
async function* formatted(format: Format, content: CompressedContent, from: MethodInput): AsyncGenerator<Uint8Array> {
  const { input, path, decoding } = from
  if (!format.isFormat(await input.peekSome(16)))
    throw stopOf('zip', path)('corrupt', `expected data of ${format.name}`)
  yield* content(input, path, decoding)
}

const lzmaHeaderLength = 9
const mostLiteralBits = 8 + 4

/** LZMA behind a version, the length of the properties and the properties (APPNOTE 5.8). */
async function* lzmaContent({ input, path, decoding, size }: MethodInput): AsyncGenerator<Uint8Array> {
  const stop = stopOf('zip', path)
  const truncated = () => stop('truncated', 'expected more LZMA data')
  const header = await takeBytes(input, lzmaHeaderLength)
  if (header === undefined) throw truncated()
  if (header.readUInt16LE(2) !== 5) throw stop('corrupt', 'expected 5 bytes of properties')
  const dictionarySize = header.readUInt32LE(5)
  const { windowLog } = decoding.limits
  if (dictionarySize > 2 ** windowLog) throw stop('limit', `expected a dictionary of at most 2^${windowLog} bytes`)
  try {
    const decoder = new LzmaDecoder(dictionarySize)
    decoder.setProperties(header[4]!, mostLiteralBits)
    yield* lzmaStream(input, decoder, size, truncated)
  } catch (error) {
    throw asStop(error, stop)
  }
}
