import { crc32, zstdCompressSync } from 'node:zlib'
import { linesOf } from './lines-of.ts'
import { writeThrift } from './thrift-writer.ts'

const magic = Buffer.from('PAR1')

/** A Parquet file with one column of strings, whose values are the document's lines: one plain page, compressed by zstd. */
export function parquetSample(document: Uint8Array): Uint8Array {
  const lines = linesOf(document)
  const plain = Buffer.concat(lines.flatMap((line) => [lengthOf(line), line]))
  const stored = zstdCompressSync(plain)
  const header = writeThrift({
    1: { int: 0 },
    2: { int: plain.length },
    3: { int: stored.length },
    4: { int: crc32(stored) | 0 },
    5: { struct: { 1: { int: lines.length }, 2: { int: 0 }, 3: { int: 3 }, 4: { int: 3 } } },
  })
  const size = header.length + stored.length
  const long = (int: number) => ({ int, bits: 64 as const })
  const chunk = {
    1: { int: 6 },
    2: { list: [{ int: 0 }] },
    3: { list: [{ bytes: 'line' }] },
    4: { int: 6 },
    5: long(lines.length),
    6: long(header.length + plain.length),
    7: long(size),
    9: long(magic.length),
  }
  const group = {
    1: { list: [{ struct: { 2: long(magic.length), 3: { struct: chunk } } }] },
    2: long(size),
    3: long(lines.length),
  }
  const footer = writeThrift({
    1: { int: 1 },
    2: {
      list: [
        { struct: { 4: { bytes: 'document' }, 5: { int: 1 } } },
        { struct: { 1: { int: 6 }, 3: { int: 0 }, 4: { bytes: 'line' }, 6: { int: 0 } } },
      ],
    },
    3: long(lines.length),
    4: { list: [{ struct: group }] },
  })
  return Buffer.concat([magic, header, stored, footer, littleEndian(footer.length), magic])
}

const lengthOf = (line: Uint8Array) => littleEndian(line.length)

function littleEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
