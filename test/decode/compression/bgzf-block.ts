import { crc32, deflateRawSync } from 'node:zlib'

/** A block of BGZF: a member of gzip with its size in its header. */
export function bgzfBlock(text: Uint8Array, level = 1): Buffer {
  const deflated = deflateRawSync(text, { level })
  const header = Buffer.from('1f8b08040000000000ff0600424302000000', 'hex')
  header.writeUInt16LE(header.length + deflated.length + 8 - 1, 16)
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(text), 0)
  trailer.writeUInt32LE(text.length, 4)
  return Buffer.concat([header, deflated, trailer])
}
