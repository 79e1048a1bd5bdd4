import { byteSource } from '../../byte-source.ts'
import { skipZeros } from '../../compression/skip-zeros.ts'
import { decodeMember } from '../../decode-member.ts'
import { countMember, type Decoding, DecodingStopped } from '../../decoding.ts'
import { createBook } from '../../document/xml/book.ts'
import type { Content, Format } from '../../format.ts'
import type { UnverifiedReason } from '../../unverified.ts'
import { archiveNames } from '../archive-names.ts'
import { positionedSource } from '../positioned-source.ts'
import { readEntryData } from './zip-data.ts'
import { readEntries } from './zip-directory.ts'
import { readZipEnd } from './zip-end.ts'
import { readExtra } from './zip-extra.ts'
import { untilRecord } from './zip-foreign.ts'
import { nextRecord, takeRecord, type ZipReading } from './zip-reading.ts'
import { centralLength, flag, localLength, parseCentral, parseLocal, signature, type ZipEntry } from './zip-records.ts'

/**
 * Zip files (APPNOTE 6.3.10), and so office documents, jars and apks, read in the order of their bytes. Entries are `[...path,
 * 'member-1']` and so on; names, and behind them comments, are rows of `[...path, 'names']`. The central directory at the end
 * has to name every entry that was read, and no other, with the same numbers; bytes that belong to neither are `between-1`.
 */
export const zip: Format = {
  name: 'zip',
  kind: 'archive',
  isFormat: isZip,
  read(content, decoding) {
    const book = createBook()
    const partOf = ({ name }: ZipEntry) => ({ name: Buffer.from(name).toString('latin1'), book })
    return readZip(content, decoding, (entry, member) => decodeMember({ ...member, part: partOf(entry) }, decoding))
  },
}

function isZip(head: Uint8Array): boolean {
  if (head.length < 4) return false
  const number = Buffer.from(head.buffer, head.byteOffset, 4).readUInt32LE(0)
  return number === signature.local || number === signature.end || number === signature.end64
}

/** How an entry's content is read, to its end; what stops it must not leave but as `decodeMember` lets it. */
export type ReadZipEntry = (entry: ZipEntry, member: Content) => Promise<void>

/** Reads a zip file as `zip` does, but for the contents of its entries. */
export async function readZip(content: Content, decoding: Decoding, readEntry: ReadZipEntry): Promise<void> {
  const { path } = content
  const names = archiveNames(path, decoding)
  const source = positionedSource(content.source)
  const entries = readEntries(path, decoding)
  const stop = (reason: UnverifiedReason, detail: string) =>
    new DecodingStopped(reason, path, source.position, `zip: ${detail}`)
  const reading: ZipReading = { source, path, decoding, names, entries, stop }
  try {
    await readLocals(reading, readEntry)
    const directory = source.position
    await readDirectory(reading)
    await readZipEnd(reading, directory)
  } finally {
    entries.release()
    await names.flush()
  }
  await names.end()
  await skipZeros(source)
}

async function readLocals(reading: ZipReading, readEntry: ReadZipEntry): Promise<void> {
  const { source, path, decoding } = reading
  let between = 0
  for (;;) {
    switch (await nextRecord(reading)) {
      case signature.local:
        await readLocal(reading, readEntry)
        break
      case signature.central:
      case signature.end:
      case signature.end64:
        return
      default: {
        // The signatures of an apk, a stub, what is left of a removed entry: zeros, or a content of its own.
        const before = source.position
        await skipZeros(source)
        if (source.position > before) break
        between += 1
        const bytes = byteSource(untilRecord(source))
        await decodeMember({ source: bytes, path: [...path, `between-${between}`] }, decoding)
      }
    }
  }
}

async function readLocal(reading: ZipReading, readEntry: ReadZipEntry): Promise<void> {
  const { source, path, decoding, names, entries, stop } = reading
  const offset = source.position
  const entry = parseLocal(await takeRecord(reading, localLength, [26, 28]))
  const memberPath = [...path, `member-${entries.count + 1}`]
  if (entry === undefined) throw stop('corrupt', 'expected sizes of 64 bits in an extra field')
  countMember(decoding, path)
  names.cell(entry.name)
  await readExtra(entry.extra, entry.zip64Length, memberPath, names, decoding)
  await names.row()
  const readContent = (member: Content) => readEntry(entry, member)
  const actual = await readEntryData({ source, path: memberPath, decoding, readContent }, entry)
  entries.add(offset, { ...entry, ...actual })
}

async function readDirectory(reading: ZipReading): Promise<void> {
  const { path, decoding, names, entries, stop } = reading
  for (let index = 1; (await nextRecord(reading)) === signature.central; index++) {
    const entry = parseCentral(await takeRecord(reading, centralLength, [28, 30, 32]))
    if (entry === undefined) throw stop('corrupt', 'expected numbers of 64 bits in an extra field')
    if (entry.disk !== 0) throw stop('unsupported-format', 'expected an archive in one file')
    names.cell(entry.comment)
    await readExtra(entry.extra, entry.zip64Length, [...path, `directory-${index}`], names, decoding)
    await names.rowIfAny()
    if ((entry.flags & flag.maskedHeaders) !== 0) throw stop('encrypted', 'expected a directory that is not encrypted')
    if (!entries.match(entry)) throw stop('corrupt', 'expected the directory to name the entries that there are')
  }
  if (entries.matched !== entries.count) throw stop('corrupt', 'expected the directory to name every entry')
}
