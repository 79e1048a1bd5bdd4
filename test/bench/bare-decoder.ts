import type { Hash } from 'node:crypto'
import { createGunzip, createZstdDecompress } from 'node:zlib'

type Handle = {
  onerror: (message: string) => void
  writeSync(flush: number, input: Buffer, at: number, length: number, output: Buffer, to: number, room: number): void
}

const inputBytes = 2 ** 20
const outputBytes = 2 ** 18

/**
 * What comes out of Node's decoder, by its synchronous handle in the plainest loop, into one buffer: how many bytes. `createGunzip` goes through members by itself. `hash` is updated
 * with what goes in.
 */
export function bareDecoder(bytes: Buffer, kind: 'gzip' | 'zstd', hash?: Hash): number {
  const stream = kind === 'gzip' ? createGunzip() : createZstdDecompress()
  const { _handle: handle, _writeState: state } = stream as unknown as { _handle: Handle; _writeState: Uint32Array }
  handle.onerror = (message) => {
    throw new Error(message)
  }
  const output = Buffer.allocUnsafe(outputBytes)
  let count = 0
  for (let at = 0; at < bytes.length; at += inputBytes) {
    const chunk = bytes.subarray(at, at + inputBytes)
    hash?.update(chunk)
    for (let left = chunk.length; ; ) {
      handle.writeSync(0, chunk, chunk.length - left, left, output, 0, output.length)
      count += output.length - state[0]!
      left = state[1]!
      if (left === 0 && state[0] !== 0) break
    }
  }
  stream.destroy()
  return count
}
