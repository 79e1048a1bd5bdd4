import { crc64 } from '../../../checksums/crc64.ts'
import { littleEndian } from '../writers/words.ts'

/** A snapshot of Redis (version 9) with one list that holds these texts. */
export function writeRdb(values: readonly Uint8Array[]): Buffer {
  const header = Buffer.from('REDIS0009\xfe\x00\x01\x04list', 'latin1')
  const parts = values.flatMap((value) => [lengthOf(value.length), value])
  const bytes = Buffer.concat([header, lengthOf(values.length), ...parts, Buffer.from([0xff])])
  const checksum = crc64('jones')
  checksum.add(bytes)
  return Buffer.concat([bytes, littleEndian(checksum.low(), checksum.high())])
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes[0] = 0x80
  bytes.writeUInt32BE(length, 1)
  return bytes
}
