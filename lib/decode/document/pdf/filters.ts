import { byteSource } from '../../byte-source.ts'
import { inflateFailure } from '../../compression/engine/inflate-failure.ts'
import { openEngine } from '../../compression/engine/run-engine.ts'
import { outputOf } from '../../compression/output.ts'
import { type Decoding, DecodingStopped } from '../../decoding.ts'
import { ascii85Filter, type Coded, hexFilter, lzwFilter, runLengthFilter } from './coded-filters.ts'
import { predicted } from './predictors.ts'
import { type Dict, isDict, listOf, nameOf } from './values.ts'

type Chunks = AsyncIterable<Uint8Array>

const mostFilters = 8
/** Names in short, of inline images, which some write everywhere. */
const long: Readonly<Record<string, string>> = {
  Fl: 'FlateDecode',
  LZW: 'LZWDecode',
  A85: 'ASCII85Decode',
  AHx: 'ASCIIHexDecode',
  RL: 'RunLengthDecode',
  DCT: 'DCTDecode',
}

/** The filters of a stream, in the order in which they are undone. */
export const filtersOf = (dict: Dict): string[] =>
  listOf(dict.get('Filter') ?? dict.get('F')).map((each) => {
    const name = nameOf(each) ?? ''
    return long[name] ?? name
  })

/**
 * What a stream holds, its filters undone up to those of pictures. Where data is damaged or cut off, what came before it is all, as it is for those who show a PDF.
 * Absent where one of the filters is not known.
 * @throws DecodingStopped beyond a limit
 */
export function unfiltered(data: Chunks, dict: Dict, path: readonly string[], decoding: Decoding): Chunks | undefined {
  const filters = filtersOf(dict)
  const parameters = listOf(dict.get('DecodeParms') ?? dict.get('DP'))
  if (filters.length > mostFilters) return undefined
  let chunks = data
  for (const [at, filter] of filters.entries()) {
    const each = parameters[at]
    const own: Dict = isDict(each) ? each : new Map()
    if (filter === 'FlateDecode') chunks = predicted(inflated(chunks, path, decoding), own)
    else if (filter === 'LZWDecode')
      chunks = predicted(coded(lzwFilter(own.get('EarlyChange') !== 0), chunks, path, decoding), own)
    else if (filter === 'ASCII85Decode') chunks = coded(ascii85Filter(), chunks, path, decoding)
    else if (filter === 'ASCIIHexDecode') chunks = coded(hexFilter(), chunks, path, decoding)
    else if (filter === 'RunLengthDecode') chunks = coded(runLengthFilter(), chunks, path, decoding)
    else return filter === 'DCTDecode' && at === filters.length - 1 ? chunks : undefined
  }
  return chunks
}

async function* inflated(chunks: Chunks, path: readonly string[], decoding: Decoding): AsyncGenerator<Uint8Array> {
  const { count, stop } = outputOf('pdf', path, decoding)
  const source = byteSource(chunks)
  const [method = 0, flags = 0] = await source.peek(2)
  if ((method & 0x0f) === 8 && (method * 256 + flags) % 31 === 0) source.skip(2)
  const engine = openEngine({ name: 'inflate-raw' }, decoding.means)
  try {
    for await (const output of engine.run(source.take, source.giveBack)) yield count(output)
  } catch (error) {
    const failure = inflateFailure(error, stop)
    const isDamage = failure !== error && failure instanceof DecodingStopped
    if (!isDamage) throw error
  } finally {
    engine.close()
  }
}

/** So many bytes at a time, since a code of LZW may stand for thousands. */
const piece = 4096

async function* coded(
  filter: Coded,
  chunks: Chunks,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const { count } = outputOf('pdf', path, decoding)
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += piece) {
      const output = filter.write(chunk.subarray(at, at + piece))
      if (output.length > 0) yield count(output)
    }
  const rest = filter.end()
  if (rest.length > 0) yield count(rest)
}
