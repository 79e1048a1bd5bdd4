import { crc32, zstdCompressSync } from 'node:zlib'
import { writeThrift } from '../writers/thrift-writer.ts'
import { littleEndian } from '../writers/words.ts'
import { linesOf } from './lines-of.ts'

const magic = Buffer.from('PAR1')

/** Of `Type` in parquet.thrift. */
const types = { long: 2, bytes: 6 } as const
type Column = { name: string; type: keyof typeof types; count: number; plain: Uint8Array }

/** A Parquet file with one column of strings, whose values are the document's lines. */
export function parquetSample(document: Uint8Array): Uint8Array {
  const lines = linesOf(document)
  const plain = Buffer.concat(lines.flatMap((line) => [lengthOf(line), line]))
  return parquetOf({ name: 'line', type: 'bytes', count: lines.length, plain })
}

/** A Parquet file with one column of whole numbers of 64 bits, with a sign. */
export function parquetNumbers(numbers: readonly bigint[]): Uint8Array {
  const plain = new Uint8Array(BigInt64Array.from(numbers).buffer)
  return parquetOf({ name: 'number', type: 'long', count: numbers.length, plain })
}

/** One plain page, compressed by zstd. */
function parquetOf({ name, type, count, plain }: Column): Uint8Array {
  const stored = zstdCompressSync(plain)
  const header = writeThrift({
    1: { int: 0 },
    2: { int: plain.length },
    3: { int: stored.length },
    4: { int: crc32(stored) | 0 },
    5: { struct: { 1: { int: count }, 2: { int: 0 }, 3: { int: 3 }, 4: { int: 3 } } },
  })
  const size = header.length + stored.length
  const long = (int: number) => ({ int, bits: 64 as const })
  const chunk = {
    1: { int: types[type] },
    2: { list: [{ int: 0 }] },
    3: { list: [{ bytes: name }] },
    4: { int: 6 },
    5: long(count),
    6: long(header.length + plain.length),
    7: long(size),
    9: long(magic.length),
  }
  const group = {
    1: { list: [{ struct: { 2: long(magic.length), 3: { struct: chunk } } }] },
    2: long(size),
    3: long(count),
  }
  const footer = writeThrift({
    1: { int: 1 },
    2: {
      list: [
        { struct: { 4: { bytes: 'document' }, 5: { int: 1 } } },
        {
          struct: {
            1: { int: types[type] },
            3: { int: 0 },
            4: { bytes: name },
            ...(type === 'bytes' && { 6: { int: 0 } }),
          },
        },
      ],
    },
    3: long(count),
    4: { list: [{ struct: group }] },
  })
  return Buffer.concat([magic, header, stored, footer, littleEndian(footer.length), magic])
}

const lengthOf = (line: Uint8Array) => littleEndian(line.length)
