import { crc32, deflateRawSync } from 'node:zlib'

/** Zip files written by hand, for what no tool writes. Numbers that are given stand where the right ones would. */

type Numbers = {
  flags?: number
  method?: number
  crc?: number
  storedSize?: number
  size?: number
  name?: string | Buffer
}

export type ZipFields = Numbers & {
  data?: Buffer | string
  /** The data as it is stored, or else `data` by `method`. */
  stored?: Buffer
  extra?: Buffer
  /** Where the local header has zeros: the numbers behind the data. */
  descriptor?: 'signed' | 'wide' | 'unsigned' | 'unsigned wide' | 'missing'
  before?: Buffer
  /** Of the central directory, where it says something else. */
  central?: Numbers & { extra?: Buffer; comment?: string; offset?: number; disk?: number }
  hidden?: boolean
}

export type ZipOptions = {
  comment?: string
  behindEntries?: Buffer
  zip64?: boolean
  end?: { entries?: number; size?: number; offset?: number; disk?: number }
  end64?: { entries?: number; size?: number; offset?: number; at?: number; extension?: string }
  order?: (central: Buffer[]) => Buffer[]
}

const u16 = (...values: number[]) => Buffer.from(Uint16Array.from(values).buffer)
const u32 = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer)
const u64 = (...values: number[]) => Buffer.from(BigUint64Array.from(values.map(BigInt)).buffer)
const tag = (letters: string) => Buffer.from(`PK${letters}`, 'latin1')

export const extraField = (id: number, data: Buffer | string): Buffer => {
  const bytes = Buffer.from(data as string)
  return Buffer.concat([u16(id, bytes.length), bytes])
}

export const zip64Extra = (...values: number[]): Buffer => extraField(1, u64(...values))

export function zipOf(entries: readonly ZipFields[], options: ZipOptions = {}): Buffer {
  const parts: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  const push = (...bytes: Buffer[]) => {
    parts.push(...bytes)
    offset += bytes.reduce((sum, { length }) => sum + length, 0)
  }
  for (const fields of entries) {
    push(fields.before ?? Buffer.alloc(0))
    const at = offset
    const numbers = numbersOf(fields)
    push(localOf(fields, numbers), numbers.stored, descriptorOf(fields, numbers))
    if (!fields.hidden) central.push(centralOf(fields, numbers, at))
  }
  push(options.behindEntries ?? Buffer.alloc(0))
  const start = offset
  push(...(options.order?.(central) ?? central))
  push(...endOf(central.length, offset - start, start, offset, options))
  return Buffer.concat(parts)
}

type Actual = Required<Numbers> & { stored: Buffer }

function numbersOf(fields: ZipFields): Actual {
  const { method = 8, name = 'a', descriptor } = fields
  const data = Buffer.from((fields.data ?? '') as string)
  const stored = fields.stored ?? (method === 8 ? deflateRawSync(data) : data)
  return {
    method,
    name,
    stored,
    flags: fields.flags ?? (descriptor === undefined ? 0 : 8),
    crc: fields.crc ?? crc32(data),
    storedSize: fields.storedSize ?? stored.length,
    size: fields.size ?? data.length,
  }
}

function localOf({ descriptor, extra = Buffer.alloc(0) }: ZipFields, numbers: Actual): Buffer {
  const name = Buffer.from(numbers.name as string)
  const sizes = descriptor === undefined ? [numbers.crc, numbers.storedSize, numbers.size] : [0, 0, 0]
  const lengths = u16(name.length, extra.length)
  return Buffer.concat([
    tag('\x03\x04'),
    u16(20, numbers.flags, numbers.method, 0, 33),
    u32(...sizes),
    lengths,
    name,
    extra,
  ])
}

function descriptorOf({ descriptor }: ZipFields, { crc, storedSize, size }: Actual): Buffer {
  if (descriptor === undefined || descriptor === 'missing') return Buffer.alloc(0)
  const sign = descriptor.startsWith('unsigned') ? Buffer.alloc(0) : tag('\x07\x08')
  const sizes = descriptor.endsWith('wide') ? u64(storedSize, size) : u32(storedSize, size)
  return Buffer.concat([sign, u32(crc), sizes])
}

function centralOf(fields: ZipFields, numbers: Actual, at: number): Buffer {
  const { extra = Buffer.alloc(0), comment = '', offset = at, disk = 0, ...other } = fields.central ?? {}
  const { flags, method, crc, storedSize, size, ...rest } = { ...numbers, ...other }
  const name = Buffer.from(rest.name as string)
  const lengths = u16(name.length, extra.length, comment.length, disk, 0)
  const head = [tag('\x01\x02'), u16(20, 20, flags, method, 0, 33), u32(crc, storedSize, size), lengths]
  return Buffer.concat([...head, u32(0, offset), name, extra, Buffer.from(comment)])
}

function endOf(count: number, size: number, offset: number, at: number, options: ZipOptions): Buffer[] {
  const { zip64 = false, end = {}, end64 = {}, comment = '' } = options
  const parts: Buffer[] = []
  if (zip64) {
    const { entries = count, extension = '' } = end64
    const numbers = u64(entries, entries, end64.size ?? size, end64.offset ?? offset)
    parts.push(tag('\x06\x06'), u64(44 + extension.length), u16(45, 45), u32(0, 0), numbers, Buffer.from(extension))
    parts.push(tag('\x06\x07'), u32(0), u64(end64.at ?? at), u32(1))
  }
  const { entries = zip64 ? 0xffff : count, disk = 0 } = end
  const places = u32(end.size ?? (zip64 ? 0xffffffff : size), end.offset ?? (zip64 ? 0xffffffff : offset))
  parts.push(tag('\x05\x06'), u16(disk, disk, entries, entries), places, u16(comment.length), Buffer.from(comment))
  return parts
}
