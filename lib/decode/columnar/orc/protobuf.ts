import { ColumnFault, corrupt } from '../column-fault.ts'

/** How a field is written (Protocol Buffers, "Encoding"): numbers as such, others as their bytes. Groups are not written by anybody. */
export type ProtoValue = number | bigint | Uint8Array

/** The wire types that there are. */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** Fields of one message, each with all its values in order. */
export type ProtoMessage = ReadonlyMap<number, readonly ProtoValue[]>

/** What one message may hold: far beyond any table, and little enough to keep. */
export const mostFields = 2 ** 18

/** Tells every field of a message in order. @throws ColumnFault for what cannot be a message */
export function visitFields(bytes: Uint8Array, visit: (id: number, value: ProtoValue, type: number) => void): void {
  let at = 0

  function varint(): number | bigint {
    let value = 0
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = byteAt(at++)
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    let rest = 0n
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = byteAt(at++)
      if (shift === 63n && byte > 1) break
      rest |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) {
        const whole = rest + BigInt(value)
        return whole <= 9007199254740991n ? Number(whole) : whole
      }
    }
    throw corrupt('protobuf: expected a number of at most 64 bits')
  }

  function byteAt(place: number): number {
    const byte = bytes[place]
    if (byte === undefined) throw corrupt('protobuf: expected a field within its message')
    return byte
  }

  function take(length: number | bigint): Uint8Array {
    if (length > bytes.length - at) throw corrupt('protobuf: expected a field within its message')
    at += Number(length)
    return bytes.subarray(at - Number(length), at)
  }

  while (at < bytes.length) {
    const key = varint()
    if (typeof key === 'bigint' || key >= 2 ** 32 || key < 8) throw corrupt('protobuf: expected the number of a field')
    const type = key % 8
    const id = (key - type) / 8
    if (type === wire.varint) visit(id, varint(), type)
    else if (type === wire.fixed64) visit(id, take(8), type)
    else if (type === wire.bytes) visit(id, take(varint()), type)
    else if (type === wire.fixed32) visit(id, take(4), type)
    else throw corrupt('protobuf: expected a known type')
  }
}

/** A message of which all fields are kept, for those that are small. @throws ColumnFault */
export function messageOf(bytes: Uint8Array): ProtoMessage {
  const fields = new Map<number, ProtoValue[]>()
  let count = 0
  visitFields(bytes, (id, value) => {
    count += 1
    if (count > mostFields) throw new ColumnFault('limit', `protobuf: expected at most ${mostFields} fields`)
    const values = fields.get(id)
    if (values === undefined) fields.set(id, [value])
    else values.push(value)
  })
  return fields
}

/** The only value of a field: of two, readers take one or the other. */
function oneIn(message: ProtoMessage, id: number): ProtoValue | undefined {
  const values = message.get(id)
  if (values !== undefined && values.length > 1) throw corrupt('protobuf: expected each field once')
  return values?.[0]
}

/** A size or a count: from 0 on, and exact. */
export function countIn(message: ProtoMessage, id: number): number | undefined {
  const value = oneIn(message, id)
  if (value === undefined || typeof value === 'number') return value
  throw corrupt('protobuf: expected a number below 2^53')
}

export function textIn(message: ProtoMessage, id: number): string | undefined {
  const value = oneIn(message, id)
  if (value === undefined) return undefined
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  throw corrupt('protobuf: expected a text')
}

export function messagesIn(message: ProtoMessage, id: number): readonly Uint8Array[] {
  const values = message.get(id) ?? []
  if (values.every((each) => each instanceof Uint8Array)) return values
  throw corrupt('protobuf: expected messages')
}

/** Numbers that are written one by one, or packed into one field. */
export function countsIn(message: ProtoMessage, id: number): number[] {
  return (message.get(id) ?? []).flatMap((value) => {
    if (typeof value === 'number') return [value]
    if (typeof value === 'bigint') throw corrupt('protobuf: expected a number below 2^53')
    return packedIn(value)
  })
}

/** Numbers that are packed into one field. @throws ColumnFault */
export function packedIn(bytes: Uint8Array): number[] {
  const numbers: number[] = []
  let value = 0
  let shift = 0
  for (const byte of bytes) {
    value += (byte & 0x7f) * 2 ** shift
    shift += 7
    if (shift > 49) throw corrupt('protobuf: expected a number below 2^49')
    if (byte >= 0x80) continue
    numbers.push(value)
    value = 0
    shift = 0
  }
  if (shift > 0) throw corrupt('protobuf: expected a number within its field')
  return numbers
}
