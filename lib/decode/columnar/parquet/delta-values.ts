import type { ByteValues } from '../byte-values.ts'
import { corrupt } from '../column-fault.ts'
import { numberLines } from '../number-lines.ts'
import type { Lines } from '../text-content.ts'
import { type DeltaNumbers, deltaNumbers } from './delta.ts'
import type { Printer } from './value-printers.ts'

/** Numbers that are printed at once, unless a miniblock has more. */
const batch = 1024

/** The lines of numbers in DELTA_BINARY_PACKED, of four or eight bytes. */
export function deltaLines(numbers: DeltaNumbers, width: 4 | 8, { fixed, whole }: Printer): Lines {
  const { low, high } = numbers
  const room = Math.max(batch, low.length)
  const words = new Int32Array((room * width) / 4)
  const bytes = new Uint8Array(words.buffer)

  function gather(): number {
    let filled = 0
    while (filled <= room - low.length) {
      const count = numbers.next()
      if (count === 0) break
      if (width === 4) words.set(low.subarray(0, count), filled)
      else
        for (let index = 0; index < count; index++) {
          words[(filled + index) * 2] = low[index]!
          words[(filled + index) * 2 + 1] = high[index]!
        }
      filled += count
    }
    return filled
  }

  const next = () => {
    const count = gather()
    return count === 0 ? undefined : { bytes, count, width, isSigned: whole?.isSigned ?? true }
  }
  const { fill, ...passed } = numberLines(next, (some) => fixed(some.bytes, some.count))
  return whole === undefined ? { fill } : { fill, ...passed }
}

/** Numbers one by one, each from 0 to 2^31 - 1. */
function lengthsOf(numbers: DeltaNumbers): () => number {
  let index = 0
  let count = 0
  return () => {
    if (index === count) {
      count = numbers.next()
      index = 0
      if (count === 0) throw corrupt('parquet: expected as many lengths as values')
    }
    const length = numbers.low[index++]!
    if (length < 0) throw corrupt('parquet: expected a length of 31 bits')
    return length
  }
}

/** Where numbers end: their lengths come before what they are the lengths of. */
function endOf(bytes: Uint8Array, at: number, count: number): number {
  const numbers = deltaNumbers(bytes, at)
  if (numbers.count !== count) throw corrupt('parquet: expected as many lengths as values')
  return numbers.end()
}

/** `end`: where the values end, once all were read. */
export type DeltaValues = { values: ByteValues; end(): number }

/** Values in DELTA_LENGTH_BYTE_ARRAY: first all lengths, then all bytes. */
export function lengthsFirst(bytes: Uint8Array, at: number, count: number): DeltaValues {
  let next = endOf(bytes, at, count)
  const lengthOf = lengthsOf(deltaNumbers(bytes, at))
  const values: ByteValues = {
    count,
    bytes,
    from: 0,
    length: 0,
    next() {
      const length = lengthOf()
      if (length > bytes.length - next) throw corrupt('parquet: expected a value within its page')
      values.from = next
      values.length = length
      next += length
    },
  }
  return { values, end: () => next }
}

/** Values in DELTA_BYTE_ARRAY: how much each has in common with the one before, then the rests. */
export function prefixesFirst(bytes: Uint8Array, at: number, count: number): DeltaValues {
  const rests = lengthsFirst(bytes, endOf(bytes, at, count), count)
  const commonOf = lengthsOf(deltaNumbers(bytes, at))
  const values: ByteValues = {
    count,
    bytes: new Uint8Array(256),
    from: 0,
    length: 0,
    next() {
      const common = commonOf()
      if (common > values.length) throw corrupt('parquet: expected a beginning that the value before has')
      const rest = rests.values
      rest.next()
      const length = common + rest.length
      if (length > values.bytes.length) {
        const larger = new Uint8Array(length * 2)
        larger.set(values.bytes.subarray(0, common))
        values.bytes = larger
      }
      values.bytes.set(rest.bytes.subarray(rest.from, rest.from + rest.length), common)
      values.length = length
    },
  }
  return { values, end: rests.end }
}
