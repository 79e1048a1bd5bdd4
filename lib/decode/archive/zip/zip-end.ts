import { nextRecord, takeRecord, type ZipReading } from './zip-reading.ts'
import {
  end64Length,
  endLength,
  locatorLength,
  none16,
  none32,
  parseEnd,
  parseEnd64,
  parseLocator,
  signature,
  type ZipEnd,
} from './zip-records.ts'

/** The part of a zip64 end that is kept for extensions is held in memory; a larger one ends in `limit`. */
const maxExtension = 2 ** 20

/**
 * Consumes the end of a central directory, which began at `directory` and ends here, with its comment: whatever it says has
 * to be what was read. @throws DecodingStopped
 */
export async function readZipEnd(reading: ZipReading, directory: number): Promise<void> {
  const { source, entries, stop } = reading
  const actual: ZipEnd = {
    disks: 0,
    entries: entries.count(),
    size: source.position() - directory,
    offset: directory,
  }
  const has64 = (await nextRecord(reading)) === signature.end64
  if (has64) await readEnd64(reading, actual)
  if ((await nextRecord(reading)) !== signature.end) throw stop('corrupt', 'expected the end of the central directory')
  const record = await takeRecordOf(reading, endLength)
  const end = parseEnd(record)
  if (end === undefined) throw stop('unsupported-format', 'expected an archive in one file')
  // A field that has no room for a number is full of ones where the record of 64 bits has it.
  const isRight = (stated: number, is: number, none: number) => stated === is || (has64 && stated === none)
  if (!isRight(end.disks, 0, none16)) throw stop('unsupported-format', 'expected an archive in one file')
  const isSame =
    isRight(end.entries, actual.entries, none16) &&
    isRight(end.size, actual.size, none32) &&
    isRight(end.offset, actual.offset, none32)
  if (!isSame) throw stop('corrupt', 'expected the end to say how large the directory is and where it begins')
  await readComment(reading, record.readUInt16LE(20))
}

/**
 * The comment reaches to the end of the file. If it does not, it stays in the source with what follows it: nothing can tell
 * where it really ends, and an identifier must not be cut.
 */
async function readComment({ source, names, stop }: ZipReading, length: number): Promise<void> {
  const bytes = await source.peek(length + 1)
  if (bytes.length > length) return
  names.cell(bytes)
  source.skip(bytes.length)
  if (bytes.length < length) throw stop('truncated', 'expected more bytes of the comment')
}

async function readEnd64(reading: ZipReading, actual: ZipEnd): Promise<void> {
  const { source, names, stop } = reading
  const offset = source.position()
  const head = await source.peek(end64Length)
  const end = head.length < end64Length ? undefined : parseEnd64(Buffer.from(head.subarray(0, end64Length)))
  if (head.length < end64Length) throw stop('truncated', 'expected more bytes of a record')
  if (end === undefined) throw stop('corrupt', 'expected numbers in the end of 64 bits')
  if (end.disks !== 0) throw stop('unsupported-format', 'expected an archive in one file')
  if (end.length > maxExtension) throw stop('limit', `expected an end of at most ${maxExtension} bytes`)
  const record = await takeRecordOf(reading, end.length)
  names.field(record.subarray(end64Length))
  if (end.entries !== actual.entries || end.size !== actual.size || end.offset !== actual.offset)
    throw stop('corrupt', 'expected the end of 64 bits to say how large the directory is and where it begins')
  if ((await nextRecord(reading)) !== signature.locator64) throw stop('corrupt', 'expected a locator')
  const locator = parseLocator(await takeRecordOf(reading, locatorLength))
  if (locator === undefined || locator.offset !== offset)
    throw stop('corrupt', 'expected the locator to say where the end of 64 bits is')
  if (locator.disk !== 0 || locator.disks > 1) throw stop('unsupported-format', 'expected an archive in one file')
}

const takeRecordOf = (reading: ZipReading, length: number) => takeRecord(reading, length, [])
