import { crc32 } from 'node:zlib'
import { littleEndian } from './words.ts'
import { lzma2 } from './write-lzma.ts'

const crc = (bytes: Uint8Array): Buffer => littleEndian(crc32(bytes))

const number = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...number(Math.floor(value / 0x80))]

const padded = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)])

/** An .xz file of one block, checked by CRC-32. */
export function writeXz(content: Uint8Array): Uint8Array {
  const flags = Buffer.from([0, 1])
  const fields = Buffer.from([2, 0, 0x21, 1, 8, 0, 0, 0])
  const header = Buffer.concat([fields, crc(fields)])
  const data = lzma2(content)
  const list = padded(Buffer.from([0, 1, ...number(header.length + data.length + 4), ...number(content.length)]))
  const index = Buffer.concat([list, crc(list)])
  const end = Buffer.concat([Buffer.alloc(4), flags])
  end.writeUInt32LE(index.length / 4 - 1)
  return Buffer.concat([
    Buffer.from('fd377a585a00', 'hex'),
    flags,
    crc(flags),
    header,
    padded(data),
    crc(content),
    index,
    crc(end),
    end,
    Buffer.from('YZ'),
  ])
}
