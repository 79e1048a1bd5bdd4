import { crc64 } from '../../../checksums/crc64.ts'
import { littleEndian } from '../writers/words.ts'

/** A collection as mongodump writes it: each text is the value `v` of a document. */
export function writeBson(values: readonly Uint8Array[]): Buffer {
  return Buffer.concat(values.map((value) => document(text('v', value))))
}

/** An archive of mongodump with one such collection. */
export function writeMongoArchive(values: readonly Uint8Array[]): Buffer {
  const documents = writeBson(values)
  const checksum = crc64('ecma')
  checksum.add(documents)
  const crc = littleEndian(checksum.low(), checksum.high())
  const name = Buffer.concat([text('db', Buffer.from('d')), text('collection', Buffer.from('c'))])
  const block = (isEnd: number, crc: Buffer) =>
    document(Buffer.concat([name, Buffer.from(`\x08EOF\0${String.fromCharCode(isEnd)}\x12CRC\0`, 'latin1'), crc]))
  return Buffer.concat([
    Buffer.from('6de29981', 'hex'),
    document(text('version', Buffer.from('0.1'))),
    document(name),
    ...[end, block(0, Buffer.alloc(8)), documents, end, block(1, crc), end],
  ])
}

const end = Buffer.from('ffffffff', 'hex')

function document(elements: Buffer): Buffer {
  return Buffer.concat([littleEndian(elements.length + 5), elements, Buffer.alloc(1)])
}

function text(name: string, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`\x02${name}\0`), littleEndian(value.length + 1), value, Buffer.alloc(1)])
}
