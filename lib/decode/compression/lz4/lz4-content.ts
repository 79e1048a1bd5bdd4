import { type ByteSource, byteSource } from '../../byte-source.ts'
import type { Decoding, Stop } from '../../decoding.ts'
import { littleEndian } from '../../little-endian.ts'
import { nextBytes } from '../../next-bytes.ts'
import { readRaw } from '../../raw-content.ts'
import { asStop } from '../block-corrupt.ts'
import { outputOf } from '../output.ts'
import { skipZeros } from '../skip-zeros.ts'
import { compression } from '../unwrap.ts'
import { isSkippable } from '../zstd/zstd-frame.ts'
import { legacyFrame, lz4Frame } from './lz4-frame.ts'

/** lz4_Frame_format.md 1.6, with the frames of before. */
export const lz4 = compression('lz4', (head) => kindOf(head) === 'frame' || kindOf(head) === 'legacy', lz4Content)

function kindOf(head: Uint8Array): 'frame' | 'legacy' | 'skippable' | undefined {
  if (isSkippable(head)) return 'skippable'
  const magic = head.length < 4 ? 0 : littleEndian(head, 0, 4)
  if (magic === 0x184d2204) return 'frame'
  return magic === 0x184c2102 ? 'legacy' : undefined
}

/**
 * The content of all frames of an lz4 file, one after the other. What follows the last one, and zeros after it, stays in
 * `source`. Skippable frames are contents of their own: `[...path, 'skippable']`, then `skippable-2` and so on. Memory: two
 * blocks of at most 8 MiB.
 */
async function* lz4Content(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const { count, stop } = outputOf('lz4', path, decoding)
  let skippables = 0
  const buffer = { bytes: new Uint8Array(0) }
  for (;;) {
    const kind = kindOf(await source.peek(4))
    if (kind === undefined) return
    if (kind === 'skippable') {
      skippables += 1
      await readSkippable(source, [...path, skippables === 1 ? 'skippable' : `skippable-${skippables}`], decoding, stop)
      continue
    }
    try {
      for await (const output of kind === 'frame' ? lz4Frame(source, buffer, stop) : legacyFrame(source, buffer, stop))
        yield count(output)
    } catch (error) {
      throw asStop(error, stop)
    }
    await skipZeros(source)
  }
}

async function readSkippable(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
  stop: Stop,
): Promise<void> {
  const truncated = () => stop('truncated', 'expected more bytes of a skippable frame')
  const head = await source.peek(8)
  if (head.length < 8) throw truncated()
  const size = littleEndian(head, 4, 4)
  source.skip(8)
  await readRaw(byteSource(nextBytes(source, size, truncated)), path, decoding)
}
