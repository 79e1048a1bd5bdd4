import { type ByteSource, byteSource, chunksOf } from '../../byte-source.ts'
import { skipZeros } from '../../compression/skip-zeros.ts'
import { decodeMember } from '../../decode-member.ts'
import { countMember, type Decoding, stopOf } from '../../decoding.ts'
import { createBook } from '../../document/xml/book.ts'
import type { Content, Format } from '../../format.ts'
import { positionedSource } from '../positioned-source.ts'
import { readEntryData } from './zip-data.ts'
import { type ReadEntries, readEntries } from './zip-directory.ts'
import { readZipEnd } from './zip-end.ts'
import { readExtra } from './zip-extra.ts'
import { untilRecord } from './zip-foreign.ts'
import { readZipLayout } from './zip-layout.ts'
import { entriesOfParts, namesOfParts, type PartNames, partBytes, type ZipLayout } from './zip-parts.ts'
import { nextRecord, takeRecord, type ZipReading } from './zip-reading.ts'
import { centralLength, flag, localLength, parseCentral, parseLocal, signature, type ZipEntry } from './zip-records.ts'

/**
 * Zip files (APPNOTE 6.3.10), and so office documents, jars and apks, read in the order of their bytes. Entries are `[...path,
 * 'member-1']` and so on; names, and behind them comments, are rows of `[...path, 'names']`, and of `names-2` and so on for what begins
 * in other parts of the archive. The central directory at the end
 * has to name every entry that was read, and no other, with the same numbers; bytes that belong to neither are `between-1`
 * where they are behind the first entry, and so on.
 */
export function zipIn(partBytes: number): Format {
  const readMembers = (decoding: Decoding): ReadZipEntry => {
    const book = createBook()
    const partOf = ({ name }: ZipEntry) => ({ name: Buffer.from(name).toString('latin1'), book })
    return (entry, member) => decodeMember({ ...member, part: partOf(entry) }, decoding)
  }
  return {
    name: 'zip',
    kind: 'archive',
    isFormat: isZip,
    read: (content, decoding) => readZip(content, decoding, readMembers(decoding), partBytes),
    async cut(at, path) {
      const layout = await readZipLayout(at, partBytes)
      return (
        layout && {
          starts: layout.parts.map(({ start }) => start),
          read: (source, range, decoding) =>
            readZipParts({ source, path }, decoding, readMembers(decoding), { layout, partBytes, ...range }),
        }
      )
    },
  }
}

export const zip = zipIn(partBytes)

const letterP = 0x50

function isZip(head: Uint8Array): boolean {
  if (head[0] !== letterP || head.length < 4) return false
  const number = Buffer.from(head.buffer, head.byteOffset, 4).readUInt32LE(0)
  return number === signature.local || number === signature.end || number === signature.end64
}

/** How an entry's content is read, to its end; what stops it must not leave but as `decodeMember` lets it. */
export type ReadZipEntry = (entry: ZipEntry, member: Content) => Promise<void>

/** Reads a zip file as `zip` does, but for the contents of its entries. */
async function readZip(content: Content, decoding: Decoding, readEntry: ReadZipEntry, most = partBytes): Promise<void> {
  const { path } = content
  const entries = readEntries(path, decoding)
  const reading = toReading(content, decoding, entries, namesOfParts(path, decoding, most))
  const { source, names } = reading
  try {
    await readLocals(reading, readEntry)
    const directory = source.position()
    await readDirectory(reading)
    await readZipEnd(reading, directory)
  } finally {
    entries.release()
    await names.flush()
  }
  await names.end()
  await skipZeros(source)
}

/**
 * Reads the parts of a zip file that begin in a range, as `readZip` reads them in the whole, and the directory where it is behind them. That each entry is
 * the one that the directory has there, and that the range ends where an entry ends, is what makes ranges that tile a file as good as the whole.
 */
async function readZipParts(
  { source: stored, path }: Content,
  decoding: Decoding,
  readEntry: ReadZipEntry,
  { layout, partBytes, from, to }: { layout: ZipLayout; partBytes: number; from: number; to: number },
): Promise<void> {
  const first = layout.parts.findIndex(({ start }) => start === from)
  const isLast = to > layout.directory
  const entries = entriesOfParts(layout, first, to, partBytes)
  const source = isLast ? stored : byteSource(thenAnEntry(stored))
  const names = namesOfParts(path, decoding, partBytes, first)
  const reading = toReading({ source, path }, decoding, entries, names, from)
  try {
    await readLocals(reading, readEntry, to)
    const directory = reading.source.position()
    if (directory !== (isLast ? layout.directory : to))
      throw reading.stop('corrupt', 'expected entries to end where the directory says that others begin')
    if (isLast) {
      await readDirectory(reading)
      await readZipEnd(reading, directory)
    }
    if (!entries.areRight(isLast)) throw reading.stop('corrupt', 'expected the entries that the directory names')
  } finally {
    await names.flush()
  }
  await names.end()
}

/** The bytes of a range, and the beginning of the entry behind it, which whoever reads the next range will find there. */
async function* thenAnEntry(source: ByteSource): AsyncGenerator<Uint8Array> {
  yield* chunksOf(source)
  yield Buffer.from('PK\x03\x04', 'latin1')
}

function toReading(content: Content, decoding: Decoding, entries: ReadEntries, names: PartNames, from = 0): ZipReading {
  const { path } = content
  const source = positionedSource(content.source, from)
  const stop = stopOf('zip', path, () => source.position())
  return { source, path, decoding, names, entries, stop }
}

/** Reads what is before the directory, or before `to`. */
async function readLocals(reading: ZipReading, readEntry: ReadZipEntry, to = Number.POSITIVE_INFINITY): Promise<void> {
  const { source, path, decoding, entries } = reading
  while (source.position() < to) {
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
        const before = source.position()
        await skipZeros(source)
        if (source.position() > before) break
        const bytes = byteSource(untilRecord(source))
        await decodeMember({ source: bytes, path: [...path, `between-${entries.count()}`] }, decoding)
      }
    }
  }
}

async function readLocal(reading: ZipReading, readEntry: ReadZipEntry): Promise<void> {
  const { source, path, decoding, names, entries, stop } = reading
  const offset = source.position()
  const entry = parseLocal(await takeRecord(reading, localLength, [26, 28]))
  const memberPath = [...path, `member-${entries.count() + 1}`]
  if (entry === undefined) throw stop('corrupt', 'expected sizes of 64 bits in an extra field')
  countMember(decoding, path)
  await names.beginEntry(offset)
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
  if (entries.matched() !== entries.count()) throw stop('corrupt', 'expected the directory to name every entry')
}
