import type { ByteSource } from '../../byte-source.ts'
import { BlockCorrupt } from '../block-corrupt.ts'
import { type LzmaDecoder, symbolLength } from './lzma-decoder.ts'

const inputSize = 2 ** 16
const beginLength = 5

/**
 * Yields what one LZMA stream holds and consumes exactly the stream. It ends with the marker of the end, or, where `size`
 * is known, after so many bytes with or without the marker; either way the range coder has to be where the encoder left it.
 * That shows most damage, not all: the containers' checksums do.
 * @throws BlockCorrupt, or what `truncated` makes
 */
export async function* lzmaStream(
  source: ByteSource,
  decoder: LzmaDecoder,
  size: number | undefined,
  truncated: () => Error,
): AsyncGenerator<Uint8Array> {
  const { window } = decoder
  const begin = await source.peek(beginLength)
  if (begin.length < beginLength) throw truncated()
  decoder.begin(begin, 0)
  source.skip(beginLength)
  let left = size ?? Number.POSITIVE_INFINITY
  for (;;) {
    const held = await source.peekSome(inputSize)
    const isLast = held.length < inputSize
    const input = isLast ? Buffer.concat([held, Buffer.alloc(symbolLength)]) : held
    window.makeRoom()
    decoder.at = 0
    const isWhole = left === 0
    if (isWhole && decoder.isFinished(input)) return await finish(source, decoder, truncated)
    const before = window.at
    const ended = decoder.run(input, held.length, before + (isWhole ? 1 : left), isLast)
    const produced = window.at - before
    if (isWhole && produced > 0) throw new BlockCorrupt('expected the stream to end after the stated size')
    left -= produced
    const isOverrun = decoder.at > held.length
    source.skip(Math.min(decoder.at, held.length))
    if (produced > 0) yield window.take()
    if (isOverrun) {
      // Throws what the medium failed with, if it did.
      await source.peek(1)
      throw truncated()
    }
    if (ended !== 'marker') continue
    if (left > 0 && size !== undefined) throw new BlockCorrupt('expected as many bytes as stated')
    decoder.at = 0
    if (!decoder.isFinished(await source.peek(1))) throw new BlockCorrupt('expected the range coder at its end')
    return await finish(source, decoder, truncated)
  }
}

async function finish(source: ByteSource, decoder: LzmaDecoder, truncated: () => Error): Promise<void> {
  if ((await source.peek(decoder.at)).length < decoder.at) throw truncated()
  source.skip(decoder.at)
}
