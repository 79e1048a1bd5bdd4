/** The records of a zip file (APPNOTE 6.3.10, section 4.3), each by the number that it begins with. */
export const signature = {
  local: 0x04034b50,
  central: 0x02014b50,
  descriptor: 0x08074b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const

export const localLength = 30
export const centralLength = 46
export const endLength = 22
export const end64Length = 56
export const locatorLength = 20

export const flag = { encrypted: 1, descriptor: 8, patch: 32, strongEncryption: 64, maskedHeaders: 8192 } as const

/** What a local header and the central directory both say of an entry. `storedSize`: of the data as it is stored. */
export type ZipEntry = {
  flags: number
  method: number
  crc: number
  storedSize: number
  size: number
  name: Buffer
  extra: Buffer
  /** How many bytes of a zip64 extra field stand for numbers of the header; absent: there is no such field. */
  zip64Length: number | undefined
}

/** Numbers that stand for one that the zip64 extra field holds. */
export const none16 = 0xffff
export const none32 = 0xffffffff

/** Parses a local header with its name and extra field; absent where the extra field lacks the sizes that it should have. */
export function parseLocal(bytes: Buffer): ZipEntry | undefined {
  const nameEnd = localLength + bytes.readUInt16LE(26)
  const extra = bytes.subarray(nameEnd)
  const [storedSize, size] = [bytes.readUInt32LE(18), bytes.readUInt32LE(22)]
  const zip64 = zip64Numbers(extra, [size === none32, storedSize === none32])
  if (zip64 === undefined) return undefined
  return {
    flags: bytes.readUInt16LE(6),
    method: bytes.readUInt16LE(8),
    crc: bytes.readUInt32LE(14),
    storedSize: zip64[1] ?? storedSize,
    size: zip64[0] ?? size,
    name: bytes.subarray(localLength, nameEnd),
    extra,
    zip64Length: zip64LengthOf(extra, zip64),
  }
}

export type CentralEntry = ZipEntry & { offset: number; disk: number; comment: Buffer }

/** Parses an entry of the central directory, which is whole. */
export function parseCentral(bytes: Buffer): CentralEntry | undefined {
  const nameEnd = centralLength + bytes.readUInt16LE(28)
  const extraEnd = nameEnd + bytes.readUInt16LE(30)
  const extra = bytes.subarray(nameEnd, extraEnd)
  const [storedSize, size, offset] = [bytes.readUInt32LE(20), bytes.readUInt32LE(24), bytes.readUInt32LE(42)]
  const disk = bytes.readUInt16LE(34)
  const zip64 = zip64Numbers(extra, [size === none32, storedSize === none32, offset === none32, disk === none16])
  if (zip64 === undefined) return undefined
  return {
    flags: bytes.readUInt16LE(8),
    method: bytes.readUInt16LE(10),
    crc: bytes.readUInt32LE(16),
    storedSize: zip64[1] ?? storedSize,
    size: zip64[0] ?? size,
    name: bytes.subarray(centralLength, nameEnd),
    extra,
    zip64Length: zip64LengthOf(extra, zip64),
    offset: zip64[2] ?? offset,
    disk: zip64[3] ?? disk,
    comment: bytes.subarray(extraEnd),
  }
}

/** Where the central directory is and what is in it, as its end says. */
export type ZipEnd = { disks: number; entries: number; size: number; offset: number }

export function parseEnd(bytes: Buffer): ZipEnd | undefined {
  const entries = bytes.readUInt16LE(10)
  if (bytes.readUInt16LE(8) !== entries) return undefined
  const disks = Math.max(bytes.readUInt16LE(4), bytes.readUInt16LE(6))
  return { disks, entries, size: bytes.readUInt32LE(12), offset: bytes.readUInt32LE(16) }
}

export function parseEnd64(bytes: Buffer): (ZipEnd & { length: number }) | undefined {
  const numbers = [4, 24, 32, 40, 48].map((at) => safeNumber(bytes, at))
  const [length, onDisk, entries, size, offset] = numbers
  if (numbers.includes(undefined) || onDisk !== entries || length! < end64Length - 12) return undefined
  const disks = Math.max(bytes.readUInt32LE(16), bytes.readUInt32LE(20))
  return { disks, entries: entries!, size: size!, offset: offset!, length: length! + 12 }
}

export function parseLocator(bytes: Buffer): { disk: number; offset: number; disks: number } | undefined {
  const offset = safeNumber(bytes, 8)
  if (offset === undefined) return undefined
  return { disk: bytes.readUInt32LE(4), offset, disks: bytes.readUInt32LE(16) }
}

export function safeNumber(bytes: Buffer, at: number): number | undefined {
  const value = bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at)
  return Number.isSafeInteger(value) ? value : undefined
}

export type ExtraField = { id: number; data: Buffer }

/** The parts of an extra field, and what behind them is none. */
export function parseExtra(extra: Buffer): { fields: ExtraField[]; rest: Buffer } {
  const fields: ExtraField[] = []
  let at = 0
  while (at + 4 <= extra.length) {
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (end > extra.length) break
    fields.push({ id: extra.readUInt16LE(at), data: extra.subarray(at + 4, end) })
    at = end
  }
  return { fields, rest: extra.subarray(at) }
}

export const zip64Id = 0x0001

function zip64LengthOf(extra: Buffer, numbers: readonly (number | undefined)[]): number | undefined {
  if (!parseExtra(extra).fields.some(({ id }) => id === zip64Id)) return undefined
  return numbers.reduce((sum: number, number, index) => sum + (number === undefined ? 0 : index === 3 ? 4 : 8), 0)
}

/**
 * The numbers that a zip64 extra field holds instead of those `wanted`, in this order, each of 8 bytes but the last one (a disk) of 4;
 * absent where one is missing or beyond 2^53, or there is more than one field.
 */
function zip64Numbers(extra: Buffer, wanted: readonly boolean[]): (number | undefined)[] | undefined {
  if (!wanted.includes(true)) return []
  const fields = parseExtra(extra).fields.filter(({ id }) => id === zip64Id)
  const data = fields[0]?.data
  if (data === undefined || fields.length > 1) return undefined
  const numbers: (number | undefined)[] = []
  let at = 0
  for (const [index, isWanted] of wanted.entries()) {
    const length = index === 3 ? 4 : 8
    if (isWanted && at + length > data.length) return undefined
    const number = !isWanted ? undefined : length === 4 ? data.readUInt32LE(at) : safeNumber(data, at)
    if (isWanted && number === undefined) return undefined
    numbers.push(number)
    if (isWanted) at += length
  }
  return numbers
}
