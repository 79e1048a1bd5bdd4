import { corrupt } from '../column-fault.ts'
import { readBase128 } from '../read-base-128.ts'

/** Bytes end inside of a value: more of them may help. */
export class AvroCut extends Error {
  override readonly name = 'AvroCut'
}

/** Reads values of Avro's binary encoding one after the other (specification 1.12, "Binary Encoding"). */
export type AvroBytes = {
  readonly bytes: Uint8Array
  readonly view: DataView
  at: number
  /** The halves of the number that `readLong` read last, in two's complement. */
  low: number
  high: number
}

export function avroBytes(bytes: Uint8Array): AvroBytes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { bytes, view, at: 0, low: 0, high: 0 }
}

/** A zigzag number of at most ten bytes into `low` and `high`. */
export function readLong(input: AvroBytes): void {
  const problem = readBase128(input)
  if (problem === 'cut') throw new AvroCut()
  if (problem === 'long') throw corrupt('avro: expected a number of at most 64 bits')
  const { low, high } = input
  const sign = -(low & 1)
  input.low = (((low >>> 1) | (high << 31)) ^ sign) >>> 0
  input.high = ((high >>> 1) ^ sign) >>> 0
}

/** A size or a count that a double holds exactly, negative or not. */
export function readCount(input: AvroBytes): number {
  readLong(input)
  const value = (input.high | 0) * 2 ** 32 + input.low
  if (!Number.isSafeInteger(value)) throw corrupt('avro: expected a size below 2^53')
  return value
}

/** A size from 0 on. */
export function readSize(input: AvroBytes): number {
  const size = readCount(input)
  if (size < 0) throw corrupt('avro: expected a size from 0 on')
  return size
}

/** Passes over `length` bytes; returns where they begin. */
export function pass(input: AvroBytes, length: number): number {
  if (length > input.bytes.length - input.at) throw new AvroCut()
  input.at += length
  return input.at - length
}
