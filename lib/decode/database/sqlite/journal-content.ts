import { beginsWith } from '../../begins-with.ts'
import { addGap, type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { rowWriter } from '../row-writer.ts'
import { createLoosePages, type LoosePages } from './loose-pages.ts'
import { u32 } from './page.ts'
import { firstNonZero } from './remnants.ts'

const magic = Buffer.from('d9d505f920a163d7', 'hex')
const headerLength = 28

/** Rollback journals of SQLite (file format, 3): what pages held before a transaction. */
export const sqliteJournal: Format = {
  name: 'sqlite-journal',
  kind: 'table',
  isFormat: (head) => beginsWith(head, magic),
  read: readJournal,
}

async function readJournal({ source, path }: Content, decoding: Decoding): Promise<void> {
  const numbers = rowWriter([...path, 'journal'], decoding)
  let pages: LoosePages | undefined
  let pageSize = 0
  let offset = 0
  let isComplete = false
  const stop = (reason: 'corrupt' | 'truncated', expected: string) =>
    new DecodingStopped(reason, path, offset, `sqlite journal: expected ${expected}`)

  /** Consumes a header and what fills its sector, and gives its fields. */
  async function readHeader(): Promise<{ count: number; nonce: number; sector: number }> {
    const fixed = Buffer.from((await source.peek(headerLength)).subarray(0, headerLength))
    if (fixed.length < headerLength) throw stop('truncated', 'a header')
    const [count, nonce, sector, size] = [u32(fixed, 8), u32(fixed, 12), u32(fixed, 20), u32(fixed, 24)]
    if (sector < 32 || sector > 65_536 || (sector & (sector - 1)) !== 0) throw stop('corrupt', 'a sector size')
    if (size < 512 || size > 65_536 || (size & (size - 1)) !== 0) throw stop('corrupt', 'a page size')
    if (pages !== undefined && size !== pageSize) throw stop('corrupt', 'one size of pages')
    for (const at of [8, 12, 16]) numbers.ascii(String(u32(fixed, at)))
    await numbers.endRow()
    pageSize = size
    pages ??= createLoosePages(pageSize, path, decoding)
    await skipToSector(sector, headerLength)
    return { count, nonce, sector }
  }

  /** Consumes the rest of a sector, of which `known` bytes are something else, and which has to be zero. */
  async function skipToSector(sector: number, known: number): Promise<void> {
    const length = known + ((sector - ((offset + known) % sector)) % sector)
    const bytes = await source.peek(length)
    if (bytes.length < length) throw stop('truncated', 'a whole sector')
    if (firstNonZero(bytes, known, length) < length)
      addGap(decoding, { ...stop('corrupt', 'zeros up to the next sector').gap, reason: 'not-text' })
    source.skip(length)
    offset += length
  }

  async function readPages(count: number, nonce: number): Promise<void> {
    const length = pageSize + 8
    for (let index = 0; ; index++) {
      const bytes = (await source.peek(length)).subarray(0, length)
      const page = bytes.subarray(4, 4 + pageSize)
      if (bytes.length < length || checksum(page, nonce) !== u32(bytes, 4 + pageSize)) {
        if (count !== 0xffffffff && index < count)
          throw stop(bytes.length < length ? 'truncated' : 'corrupt', 'as many pages as the header says')
        return
      }
      numbers.ascii(String(u32(bytes, 0)))
      await numbers.endRow()
      await pages!.read(page, u32(bytes, 0), offset + 4)
      source.skip(length)
      offset += length
    }
  }

  try {
    for (;;) {
      const { count, nonce, sector } = await readHeader()
      await readPages(count, nonce)
      const left = (sector - (offset % sector)) % sector
      const ahead = await source.peek(left + magic.length)
      if (!magic.every((byte, at) => ahead[left + at] === byte)) break
      await skipToSector(sector, 0)
    }
    isComplete = true
  } finally {
    await numbers.end(isComplete)
    await pages?.end(isComplete)
  }
}

/** The checksum of a page: every 200th byte of it. */
function checksum(page: Uint8Array, nonce: number): number {
  let sum = nonce
  for (let at = page.length - 200; at > 0; at -= 200) sum += page[at]!
  return sum >>> 0
}
