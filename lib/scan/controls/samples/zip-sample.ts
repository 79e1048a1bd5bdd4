import { crc32, deflateRawSync } from 'node:zlib'

/** A zip file of one deflated file. */
export function zipSample(document: Uint8Array): Buffer {
  const name = Buffer.from('sample')
  const data = deflateRawSync(document)
  // From the needed version on both headers say the same: flags, method, time, date, checksum, sizes, length of the name.
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0)
  common.writeUInt16LE(8, 4)
  common.writeUInt16LE(0x21, 8)
  common.writeUInt32LE(crc32(document), 10)
  common.writeUInt32LE(data.length, 14)
  common.writeUInt32LE(document.length, 18)
  common.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, data])
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), common, Buffer.alloc(14), name])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, central, end])
}
