import { type ThriftFields, writeThrift } from '../../../lib/scan/controls/writers/thrift-writer.ts'

const magic = Buffer.from('PAR1')
const long = (int: number) => ({ int, bits: 64 as const })

/** A page of any kind. `fields` replace those of its header. */
export function page(values: number, encoding: number, bytes: Uint8Array, fields: ThriftFields = {}): Buffer {
  const header = writeThrift({
    1: { int: 0 },
    2: { int: bytes.length },
    3: { int: bytes.length },
    5: { struct: { 1: { int: values }, 2: { int: encoding }, 3: { int: 3 }, 4: { int: 3 } } },
    ...fields,
  })
  return Buffer.concat([header, bytes])
}

export function dictionaryPage(values: number, bytes: Uint8Array): Buffer {
  const header = { 1: { int: 2 }, 2: { int: bytes.length }, 3: { int: bytes.length } }
  return Buffer.concat([writeThrift({ ...header, 7: { struct: { 1: { int: values }, 2: { int: 0 } } } }), bytes])
}

type Column = {
  /** Number of the physical type, and further fields of its schema. */
  type: number
  schema?: ThriftFields
  pages: readonly Uint8Array[]
  values: number
  codec?: number
  chunk?: ThriftFields
  /** Further fields of the column and of the file, and bytes behind those. */
  column?: ThriftFields
  file?: ThriftFields
  behind?: Uint8Array
}

/** A Parquet file of one row group and one column, whose values are as many as its rows unless `rows` says otherwise. */
export function parquetFile(
  { type, schema, pages, values, codec = 0, chunk, column, file, behind }: Column,
  rows = values,
): Buffer {
  const bytes = Buffer.concat(pages)
  const meta = {
    1: { int: type },
    2: { list: [{ int: 0 }] },
    3: { list: [{ bytes: 'c' }] },
    4: { int: codec },
    5: long(values),
    6: long(bytes.length),
    7: long(bytes.length),
    9: long(magic.length),
    ...chunk,
  }
  const group = {
    1: { list: [{ struct: { 2: long(4), 3: { struct: meta }, ...column } }] },
    2: long(bytes.length),
    3: long(rows),
  }
  const footer = writeThrift({
    1: { int: 1 },
    2: {
      list: [
        { struct: { 4: { bytes: 'root' }, 5: { int: 1 } } },
        { struct: { 1: { int: type }, 3: { int: 0 }, 4: { bytes: 'c' }, ...schema } },
      ],
    },
    3: long(rows),
    4: { list: [{ struct: group }] },
    ...file,
  })
  return withFooter(bytes, Buffer.concat([footer, behind ?? Buffer.alloc(0)]))
}

export function withFooter(bytes: Uint8Array, footer: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  return Buffer.concat([magic, bytes, footer, length, magic])
}

/** Values of a byte array as they stand in a plain page. */
export const prefixed = (values: readonly (Uint8Array | string)[]): Buffer =>
  Buffer.concat(
    values.flatMap((value) => {
      const bytes = Buffer.from(value)
      const length = Buffer.alloc(4)
      length.writeUInt32LE(bytes.length)
      return [length, bytes]
    }),
  )
