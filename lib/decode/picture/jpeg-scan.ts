import type { ByteSource } from '../byte-source.ts'
import { type Decoding, DecodingStopped } from '../decoding.ts'
import type { Frame, Scan } from './jpeg-frame.ts'
import { createWalk, type Walk } from './jpeg-walk.ts'
import type { Metadata } from './metadata.ts'

/** So many blocks are walked through whatever a picture's scans have, and so many more for each of their bytes: a small file may say that it is a large picture. */
const freeBlocks = 2 ** 25
const blocksPerByte = 16

/**
 * Reads the coded data of a scan (ITU-T T.81, B.1.1.5), up to the marker behind it, and yields it as it is: zeros are stuffed behind each `FF`, and restart
 * markers count from 0 to 7. Data that does not end where the scan does is a gap: what takes nearly all of the time to know, so it is asked only of pictures that may be clean.
 */
export async function* readCoded(
  source: ByteSource,
  { frame, scan, interval }: { frame: Frame; scan: Scan; interval: number },
  metadata: Metadata,
): AsyncGenerator<Uint8Array> {
  const { path, decoding } = metadata
  let walk: Walk | undefined
  if (decoding.picturesMayBeClean) {
    holdNonZero(scan, path, decoding)
    walk = createWalk(frame, scan, interval)
  }
  let restarts = 0

  function endInterval(isLast: boolean): void {
    if (walk === undefined || walk.endInterval(isLast)) return
    metadata.gap('corrupt', 'expected coded data that ends where its scan does')
    walk = undefined
  }

  for (let isEnd = false; !isEnd; ) {
    // A byte behind an `FF` tells what it is.
    if ((await source.peek(2)).length < 2)
      throw new DecodingStopped('truncated', path, 0, 'jpeg: expected more coded data')
    const chunk = (await source.take())!
    let from = 0
    let at = chunk.indexOf(0xff)
    for (; at !== -1 && at + 1 < chunk.length; at = chunk.indexOf(0xff, from)) {
      const next = chunk[at + 1]!
      const isRestart = (next & 0xf8) === 0xd0
      isEnd = next !== 0 && !isRestart
      if (isEnd) break
      walk?.write(chunk, from, isRestart ? at : at + 1)
      from = at + 2
      if (!isRestart) continue
      endInterval(false)
      if ((next & 7) === (restarts++ & 7)) continue
      source.giveBack(chunk)
      throw new DecodingStopped('corrupt', path, 0, 'jpeg: expected restarts in order')
    }
    const to = at === -1 ? chunk.length : at
    walk?.write(chunk, from, to)
    const { walked } = frame
    walked.bytes += to
    if (walk !== undefined && walked.blocks + walk.blocks > freeBlocks + blocksPerByte * walked.bytes) {
      source.giveBack(chunk)
      throw new DecodingStopped('limit', path, 0, 'jpeg: expected fewer blocks for as much coded data')
    }
    yield chunk.subarray(0, to)
    if (to < chunk.length) source.giveBack(chunk.subarray(to))
  }
  const walkedToItsEnd = walk
  endInterval(true)
  frame.walked.blocks += walkedToItsEnd?.blocks ?? 0
}

/** Makes room for what a progressive scan has to know of those before it. */
function holdNonZero({ components: [{ component }], from }: Scan, path: readonly string[], decoding: Decoding): void {
  if (from === 0 || component.nonZero !== undefined) return
  const blocks = component.blocksWide * component.blocksHigh
  decoding.heldBytes += 8 * blocks
  if (decoding.heldBytes > decoding.limits.heldBytes)
    throw new DecodingStopped(
      'limit',
      path,
      0,
      `jpeg: expected at most ${decoding.limits.heldBytes} bytes to hold in memory`,
    )
  component.nonZero = new Uint32Array(2 * blocks)
}
