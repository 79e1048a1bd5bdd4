import { byteSource } from '../../byte-source.ts'
import { type Lz4Buffer, lz4Frame } from '../../compression/lz4/lz4-frame.ts'
import { addGap, countProduced, type Decoding, DecodingStopped, type Stop } from '../../decoding.ts'
import { inOne } from '../../next-bytes.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { decompress, expectPlausible, faultOf } from '../decompress.ts'
import type { PageKernel } from '../kernel/page-kernel.ts'
import type { PlacedSource } from '../placed-source.ts'
import { exactLong } from './flat-tables.ts'
import type { Codec, Extent } from './message.ts'

/** The body of a message, whose buffers are opened one after the other, each read as far as somebody wants. */
export type Body = {
  open(extent: Extent, path: readonly string[]): Promise<Buffered>
  /** Leaves what is between buffers, or behind the last one, which has to be zero, as a content of its own. */
  leave(to: number): Promise<void>
  /** The same before a place that is behind buffers which cannot be read: all that is left of them is `path`. */
  leaveUnread(to: number, path: readonly string[]): Promise<void>
}

/** A buffer, decompressed. What `next` returns is valid until it is called again, or another buffer is opened. */
export type Buffered = {
  left(): number
  /** The next bytes, all of them. @throws ColumnFault beyond what is there, or what may be held in memory */
  next(count: number): Promise<Uint8Array>
}

/** So much of a buffer is looked at at once. */
export const pieceBytes = 2 ** 20

/** Reads `count` values of `width` bytes, some at a time; `first`: how many were before them. */
export async function piecewise(
  buffer: Buffered,
  count: number,
  width: number,
  read: (bytes: Uint8Array, count: number, first: number) => void | Promise<void>,
): Promise<void> {
  const most = Math.max(1, Math.floor(pieceBytes / width))
  for (let first = 0; first < count; first += most) {
    const some = Math.min(most, count - first)
    await read(await buffer.next(some * width), some, first)
  }
}

/** The next bytes of a buffer, to be looked at at any time. */
export const hold = async (buffer: Buffered, length: number): Promise<Buffer> => Buffer.from(await buffer.next(length))

const prefixLength = 8

/** `from`: where the body begins; `slack`: of the message, a name for each place where something is left. */
export function bodyOf(
  source: PlacedSource,
  { from, length }: { from: number; length: number },
  codec: Codec | undefined,
  path: readonly string[],
  decoding: Decoding,
  kernel: PageKernel | undefined,
): Body {
  const { heldBytes } = decoding.limits
  const lz4: Lz4Buffer = { bytes: new Uint8Array(0) }

  async function leave(to: number): Promise<void> {
    if (from + to <= source.position()) return
    const place = [...path, `slack-at-${source.position() - from}`]
    const { deliveredBytes } = decoding
    await source.leave(from + to, place)
    if (decoding.deliveredBytes === deliveredBytes) return
    addGap(decoding, { reason: 'corrupt', path: place, offset: 0, detail: 'arrow: expected zeros between buffers' })
  }

  function asStored(size: number): Buffered {
    let left = size
    return {
      left: () => left,
      async next(count) {
        if (count > left) throw corrupt('arrow: expected values within their buffer')
        if (count > heldBytes) throw new ColumnFault('limit', `arrow: expected at most ${heldBytes} bytes at once`)
        const bytes = (await source.peek(count)).subarray(0, count)
        source.skip(count)
        left -= count
        return bytes
      },
    }
  }

  async function decompressed(codec: Codec, stored: number, path: readonly string[]): Promise<Buffered> {
    if (stored < prefixLength) throw corrupt('arrow: expected the size of a buffer')
    const head = Buffer.from((await source.peek(prefixLength)).subarray(0, prefixLength))
    const size = exactLong(new DataView(head.buffer, head.byteOffset, prefixLength), 0)
    source.skip(prefixLength)
    const rest = stored - prefixLength
    if (size === -1) return asStored(rest)
    if (size < 0) throw corrupt('arrow: expected the size of a buffer')
    // Of an empty buffer Arrow's library in Java writes the size alone.
    if (size === 0 && rest === 0) return inMemory(new Uint8Array(0))
    if (size > heldBytes || rest > heldBytes)
      throw new ColumnFault('limit', `arrow: expected compressed buffers of at most ${heldBytes} bytes`)
    countProduced(decoding, size, path, 0)
    const bytes = await decompressedBy(codec, (await source.peek(rest)).subarray(0, rest), size)
    source.skip(rest)
    return inMemory(bytes)
  }

  async function decompressedBy(codec: Codec, stored: Uint8Array, size: number): Promise<Uint8Array> {
    if (codec === 'ZSTD') return kernel?.unzstd(stored, size) ?? decompress('ZSTD', stored, size)
    expectPlausible(size, stored.length * 256)
    return lz4Of(stored, size, lz4)
  }

  return {
    leave,
    async leaveUnread(to, path) {
      await source.leave(from + Math.min(to, length), path)
    },
    async open({ offset, length: size }, path) {
      if (size === 0) return inMemory(new Uint8Array(0))
      await leave(offset)
      return codec === undefined ? asStored(size) : decompressed(codec, size, path)
    },
  }
}

function inMemory(bytes: Uint8Array): Buffered {
  let at = 0
  return {
    left: () => bytes.length - at,
    async next(count) {
      if (count > bytes.length - at) throw corrupt('arrow: expected values within their buffer')
      at += count
      return bytes.subarray(at - count, at)
    },
  }
}

/** One frame of LZ4. @throws ColumnFault unless it holds exactly `size` bytes */
async function lz4Of(stored: Uint8Array, size: number, buffer: Lz4Buffer): Promise<Uint8Array> {
  const source = byteSource(inOne(stored))
  const stop: Stop = (reason, detail) => new DecodingStopped(reason, [], 0, detail)
  const output = new Uint8Array(size)
  let at = 0
  try {
    if ((await source.peek(4)).length < 4 || !isFrame(await source.peek(4))) throw corrupt('expected a frame of lz4')
    for await (const part of lz4Frame(source, buffer, stop)) {
      if (part.length > size - at) throw corrupt('expected a compressed part of its stated size')
      output.set(part, at)
      at += part.length
    }
    if (at !== size) throw corrupt('expected a compressed part of its stated size')
    if ((await source.peek(1)).length > 0) throw corrupt('expected no bytes behind a compressed part')
    return output
  } catch (error) {
    // The whole of it is there: what it lacks is no end of the file.
    throw error instanceof DecodingStopped ? corrupt(error.gap.detail) : faultOf(error)
  }
}

const isFrame = (bytes: Uint8Array) => bytes[0] === 0x04 && bytes[1] === 0x22 && bytes[2] === 0x4d && bytes[3] === 0x18
