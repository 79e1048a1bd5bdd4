import { type ByteSource, byteSource } from '../../byte-source.ts'
import { countProduced, type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Format } from '../../format.ts'
import { littleEndian } from '../../little-endian.ts'
import { nextBytes } from '../../next-bytes.ts'
import { readRaw } from '../../raw-content.ts'
import { BlockCorrupt } from '../block-corrupt.ts'
import { skipZeros } from '../skip-zeros.ts'
import { unwrap } from '../unwrap.ts'
import { isSkippable } from '../zstd/zstd-frame.ts'
import { type Lz4Stop, legacyFrame, lz4Frame } from './lz4-frame.ts'

/** lz4_Frame_format.md 1.6, with the frames of before. */
export const lz4: Format = {
  name: 'lz4',
  kind: 'compression',
  isFormat: (head) => kindOf(head) === 'frame' || kindOf(head) === 'legacy',
  read: ({ source, path }, decoding) => unwrap(lz4Content(source, path, decoding), path, decoding),
}

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
  let offset = 0
  let skippables = 0
  const buffer = { bytes: new Uint8Array(0) }
  const stop: Lz4Stop = (reason, detail) => new DecodingStopped(reason, path, offset, `lz4: ${detail}`)
  for (;;) {
    const kind = kindOf(await source.peek(4))
    if (kind === undefined) return
    if (kind === 'skippable') {
      skippables += 1
      await readSkippable(source, [...path, skippables === 1 ? 'skippable' : `skippable-${skippables}`], decoding, stop)
      continue
    }
    try {
      for await (const output of kind === 'frame'
        ? lz4Frame(source, buffer, stop)
        : legacyFrame(source, buffer, stop)) {
        countProduced(decoding, output.length, path, offset)
        offset += output.length
        yield output
      }
    } catch (error) {
      throw error instanceof BlockCorrupt ? stop('corrupt', error.message) : error
    }
    await skipZeros(source)
  }
}

async function readSkippable(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
  stop: Lz4Stop,
): Promise<void> {
  const truncated = () => stop('truncated', 'expected more bytes of a skippable frame')
  const head = await source.peek(8)
  if (head.length < 8) throw truncated()
  const size = littleEndian(head, 4, 4)
  source.skip(8)
  await readRaw(byteSource(nextBytes(source, size, truncated)), path, decoding)
}
