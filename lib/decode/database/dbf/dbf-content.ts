import { archiveNames } from '../../archive/archive-names.ts'
import { addGap, countMember, stopOf } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import { takeBytes } from '../../next-bytes.ts'
import { type RowWriter, textWriter } from '../row-writer.ts'
import { type DbfHeader, headerLengthOf, isDbfHead, parseDbfHeader } from './dbf-header.ts'

const endOfTable = 0x1a
const blank = 0x20
const deleted = 0x2a

/**
 * Tables of dBASE and FoxPro (`.dbf`), also of shapefiles: `rows` has a line for each record, also for those that are marked as deleted, with a tab between fields; `names` has those of the
 * fields. Memos are in another file. Records are read as far as they go, since programs that were killed leave the number of them behind; fewer than that are a gap.
 */
export const dbf: Format = {
  name: 'dbf',
  kind: 'table',
  isFormat: isDbfHead,
  async read({ source, path }, decoding) {
    let records = 0
    const stop = stopOf('dbf', path, () => records)
    const bytes = await takeBytes(source, headerLengthOf(Buffer.from(await source.peek(32))))
    if (bytes === undefined) throw stop('truncated', 'expected more bytes of a header')
    const header = parseDbfHeader(bytes)
    if (header === undefined) throw stop('corrupt', 'expected fields that are as long as a record')
    const names = archiveNames(path, decoding)
    for (const text of header.texts) names.field(text)
    await names.row()
    await names.end()
    const gap = (reason: 'encrypted' | 'unsupported-format' | 'lossy-number', expected: string) =>
      addGap(decoding, { reason, path, offset: 0, detail: `dbf: expected ${expected}` })
    if (header.isEncrypted) gap('encrypted', 'data that is not encrypted')
    if (header.unread) gap('unsupported-format', 'types of fields that are read')

    const rows = textWriter([...path, 'rows'], decoding)
    let isLossy = false
    const lossy = () => {
      if (!isLossy) gap('lossy-number', 'whole numbers below 2^53 in doubles')
      isLossy = true
    }
    let isComplete = false
    try {
      countMember(decoding, path)
      for (;;) {
        const read = await readRecords(source, header, rows, lossy)
        if (read === 0) break
        records += read
      }
      const rest = await source.peek(1)
      const isEnd = rest[0] === endOfTable
      if (isEnd) source.skip(1)
      else if (rest.length > 0)
        throw stop(
          (await source.peek(header.recordLength)).length < header.recordLength ? 'truncated' : 'corrupt',
          'expected whole records',
        )
      if (records < header.records) throw stop('truncated', 'expected more records')
      isComplete = true
    } finally {
      await rows.end(isComplete)
    }
  },
}

/** Reads the records that are at hand; returns how many. */
async function readRecords(
  source: Content['source'],
  header: DbfHeader,
  rows: RowWriter,
  lossy: () => void,
): Promise<number> {
  const { recordLength, fields } = header
  const bytes = await source.peek(recordLength)
  const held = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  let records = 0
  for (; at + recordLength <= held.length && (held[at] === blank || held[at] === deleted); at += recordLength) {
    for (const { at: from, length, print } of fields) {
      const start = at + from
      if (print !== undefined) rows.ascii(print(held.subarray(start, start + length), lossy))
      else rows.cell(held, start, endOfText(held, start, start + length))
    }
    records++
    await rows.endRow()
  }
  source.skip(at)
  return records
}

/** Fields are padded with blanks, by some programs with zero bytes. */
function endOfText(bytes: Buffer, from: number, to: number): number {
  while (to > from && (bytes[to - 1] === blank || bytes[to - 1] === 0)) to--
  return to
}
