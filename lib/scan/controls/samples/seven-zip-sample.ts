import { crc32 } from 'node:zlib'
import { littleEndian } from '../writers/words.ts'

/** A 7z archive of one file, which is stored as it is behind a header that is not packed. */
export function sevenZipSample(document: Uint8Array): Buffer {
  const size = number(document.length)
  const name = Buffer.from('sample\0', 'utf16le')
  const header = Buffer.concat([
    // A header, main streams: one packed stream; one folder of one coder, which copies; its content's checksum.
    Buffer.from([0x01, 0x04, 0x06, 0x00, 0x01, 0x09]),
    size,
    Buffer.from([0x00, 0x07, 0x0b, 0x01, 0x00, 0x01, 0x01, 0x00, 0x0c]),
    size,
    Buffer.from([0x00, 0x08, 0x0a, 0x01]),
    littleEndian(crc32(document)),
    // One file, its name.
    Buffer.from([0x00, 0x00, 0x05, 0x01, 0x11, name.length + 1, 0x00]),
    name,
    Buffer.from([0x00, 0x00]),
  ])
  const start = Buffer.concat([u64(document.length), u64(header.length), littleEndian(crc32(header))])
  return Buffer.concat([Buffer.from('377abcaf271c0004', 'hex'), littleEndian(crc32(start)), start, document, header])
}

const u64 = (value: number) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer)
const number = (value: number) => Buffer.concat([Buffer.from([0xff]), u64(value)])
