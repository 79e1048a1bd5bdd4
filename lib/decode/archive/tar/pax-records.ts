/** A record of an extended header. */
export type PaxRecord = { key: string; value: Buffer }

/** Parses the data of an extended header (POSIX.1-2001, pax): `length key=value\n`, over and over; absent: it is not that. */
export function parsePaxRecords(data: Buffer): PaxRecord[] | undefined {
  const records: PaxRecord[] = []
  let at = 0
  while (at < data.length) {
    const space = data.indexOf(0x20, at)
    if (space < 0 || space - at > 15) return undefined
    const digits = data.toString('latin1', at, space)
    const end = at + Number(digits)
    if (!/^[1-9][0-9]*$/.test(digits) || end > data.length || data[end - 1] !== 0x0a) return undefined
    const equals = data.indexOf(0x3d, space + 1)
    if (equals < 0 || equals >= end) return undefined
    records.push({ key: data.toString('latin1', space + 1, equals), value: data.subarray(equals + 1, end - 1) })
    at = end
  }
  return records
}

/** What extended headers change of the member that follows: its size, and its sparse map. */
export type PaxChanges = { size?: number; sparse?: PaxSparse }

/** A member that GNU tar wrote without its holes (formats 0.0, 0.1 and 1.0). `map`: offsets and lengths in turn. */
export type PaxSparse = { isMapInData: boolean; realSize: number; map: number[] }

/** A number of bytes as a record holds it; absent: it is none, or beyond 2^53. */
export function byteCountOf(value: Buffer): number | undefined {
  const text = value.toString('latin1')
  const number = Number(text)
  return /^[0-9]{1,16}$/.test(text) && Number.isSafeInteger(number) ? number : undefined
}

/** What the records of one member change; absent: they contradict each other or hold a wrong number. */
export function changesOf(records: readonly PaxRecord[]): PaxChanges | undefined {
  const changes: PaxChanges = {}
  const sparse: PaxSparse = { isMapInData: false, realSize: -1, map: [] }
  let count: number | undefined
  let isSparse = false
  let major = 0
  for (const { key, value } of records) {
    if (key !== 'size' && !key.startsWith('GNU.sparse.')) continue
    if (key === 'GNU.sparse.name') continue
    isSparse ||= key !== 'size'
    const numbers = key === 'GNU.sparse.map' ? value.toString('latin1').split(',') : [value.toString('latin1')]
    for (const text of numbers) {
      const number = byteCountOf(Buffer.from(text, 'latin1'))
      if (number === undefined) return undefined
      if (key === 'size') changes.size = number
      if (key === 'GNU.sparse.size' || key === 'GNU.sparse.realsize') sparse.realSize = number
      if (key === 'GNU.sparse.numblocks') count = number
      if (key === 'GNU.sparse.major') major = number
      if (key === 'GNU.sparse.minor' && number !== 0) return undefined
      if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes' || key === 'GNU.sparse.map')
        sparse.map.push(number)
    }
  }
  if (!isSparse) return changes
  sparse.isMapInData = major === 1
  if (major > 1 || sparse.realSize < 0 || sparse.map.length % 2 !== 0) return undefined
  if (!sparse.isMapInData && count !== sparse.map.length / 2) return undefined
  if (sparse.isMapInData && sparse.map.length > 0) return undefined
  return { ...changes, sparse }
}

/**
 * Whether a record is a number that the file system gave: times, and the number of an inode. They say nothing of what is
 * in a file, and ten of their digits may be anybody's number by chance.
 */
export function isFileSystemNumber({ key, value }: PaxRecord): boolean {
  const text = value.toString('latin1')
  if (/^(?:[acm]time|LIBARCHIVE\.creationtime)$/.test(key)) return /^-?[0-9]{1,11}(?:\.[0-9]{1,9})?$/.test(text)
  if (/^SCHILY\.(?:dev|ino|nlink)$/.test(key)) return /^[0-9]{1,20}$/.test(text)
  if (key === 'uid' || key === 'gid') return /^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535
  if (key === 'size' || /^GNU\.sparse\.(?!name$)/.test(key)) return /^[0-9,]+$/.test(text)
  return false
}
