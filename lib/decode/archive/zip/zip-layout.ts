import type { ReadAt } from '../../format.ts'
import { partsOfEntries, type ZipLayout } from './zip-parts.ts'
import {
  centralLength,
  end64Length,
  endLength,
  flag,
  locatorLength,
  none16,
  none32,
  parseCentral,
  parseEnd,
  parseEnd64,
  parseLocator,
  signature,
  type ZipEnd,
} from './zip-records.ts'

/** A directory is read in steps of so many bytes, and one that is larger than `most` is left to who reads the archive from its beginning. */
const step = 2 ** 20
const most = 2 ** 30
const longestComment = 2 ** 16 - 1

/** Entries of a workbook tell of each other where something is in it. */
const ofWorkbook = /(?:^|\/)(?:workbook|sharedStrings)\.xml$/

/**
 * What the central directory at the end of a zip file says, in parts of `partBytes`. Absent where anything about it is not as usual: a comment that may be another
 * end, bytes behind the end, several disks, entries in another order, hidden ones, none; or where entries need each other. Whoever reads the archive from its
 * beginning will tell. Memory: 100 bytes a part. What it says of an entry has to be held against the entry.
 */
export async function readZipLayout(at: ReadAt, partBytes: number): Promise<ZipLayout | undefined> {
  const end = await findEnd(at)
  if (end === undefined || end.entries === 0 || end.size > most) return undefined
  const parts = partsOfEntries(partBytes)
  let count = 0
  let rest: Buffer = Buffer.alloc(0)
  const to = end.offset + end.size
  for (let from = end.offset; from < to; from += step) {
    const bytes = Buffer.concat([rest, await at.read(from, Math.min(from + step, to))])
    let place = 0
    for (let length = lengthAt(bytes, place); length > 0; length = lengthAt(bytes, place)) {
      const entry = parseCentral(bytes.subarray(place, place + length))
      const isUsual =
        entry !== undefined &&
        entry.disk === 0 &&
        entry.offset < end.offset &&
        (entry.flags & flag.maskedHeaders) === 0 &&
        !ofWorkbook.test(entry.name.toString('latin1'))
      if (!isUsual || !parts.add(entry.offset, entry)) return undefined
      count += 1
      place += length
    }
    rest = bytes.subarray(place)
    if (rest.length >= step) return undefined
  }
  const all = parts.parts()
  if (rest.length > 0 || count !== end.entries || all[0]!.start !== 0) return undefined
  return { parts: all, directory: end.offset }
}

/** How long the entry is that begins there; 0: it is not there as a whole. */
function lengthAt(bytes: Buffer, at: number): number {
  if (at + centralLength > bytes.length || bytes.readUInt32LE(at) !== signature.central) return 0
  const length = [28, 30, 32].reduce((sum, field) => sum + bytes.readUInt16LE(at + field), centralLength)
  return at + length <= bytes.length ? length : 0
}

/** The one end with a comment that reaches to the end of the file, and right before it the directory. */
async function findEnd(at: ReadAt): Promise<ZipEnd | undefined> {
  const from = Math.max(0, at.size - endLength - longestComment - locatorLength)
  const tail = Buffer.from(await at.read(from, at.size))
  const places: number[] = []
  for (let place = tail.indexOf(mark); place >= 0; place = tail.indexOf(mark, place + 1))
    if (place + endLength <= tail.length && place + endLength + tail.readUInt16LE(place + 20) === tail.length)
      places.push(place)
  const [place] = places
  if (place === undefined || places.length > 1) return undefined
  const end = parseEnd(tail.subarray(place, place + endLength))
  const locator = tail.subarray(Math.max(0, place - locatorLength), place)
  const has64 = locator.length === locatorLength && locator.readUInt32LE(0) === signature.locator64
  const actual = has64 ? await findEnd64(at, locator, from + place - locatorLength) : end && { end, at: from + place }
  if (end === undefined || actual === undefined) return undefined
  const isRight = (stated: number, is: number, none: number) => stated === is || (has64 && stated === none)
  const isSame =
    actual.end.disks === 0 &&
    isRight(end.disks, 0, none16) &&
    isRight(end.entries, actual.end.entries, none16) &&
    isRight(end.size, actual.end.size, none32) &&
    isRight(end.offset, actual.end.offset, none32)
  return isSame && actual.end.offset + actual.end.size === actual.at ? actual.end : undefined
}

const mark = Buffer.from('PK\x05\x06', 'latin1')

/** The end of 64 bits that a locator names, which ends where the locator begins. */
async function findEnd64(at: ReadAt, locator: Buffer, to: number): Promise<{ end: ZipEnd; at: number } | undefined> {
  const place = parseLocator(locator)?.offset
  if (place === undefined || place + end64Length > to) return undefined
  const record = Buffer.from(await at.read(place, place + end64Length))
  const end = record.readUInt32LE(0) === signature.end64 ? parseEnd64(record) : undefined
  return end !== undefined && place + end.length === to ? { end, at: place } : undefined
}
