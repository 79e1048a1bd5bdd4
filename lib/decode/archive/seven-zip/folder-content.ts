import { type ByteSource, byteSource, chunksOf } from '../../byte-source.ts'
import { asStop, BlockCorrupt } from '../../compression/block-corrupt.ts'
import { bzip2Content } from '../../compression/bzip2/bzip2-content.ts'
import { LzmaDecoder } from '../../compression/lzma/lzma-decoder.ts'
import { lzmaStream } from '../../compression/lzma/lzma-stream.ts'
import { lzma2Chunks } from '../../compression/lzma/lzma2.ts'
import { xzFilter } from '../../compression/xz/xz-filters.ts'
import { countProduced, type Decoding, stopOf } from '../../decoding.ts'
import { inflate64 } from '../zip/inflate64.ts'
import { inflate } from '../zip/zip-inflate.ts'
import { type Coder, type Folder, mainOutput } from './streams-info.ts'

type Input = { source: ByteSource; size: number; properties: Buffer; path: readonly string[]; decoding: Decoding }

/** Yields what a coder gives of its input. */
type Decode = (input: Input) => AsyncGenerator<Uint8Array>

const filter =
  (id: number): Decode =>
  ({ source, properties, path }) => {
    const undo = xzFilter([{ id, properties }])
    if (undo === undefined) throw stopOf('7z', path)('unsupported-format', 'expected a filter that is read')
    return undo(chunksOf(source))
  }

/** The coders that are read, by id (Methods.txt of the LZMA SDK). */
const coders: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['00', ({ source }) => chunksOf(source)],
  ['21', (input) => lzma2(input)],
  ['030101', (input) => lzma(input)],
  ['040108', ({ source, path, decoding }) => inflate(source, path, decoding.means)],
  ['040109', ({ source, path }) => inflate64(source, path)],
  ['040202', ({ source, path, decoding }) => bzip2Content(source, path, decoding)],
  ['03', filter(3)],
  ['04', filter(4)],
  ['03030103', filter(4)],
  ['07', filter(7)],
  ['03030501', filter(7)],
])

const aes = '06f10701'

/** Why a folder is not read; absent: it is. */
export function refusalOf({
  coders: used,
}: Folder): { reason: 'encrypted' | 'unsupported-format'; detail: string } | undefined {
  if (used.some(({ id }) => id === aes))
    return { reason: 'encrypted', detail: '7z: expected data that is not encrypted' }
  if (used.some(({ id, inputs, outputs }) => !coders.has(id) || inputs !== 1 || outputs !== 1))
    return { reason: 'unsupported-format', detail: '7z: expected methods that are read' }
  return undefined
}

/**
 * Yields what a folder, of coders that are read, gives of its packed stream. @throws DecodingStopped unless every coder gives
 * exactly what its size says and takes all of its input
 */
export async function* folderContent(
  folder: Folder,
  packed: AsyncGenerator<Uint8Array>,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const stop = stopOf('7z', path)
  try {
    let content = packed
    for (const index of orderOf(folder)) content = decoded(folder.coders[index]!, folder.sizes[index]!, content)
    yield* content
  } catch (error) {
    throw asStop(error, stop)
  }

  async function* decoded(coder: Coder, size: number, input: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
    const source = byteSource(input)
    let length = 0
    for await (const bytes of coders.get(coder.id)!({ source, size, properties: coder.properties, path, decoding })) {
      // A format of its own has counted its output.
      if (coder.id !== '040202') countProduced(decoding, bytes.length, path, length)
      length += bytes.length
      if (length > size) throw stop('corrupt', 'expected a stream of the stated size')
      yield bytes
    }
    if (length !== size || (await source.peek(1)).length > 0)
      throw stop('corrupt', 'expected a stream of the stated size')
  }
}

/** The coders from the one that takes the packed stream to the one that gives the content. */
function orderOf(folder: Folder): number[] {
  const order: number[] = []
  let coder: number | undefined = mainOutput(folder)
  while (coder !== undefined && order.length <= folder.coders.length) {
    order.unshift(coder)
    const input: number = coder
    coder = folder.pairs.find((pair) => pair.input === input)?.output
  }
  const isWhole = order.length === folder.coders.length && new Set(order).size === order.length
  if (!isWhole || folder.packed[0] !== order[0]) throw new BlockCorrupt('expected every coder to take part once')
  return order
}

const truncatedIn = (path: readonly string[]) => () => stopOf('7z', path)('truncated', 'expected more packed bytes')

function checkWindow(size: number, { path, decoding }: Input): void {
  const { windowLog } = decoding.limits
  if (size > 2 ** windowLog) throw stopOf('7z', path)('limit', `expected a dictionary of at most 2^${windowLog} bytes`)
}

const mostLiteralBits = 8 + 4

async function* lzma(input: Input): AsyncGenerator<Uint8Array> {
  const { properties, source, size, path } = input
  if (properties.length !== 5) throw new BlockCorrupt('expected properties of LZMA')
  const dictionarySize = properties.readUInt32LE(1)
  checkWindow(dictionarySize, input)
  const decoder = new LzmaDecoder(dictionarySize)
  decoder.setProperties(properties[0]!, mostLiteralBits)
  yield* lzmaStream(source, decoder, size, truncatedIn(path))
}

async function* lzma2(input: Input): AsyncGenerator<Uint8Array> {
  const { properties, source, path } = input
  const bits = properties[0]
  if (properties.length !== 1 || bits === undefined || bits > 40) throw new BlockCorrupt('expected properties of LZMA2')
  const dictionarySize = bits === 40 ? 2 ** 32 - 1 : (2 | (bits & 1)) * 2 ** (11 + (bits >> 1))
  checkWindow(dictionarySize, input)
  yield* lzma2Chunks(source, dictionarySize, truncatedIn(path))
}
