import type { ByteSource } from '../../byte-source.ts'
import { BlockCorrupt } from '../block-corrupt.ts'
import { LzmaDecoder, symbolLength } from './lzma-decoder.ts'

const mostLiteralBits = 4

/**
 * Yields what a sequence of LZMA2 chunks holds (the format of `.xz` blocks and `.7z` streams) and consumes exactly the
 * sequence, to the byte that says that it ends. @throws BlockCorrupt, or what `truncated` makes
 */
export async function* lzma2Chunks(
  source: ByteSource,
  dictionarySize: number,
  truncated: () => Error,
): AsyncGenerator<Uint8Array> {
  const decoder = new LzmaDecoder(dictionarySize)
  const { window } = decoder
  const buffer = new Uint8Array(2 ** 16 + symbolLength)
  let hasDictionary = false

  async function take(count: number): Promise<Uint8Array> {
    const bytes = await source.peek(count)
    if (bytes.length < count) throw truncated()
    buffer.set(bytes.subarray(0, count))
    source.skip(count)
    return buffer.subarray(0, count)
  }

  for (;;) {
    const control = (await take(1))[0]!
    if (control === 0) return
    if (control === 1 || control >= 0xe0) {
      window.reset()
      hasDictionary = true
    }
    if (!hasDictionary) throw new BlockCorrupt('expected the first chunk to begin a dictionary')
    if (control < 0x80) {
      if (control > 2) throw new BlockCorrupt('expected a kind of chunk that there is')
      const size = bigEndian16(await take(2)) + 1
      const stored = await take(size)
      window.makeRoom()
      window.write(stored)
      yield window.take()
      // What is stored is not seen by the models of a chunk that follows.
      continue
    }
    const sizes = await take(control >= 0xc0 ? 5 : 4)
    let left = (control & 0x1f) * 2 ** 16 + bigEndian16(sizes) + 1
    const inputLength = bigEndian16(sizes.subarray(2)) + 1
    if (control >= 0xc0) decoder.setProperties(sizes[4]!, mostLiteralBits)
    else if (!decoder.hasProperties) throw new BlockCorrupt('expected properties in the first compressed chunk')
    else if (control >= 0xa0) decoder.resetState()
    await take(inputLength)
    if (inputLength < 5) throw new BlockCorrupt('expected a chunk of at least 5 bytes')
    decoder.begin(buffer, 0)
    while (left > 0) {
      window.makeRoom()
      const before = window.at
      const ended = decoder.run(buffer, inputLength, before + left, true)
      left -= window.at - before
      yield window.take()
      if (ended !== 'output') throw new BlockCorrupt('expected a chunk to hold as many bytes as stated')
    }
    if (!decoder.isFinished(buffer) || decoder.at !== inputLength)
      throw new BlockCorrupt('expected a chunk to end with its data')
  }
}

const bigEndian16 = (bytes: Uint8Array): number => bytes[0]! * 256 + bytes[1]!
