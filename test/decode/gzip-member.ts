import { crc32, deflateRawSync } from 'node:zlib'

type Fields = { name?: string; comment?: string; extra?: Buffer; headerCrc?: boolean; flags?: number }

/** A gzip member written by hand, with whatever header fields. */
export function gzipMember(content: Buffer | string, fields: Fields = {}): Buffer {
  const bytes = Buffer.from(content)
  const { name, comment, extra, headerCrc = false, flags = 0 } = fields
  const parts: Buffer[] = [Buffer.from([0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3])]
  const head = parts[0]!
  if (extra !== undefined) {
    head[3]! |= 4
    const length = Buffer.alloc(2)
    length.writeUInt16LE(extra.length)
    parts.push(length, extra)
  }
  if (name !== undefined) {
    head[3]! |= 8
    parts.push(Buffer.from(`${name}\0`))
  }
  if (comment !== undefined) {
    head[3]! |= 16
    parts.push(Buffer.from(`${comment}\0`))
  }
  if (headerCrc) {
    head[3]! |= 2
    const sum = Buffer.alloc(2)
    sum.writeUInt16LE(crc32(Buffer.concat(parts)) & 0xffff)
    parts.push(sum)
  }
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(bytes))
  trailer.writeUInt32LE(bytes.length, 4)
  return Buffer.concat([...parts, deflateRawSync(bytes), trailer])
}

export function subfield(id: string, data: Buffer): Buffer {
  const header = Buffer.from(`${id}\0\0`)
  header.writeUInt16LE(data.length, 2)
  return Buffer.concat([header, data])
}
