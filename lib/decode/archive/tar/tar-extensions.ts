import { type ByteSource, byteSource } from '../../byte-source.ts'
import { decodeMember } from '../../decode-member.ts'
import { addGap, type Decoding, type Stop } from '../../decoding.ts'
import { inOne, takeBytes } from '../../next-bytes.ts'
import { metadataOf } from '../../picture/metadata.ts'
import { readAppleAttribute } from '../apple-attributes.ts'
import { type ArchiveNames, isCell } from '../archive-names.ts'
import { changesOf, isFileSystemNumber, type PaxChanges, type PaxRecord, parsePaxRecords } from './pax-records.ts'
import { blockLength, type TarHeader } from './tar-header.ts'

/**
 * One archive that is being read; `members` and `records` that are contents, so far. `pending`: what extended headers
 * change of the member that comes next.
 */
export type TarReading = {
  readonly source: ByteSource
  readonly path: readonly string[]
  readonly decoding: Decoding
  readonly names: ArchiveNames
  readonly stop: Stop
  members: number
  records: number
  pending: PaxChanges | undefined
}

/** Extended headers and lists of names are held in memory; larger ones end in `limit`. */
const maxExtension = 16 * 2 ** 20

/** Takes data that belongs to a header, with its padding. */
async function takeData({ source, stop }: TarReading, size: number): Promise<Buffer> {
  if (size > maxExtension) throw stop('limit', `expected an extended header of at most ${maxExtension} bytes`)
  const data = await takeBytes(source, Math.ceil(size / blockLength) * blockLength)
  if (data === undefined) throw stop('truncated', 'expected more bytes of an extended header')
  return data
}

/** GNU's long names and links: a name for the next member, with a NUL. */
export async function readText(reading: TarReading, { size }: TarHeader): Promise<void> {
  reading.names.field(await takeData(reading, size))
  reading.pending ??= {}
}

/** An extended header of pax; texts are cells of the next member's row, anything else is a content of its own. */
export async function readPaxHeader(reading: TarReading, { size, type }: TarHeader): Promise<void> {
  const { path, names, decoding, stop } = reading
  const data = await takeData(reading, size)
  names.field(data.subarray(size))
  const records = parsePaxRecords(data.subarray(0, size))
  const headerPath = [...path, `member-${reading.members + 1}`]
  if (records === undefined) {
    names.cell(data.subarray(0, size))
    throw stop('corrupt', 'expected records in an extended header')
  }
  for (const record of records) await readRecord(reading, record, headerPath)
  const changes = changesOf(records)
  // Numbers of a global header would change every member that follows; no archiver writes them.
  if (changes === undefined || (type === 'g' && Object.keys(changes).length > 0))
    throw stop('corrupt', 'expected the numbers of an extended header to be of one member, and to agree')
  if (records.some(({ key }) => key.startsWith('GNU.volume.')))
    addGap(decoding, { reason: 'truncated', path, offset: 0, detail: 'tar: expected to begin in this volume' })
  if (type !== 'g') reading.pending = { ...reading.pending, ...changes }
}

async function readRecord(reading: TarReading, record: PaxRecord, headerPath: readonly string[]): Promise<void> {
  const { names, decoding } = reading
  const { key, value } = record
  if (isFileSystemNumber(record)) return
  names.cell(Buffer.from(key, 'latin1'))
  if (key === 'GNU.dumpdir') return readDumpEntries(reading, value)
  const isBase64 = key.startsWith('LIBARCHIVE.xattr.') && /^[A-Za-z0-9+/]*=*$/.test(value.toString('latin1'))
  const bytes = isBase64 ? Buffer.from(value.toString('latin1'), 'base64') : value
  if (isCell(bytes)) return names.cell(bytes)
  reading.records += 1
  const path = [...headerPath, `record-${reading.records}`]
  const apple = /^(?:SCHILY|LIBARCHIVE)\.xattr\.(com\.apple\..*)/.exec(key)?.[1]
  if (apple !== undefined) {
    const metadata = metadataOf('tar', path, decoding)
    await readAppleAttribute(apple, bytes, metadata)
    return metadata.end()
  }
  await decodeMember({ source: byteSource(inOne(bytes)), path }, decoding)
}

/** The list of names in a directory, which GNU tar's incremental archives hold as its data. */
export async function readDumpDirectory(reading: TarReading, size: number): Promise<void> {
  const data = await takeData(reading, size)
  readDumpEntries(reading, data.subarray(0, size))
  reading.names.field(data.subarray(size))
}

/** Names with a NUL each, which begin with a letter that says what became of the file and does not belong to the name. */
function readDumpEntries({ names }: TarReading, data: Buffer): void {
  for (let at = 0; at < data.length; ) {
    const end = data.indexOf(0, at)
    const entry = data.subarray(at, end < 0 ? data.length : end)
    const isKnown = entry.length > 0 && 'YNDRTX'.includes(String.fromCharCode(entry[0]!))
    if (!isKnown) names.cell(entry)
    names.cell(entry.subarray(1))
    at += entry.length + 1
  }
}
