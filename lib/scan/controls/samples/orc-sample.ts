import { deflateRawSync } from 'node:zlib'
import { type ProtoFields, writeProto } from '../writers/proto-writer.ts'
import { linesOf } from './lines-of.ts'

const magic = Buffer.from('ORC')
const blockSize = 2 ** 18

/** An ORC file with one column of strings, whose values are the document's lines: one stripe, compressed by deflate. */
export function orcSample(document: Uint8Array): Uint8Array {
  const lines = linesOf(document)
  const data = chunks(Buffer.concat(lines))
  const lengths = chunks(Buffer.concat(lines.map(lengthOf)))
  const stripeFooter = chunked({
    1: [
      { 1: 1, 2: 1, 3: data.length },
      { 1: 2, 2: 1, 3: lengths.length },
    ],
    2: [{ 1: 0 }, { 1: 2 }],
  })
  const dataLength = data.length + lengths.length
  const stripe = { 1: magic.length, 2: 0, 3: dataLength, 4: stripeFooter.length, 5: lines.length }
  const footer = chunked({
    1: magic.length,
    2: dataLength + stripeFooter.length,
    3: [stripe],
    4: [{ 1: 12, 2: 1, 3: 'line' }, { 1: 7 }],
    6: lines.length,
    8: 0,
  })
  const postScript = writeProto({ 1: footer.length, 2: 1, 3: blockSize, 4: [0, 12], 5: 0, 6: 1, 8000: 'ORC' })
  return Buffer.concat([magic, data, lengths, stripeFooter, footer, postScript, Buffer.from([postScript.length])])
}

const chunked = (fields: ProtoFields) => chunks(writeProto(fields))

/** Each chunk is compressed by itself, or stored where that is no shorter. */
function chunks(bytes: Uint8Array): Buffer {
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += blockSize) {
    const original = bytes.subarray(at, at + blockSize)
    const deflated = deflateRawSync(original)
    const isOriginal = deflated.length >= original.length
    const stored = isOriginal ? original : deflated
    const header = Buffer.alloc(3)
    header.writeUIntLE(stored.length * 2 + (isOriginal ? 1 : 0), 0, 3)
    parts.push(header, stored)
  }
  return Buffer.concat(parts)
}

/** A run of one number of 32 bits: one number, in as many bits as its code says. */
function lengthOf(line: Uint8Array): Buffer {
  const run = Buffer.alloc(6)
  run[0] = (1 << 6) | (27 << 1)
  run.writeUInt32BE(line.length, 2)
  return run
}
