import { expect, it } from 'vitest'
import { zstdFrames } from '../../../lib/decode/compression/framing.ts'
import { findFrame } from '../../../lib/decode/parts/find-frames.ts'

/** The header of a block that is stored as it is and is not the last one (RFC 8878, section 3.1.1.2). */
const rawBlock = (length: number) => Buffer.from([(length << 3) & 0xff, (length >> 5) & 0xff, length >> 13])

it('reads a bounded number of bytes for places that look like the beginning of a frame, however many of them somebody made', async () => {
  const size = 2 ** 22
  const bytes = Buffer.alloc(size, 0x20)
  const behind = 20_000
  for (let at = 16; at < 16 * 1000; at += 16) {
    bytes.set([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00], at)
    bytes.set(rawBlock(behind - at - 9), at + 6)
  }
  for (let at = behind; at + 3 < size; at += 100_003) bytes.set(rawBlock(100_000), at)
  let read = 0
  const object = {
    size,
    async *read({ from, to }: { from: number; to: number }) {
      read += to - from
      yield bytes.subarray(from, to)
    },
  }
  expect(await findFrame(object, { framing: zstdFrames }, { from: 1, to: size })).toBeUndefined()
  expect(read).toBeGreaterThan(10 * size)
  expect(read).toBeLessThan(2 ** 28)
})
