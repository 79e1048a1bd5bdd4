import { crc64 } from '../../../checksums/crc64.ts'

/** A snapshot of Redis (version 9) with one list that holds these texts. */
export function writeRdb(values: readonly Uint8Array[]): Buffer {
  const header = Buffer.from('REDIS0009\xfe\x00\x01\x04list', 'latin1')
  const parts = values.flatMap((value) => [lengthOf(value.length), value])
  const bytes = Buffer.concat([header, lengthOf(values.length), ...parts, Buffer.from([0xff])])
  const checksum = crc64('jones')
  checksum.add(bytes)
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(checksum.low(), 0)
  trailer.writeUInt32LE(checksum.high(), 4)
  return Buffer.concat([bytes, trailer])
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes[0] = 0x80
  bytes.writeUInt32BE(length, 1)
  return bytes
}
