import { varint } from '../../../lib/scan/controls/writers/thrift-writer.ts'

const sync = Buffer.alloc(16, 0x5f)

export const number = (value: number): Buffer => varint(value < 0 ? -value * 2 - 1 : value * 2)
export const prefixed = (bytes: Uint8Array | string): Buffer =>
  Buffer.concat([number(Buffer.from(bytes).length), Buffer.from(bytes)])

/** An Avro file without compression; each block is a number of records and their bytes. */
export function avroFile(
  schema: unknown,
  blocks: readonly { count: number; bytes: Uint8Array }[],
  codec = 'null',
  others: readonly (readonly [string, string])[] = [],
): Buffer {
  const metadata = ['avro.schema', JSON.stringify(schema), 'avro.codec', codec, ...others.flat()].map(prefixed)
  const written = blocks.map(({ count, bytes }) => Buffer.concat([number(count), prefixed(bytes), sync]))
  return Buffer.concat([
    Buffer.from('Obj\x01', 'latin1'),
    number(2 + others.length),
    ...metadata,
    number(0),
    sync,
    ...written,
  ])
}
