import { zstdCompressSync } from 'node:zlib'
import type { FlatFields } from '../writers/flat-writer.ts'
import { arrowBatch, arrowMessage, fileOf } from '../writers/write-arrow.ts'
import { linesOf } from './lines-of.ts'

/** Of `Type` in Schema.fbs. */
const utf8 = 5
const schema: FlatFields = [
  { short: 0 },
  { tables: [[{ text: 'line' }, { byte: 0 }, { byte: utf8 }, { table: [] }, undefined, { tables: [] }]] },
]
const zstd: FlatFields = [{ byte: 1 }, { byte: 0 }]

/** An Arrow file with one column of texts, which are the document's lines: one batch, compressed by zstd. */
export function arrowSample(document: Uint8Array): Uint8Array {
  const lines = linesOf(document)
  const offsets = new Int32Array(lines.length + 1)
  for (const [index, line] of lines.entries()) offsets[index + 1] = offsets[index]! + line.length
  const buffers = [new Uint8Array(0), compressed(new Uint8Array(offsets.buffer)), compressed(Buffer.concat(lines))]
  const { header, body } = arrowBatch(lines.length, [[lines.length, 0]], buffers, zstd)
  return fileOf(schema, [arrowMessage('schema', schema), arrowMessage('batch', header, body)])
}

function compressed(bytes: Uint8Array): Uint8Array {
  const size = Buffer.alloc(8)
  size.writeBigInt64LE(BigInt(bytes.length))
  return bytes.length === 0 ? bytes : Buffer.concat([size, zstdCompressSync(bytes)])
}
