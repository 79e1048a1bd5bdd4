import { crc32, inflateRawSync } from 'node:zlib'

/** The files of a small zip archive, by name, as its central directory lists them. Stored and deflated entries only. */
export function unzip(archive: Buffer): Map<string, Buffer> {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const files = new Map<string, Buffer>()
  let at = archive.readUInt32LE(end + 16)
  for (let entry = archive.readUInt16LE(end + 10); entry > 0; entry--) {
    const method = archive.readUInt16LE(at + 10)
    const [packed, nameLength] = [archive.readUInt32LE(at + 20), archive.readUInt16LE(at + 28)]
    const local = archive.readUInt32LE(at + 42)
    const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
    const body = archive.subarray(start, start + packed)
    const bytes = method === 8 ? inflateRawSync(body) : body
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength)
    if (crc32(bytes) !== archive.readUInt32LE(at + 16)) throw new Error(`${name}: expected the checksum of its bytes`)
    files.set(name, bytes)
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
  }
  return files
}
