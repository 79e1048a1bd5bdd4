/** What is written as one field of a struct, by its type in Thrift's compact protocol. */
export type ThriftField =
  | { int: number; bits?: 8 | 32 | 64 }
  | { bytes: Uint8Array | string }
  | { struct: ThriftFields }
  | { list: readonly ThriftField[] }
  | { flag: boolean }

/** Fields by their ids, in ascending order. */
export type ThriftFields = Readonly<Record<number, ThriftField>>

/** A struct in Thrift's compact protocol. */
export function writeThrift(fields: ThriftFields): Buffer {
  const parts: Uint8Array[] = []
  let last = 0
  for (const [id, field] of Object.entries(fields)) {
    parts.push(Buffer.from([((Number(id) - last) << 4) | typeOf(field)]), valueOfField(field))
    last = Number(id)
  }
  return Buffer.concat([...parts, Buffer.from([0])])
}

function typeOf(field: ThriftField): number {
  if ('int' in field) return { 8: 3, 32: 5, 64: 6 }[field.bits ?? 32]
  if ('bytes' in field) return 8
  if ('list' in field) return 9
  if ('flag' in field) return field.flag ? 1 : 2
  return 12
}

function valueOfField(field: ThriftField): Uint8Array {
  if ('int' in field) return field.bits === 8 ? Buffer.from([field.int]) : varint(zigzag(field.int))
  if ('bytes' in field) {
    const bytes = Buffer.from(field.bytes)
    return Buffer.concat([varint(bytes.length), bytes])
  }
  if ('struct' in field) return writeThrift(field.struct)
  if ('flag' in field) return Buffer.alloc(0)
  const type = field.list[0] === undefined ? 12 : typeOf(field.list[0])
  const { length } = field.list
  const header =
    length < 15 ? Buffer.from([(length << 4) | type]) : Buffer.concat([Buffer.from([0xf0 | type]), varint(length)])
  return Buffer.concat([header, ...field.list.map(valueOfField)])
}

const zigzag = (value: number) => (value < 0 ? -value * 2 - 1 : value * 2)

/** Seven bits in each byte, the lowest first. */
export function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return Buffer.from([...bytes, rest])
}
