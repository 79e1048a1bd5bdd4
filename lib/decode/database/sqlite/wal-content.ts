import { addGap, type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { rowWriter } from '../row-writer.ts'
import { createLoosePages } from './loose-pages.ts'
import { u32 } from './page.ts'
import { walChecksum } from './wal-checksum.ts'
import { isWalIndex, readWalIndex } from './wal-index.ts'

const headerLength = 32
const frameHeaderLength = 24

/**
 * Write-ahead logs of SQLite (file format, 4). Frames of an older log that were not overwritten yet are read like the others; only
 * those of this one have checksums that can be computed.
 */
export const sqliteWal: Format = {
  name: 'sqlite-wal',
  kind: 'table',
  isFormat: (head) => isWal(head) || isWalIndex(head),
  read: async (content, decoding) =>
    isWalIndex(await content.source.peek(8)) ? readWalIndex(content, decoding) : readWal(content, decoding),
}

const isWal = (head: Uint8Array): boolean =>
  head.length >= 8 && (u32(head, 0) & 0xfffffffe) >>> 0 === 0x377f0682 && u32(head, 4) === 3_007_000

async function readWal({ source, path }: Content, decoding: Decoding): Promise<void> {
  const stop = (reason: 'corrupt' | 'truncated', offset: number, expected: string) =>
    new DecodingStopped(reason, path, offset, `sqlite log: expected ${expected}`)
  const header = Buffer.from((await source.peek(headerLength)).subarray(0, headerLength))
  if (header.length < headerLength) throw stop('truncated', 0, 'a header of 32 bytes')
  source.skip(headerLength)
  const isBigEndian = (header[3]! & 1) === 1
  const pageSize = u32(header, 8)
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0)
    throw stop('corrupt', 8, 'a page size that is a power of two')
  let sum = walChecksum(header.subarray(0, 24), [0, 0], isBigEndian)
  if (sum[0] !== u32(header, 24) || sum[1] !== u32(header, 28)) throw stop('corrupt', 24, 'the checksum to match')

  const numbers = rowWriter([...path, 'log'], decoding)
  const pages = createLoosePages(pageSize, path, decoding)
  let isComplete = false
  try {
    for (const at of [12, 16, 20]) numbers.ascii(String(u32(header, at)))
    await numbers.endRow()
    for (let offset = headerLength; ; offset += frameHeaderLength + pageSize) {
      const bytes = await source.peek(frameHeaderLength + pageSize)
      if (bytes.length === 0) break
      if (bytes.length < frameHeaderLength + pageSize) throw stop('truncated', offset, 'whole frames')
      const frame = bytes.subarray(0, frameHeaderLength + pageSize)
      for (const at of [0, 4, 8, 12]) numbers.ascii(String(u32(frame, at)))
      await numbers.endRow()
      if (u32(frame, 8) === u32(header, 16) && u32(frame, 12) === u32(header, 20)) {
        sum = walChecksum(frame.subarray(0, 8), sum, isBigEndian)
        sum = walChecksum(frame.subarray(frameHeaderLength), sum, isBigEndian)
        if (sum[0] !== u32(frame, 16) || sum[1] !== u32(frame, 20))
          addGap(decoding, stop('corrupt', offset, 'the checksum of a frame to match').gap)
      }
      await pages.read(frame.subarray(frameHeaderLength), u32(frame, 0), offset + frameHeaderLength)
      source.skip(frame.length)
    }
    isComplete = true
  } finally {
    await numbers.end(isComplete)
    await pages.end(isComplete)
  }
}
