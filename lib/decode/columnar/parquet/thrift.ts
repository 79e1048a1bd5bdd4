import { ColumnFault, corrupt } from '../column-fault.ts'

/** A value of Thrift's compact protocol. An i64 is a number where that is exact; a map is the list of its keys and values in turn. */
export type ThriftValue = boolean | number | bigint | Double | Uint8Array | ThriftValue[] | ThriftStruct

/** Fields of a struct by their ids. */
export type ThriftStruct = ReadonlyMap<number, ThriftValue>

/** A floating-point value, which must not be taken for an integer. */
export type Double = { readonly double: number }

/** What a reader may hold: structs and lists take a hundred times the memory of the bytes they are written in. */
const maxThriftValues = 2_000_000

const maxDepth = 24

/** Bytes end inside of a value: more of them may help. */
export class ThriftCut extends Error {
  override readonly name = 'ThriftCut'
}

/**
 * Reads one struct of Thrift's compact protocol (thrift-compact-protocol.md) from `at`; `end` is behind its last byte. Every field is kept,
 * known or not.
 * @throws ThriftCut where the bytes end before the struct does
 * @throws ColumnFault for what cannot be Thrift
 */
export function readThrift(bytes: Uint8Array, at: number): { struct: ThriftStruct; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let values = 0
  const count = (more: number): void => {
    values += more
    if (values > maxThriftValues) throw new ColumnFault('limit', `thrift: expected at most ${maxThriftValues} values`)
  }

  function byte(): number {
    if (at >= bytes.length) throw new ThriftCut()
    return bytes[at++]!
  }

  function flag(): boolean {
    const value = byte()
    // Some writers write 0 where the protocol has 2.
    if (value > 2) throw corrupt('thrift: expected a truth value')
    return value === 1
  }

  /** An unsigned number of at most 64 bits, as its low and its high half. */
  function varint(): { low: number; high: number } {
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const next = byte()
      const bits = next & 0x7f
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high |= bits >>> 4
      } else high |= bits << (shift - 32)
      if (shift === 63 && bits > 1) break
      if (next < 0x80) return { low: low >>> 0, high: high >>> 0 }
    }
    throw corrupt('thrift: expected a number of at most 64 bits')
  }

  function size(): number {
    const { low, high } = varint()
    if (high !== 0 || low > 0x7fffffff) throw corrupt('thrift: expected a size of at most 31 bits')
    return low
  }

  function integer(): number | bigint {
    const { low, high } = varint()
    if (high === 0) return (low & 1) === 0 ? low / 2 : -(low + 1) / 2
    const zigzag = (BigInt(high) << 32n) | BigInt(low)
    const value = (zigzag >> 1n) ^ -(zigzag & 1n)
    return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
  }

  function binary(length: number): Uint8Array {
    if (bytes.length - at < length) throw new ThriftCut()
    at += length
    return bytes.subarray(at - length, at)
  }

  function list(depth: number): ThriftValue[] | Uint8Array {
    const header = byte()
    const type = header & 0x0f
    const length = header >>> 4 === 15 ? size() : header >>> 4
    // Single bytes, which nothing in a table is a list of, may be a text.
    return type === 3 ? binary(length) : items(length, () => value(type, depth + 1, true))
  }

  function map(depth: number): ThriftValue[] {
    const length = size()
    if (length === 0) return []
    const types = byte()
    return items(length, () => [value(types >>> 4, depth + 1, true), value(types & 0x0f, depth + 1, true)])
  }

  function items(length: number, item: () => ThriftValue): ThriftValue[] {
    count(length)
    // Each takes a byte at least.
    if (length > bytes.length - at) throw new ThriftCut()
    return Array.from({ length }, item)
  }

  function value(type: number, depth: number, inList: boolean): ThriftValue {
    if (depth > maxDepth) throw corrupt(`thrift: expected at most ${maxDepth} values inside each other`)
    switch (type) {
      case 1:
      case 2:
        return inList ? flag() : type === 1
      case 3:
        return (byte() << 24) >> 24
      case 4:
      case 5:
      case 6:
        return integer()
      case 7: {
        const start = at
        binary(8)
        return { double: view.getFloat64(start, true) }
      }
      case 8:
        return binary(size())
      case 9:
      case 10:
        return list(depth)
      case 11:
        return map(depth)
      case 12:
        return struct(depth)
      case 13:
        return binary(16)
      default:
        throw corrupt('thrift: expected a known type')
    }
  }

  function struct(depth: number): ThriftStruct {
    const fields = new Map<number, ThriftValue>()
    let id = 0
    for (;;) {
      const header = byte()
      if (header === 0) return fields
      const delta = header >>> 4
      id = delta === 0 ? Number(integer()) : id + delta
      if (fields.has(id)) throw corrupt('thrift: expected each field once')
      count(1)
      fields.set(id, value(header & 0x0f, depth + 1, false))
    }
  }

  return { struct: struct(0), end: at }
}

/** A field that is an integer and exact; absent where it is not there. @throws ColumnFault if it is anything else */
export function numberIn(struct: ThriftStruct, id: number): number | undefined {
  const value = struct.get(id)
  if (value === undefined || typeof value === 'number') return value
  throw corrupt('thrift: expected a number')
}

/** A number that is a size or a count: from 0 on. */
export function countIn(struct: ThriftStruct, id: number): number | undefined {
  const value = numberIn(struct, id)
  if (value !== undefined && value < 0) throw corrupt('thrift: expected a number from 0 on')
  return value
}

export function structIn(struct: ThriftStruct, id: number): ThriftStruct | undefined {
  const value = struct.get(id)
  if (value === undefined || value instanceof Map) return value
  throw corrupt('thrift: expected a struct')
}

export function structsIn(struct: ThriftStruct, id: number): readonly ThriftStruct[] | undefined {
  const value = struct.get(id)
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.every((each) => each instanceof Map)) return value as ThriftStruct[]
  throw corrupt('thrift: expected a list of structs')
}

export function bytesIn(struct: ThriftStruct, id: number): Uint8Array | undefined {
  const value = struct.get(id)
  if (value === undefined || value instanceof Uint8Array) return value
  throw corrupt('thrift: expected bytes')
}

export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw corrupt(`parquet: expected ${what}`)
  return value
}
