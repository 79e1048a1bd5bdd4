import type { ZlibOptions } from 'node:zlib'
import { corrupt } from './column-fault.ts'

type SyncOptions = Pick<ZlibOptions, 'info' | 'maxOutputLength' | 'chunkSize'>

type WithInfo = { buffer: Uint8Array; engine: { bytesWritten: number } }

/** All of `stored`, which holds at most `most` bytes, by a synchronous function of Node. */
export function byPlatform(...parameters: Parameters<typeof beginningByPlatform>): Uint8Array {
  const { bytes, consumed } = beginningByPlatform(...parameters)
  if (consumed !== parameters[1].length) throw corrupt('expected no bytes behind a compressed part')
  return bytes
}

/** The same, where other bytes may be behind what is compressed: the first `consumed` ones are. */
export function beginningByPlatform(
  decompressSync: (stored: Uint8Array, options: SyncOptions) => unknown,
  stored: Uint8Array,
  most: number,
): { bytes: Uint8Array; consumed: number } {
  const options = {
    info: true,
    maxOutputLength: most,
    chunkSize: Math.max(1024, Math.min(most, 2 ** 22, stored.length * 8)),
  }
  const { buffer, engine } = decompressSync(stored, options) as WithInfo
  return { bytes: buffer, consumed: engine.bytesWritten }
}
