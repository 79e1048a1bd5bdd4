/** A field of a table of a FlatBuffer; `structs`: a vector of `count` structures of numbers. Absent: it is not written. */
export type FlatField =
  | { readonly byte: number }
  | { readonly short: number }
  | { readonly int: number }
  | { readonly long: number }
  | { readonly text: string | Uint8Array }
  | { readonly table: FlatFields }
  | { readonly tables: readonly FlatFields[] }
  | { readonly structs: Uint8Array; readonly count: number }
  | undefined

/** Fields of a table by their numbers from 0 on. */
export type FlatFields = readonly FlatField[]

const slot = 8

/** A FlatBuffer of a root table. Tables stand before what is in them; every field takes 8 bytes, so that all are aligned. */
export function writeFlat(root: FlatFields): Buffer {
  const bytes: number[] = [0, 0, 0, 0]

  function align(rest = 0): void {
    while (bytes.length % slot !== rest) bytes.push(0)
  }

  function put(at: number, width: number, value: number | bigint): void {
    for (let index = 0, left = BigInt.asUintN(64, BigInt(value)); index < width; index++, left >>= 8n)
      bytes[at + index] = Number(left & 0xffn)
  }

  function pointTo(at: number, target: number): void {
    put(at, 4, target - at)
  }

  function table(fields: FlatFields): number {
    align()
    const from = bytes.length
    const at = Math.ceil((from + 4 + fields.length * 2) / slot) * slot
    while (bytes.length < at + slot + fields.length * slot) bytes.push(0)
    put(from, 2, 4 + fields.length * 2)
    put(from + 2, 2, slot + fields.length * slot)
    put(at, 4, at - from)
    for (const [index, field] of fields.entries()) {
      if (field === undefined) continue
      put(from + 4 + index * 2, 2, slot + index * slot)
      write(at + slot + index * slot, field)
    }
    return at
  }

  function write(at: number, field: NonNullable<FlatField>): void {
    if ('byte' in field) put(at, 1, field.byte)
    else if ('short' in field) put(at, 2, field.short)
    else if ('int' in field) put(at, 4, field.int)
    else if ('long' in field) put(at, 8, field.long)
    else if ('table' in field) pointTo(at, table(field.table))
    else if ('text' in field) pointTo(at, vector(Buffer.from(field.text), Buffer.byteLength(field.text), 1))
    else if ('structs' in field) pointTo(at, vector(field.structs, field.count, 0))
    else {
      const first = vector(new Uint8Array(field.tables.length * 4), field.tables.length, 0)
      pointTo(at, first)
      for (const [index, each] of field.tables.entries()) pointTo(first + 4 + index * 4, table(each))
    }
  }

  /** `zeros`: bytes behind it. */
  function vector(items: Uint8Array, count: number, zeros: number): number {
    align(slot / 2)
    const from = bytes.length
    bytes.push(0, 0, 0, 0)
    for (const item of items) bytes.push(item)
    for (let left = zeros; left > 0; left--) bytes.push(0)
    put(from, 4, count)
    return from
  }

  pointTo(0, table(root))
  align()
  return Buffer.from(bytes)
}
