import { zstdCompressSync } from 'node:zlib'
import { varint } from '../writers/thrift-writer.ts'
import { linesOf } from './lines-of.ts'

const sync = Buffer.from('0123456789abcdef')
const schema = '{"type":"record","name":"document","fields":[{"name":"line","type":"string"}]}'

/** An Avro object container file whose records are the document's lines: one block, compressed by zstd. */
export function avroSample(document: Uint8Array): Uint8Array {
  const lines = linesOf(document)
  const stored = zstdCompressSync(Buffer.concat(lines.map(prefixed)))
  const metadata = ['avro.codec', 'zstandard', 'avro.schema', schema].map((text) => prefixed(Buffer.from(text)))
  return Buffer.concat([
    Buffer.from('Obj\x01', 'latin1'),
    number(2),
    ...metadata,
    number(0),
    sync,
    number(lines.length),
    number(stored.length),
    stored,
    sync,
  ])
}

const prefixed = (bytes: Uint8Array) => Buffer.concat([number(bytes.length), bytes])

/** A number from 0 on in zigzag. */
const number = (value: number) => varint(value * 2)
