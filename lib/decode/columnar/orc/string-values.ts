import type { ByteValues } from '../byte-values.ts'
import { corrupt } from '../column-fault.ts'
import { type Numbers, oneByOne } from './numbers.ts'
import type { StreamBytes } from './stream-bytes.ts'

/** Values of any length: all lengths in one stream, all bytes in another one. */
export type StringValues = {
  /** The values that are left, or some of them: those until `isEnough` after one of them. */
  some(isEnough?: () => boolean): ByteValues
  hasMore(): boolean
  count(): number
}

/** `onValue` is told of each value, and says whether its line stays empty. */
export function stringValues(
  lengths: Numbers | undefined,
  data: StreamBytes | undefined,
  onValue: (bytes: Uint8Array, from: number, length: number) => boolean = () => false,
): StringValues {
  const lengthOf = lengths && oneByOne(lengths, 2 ** 31)
  let total = 0
  const hasMore = () => lengthOf?.hasMore() ?? false
  return {
    some(isEnough = () => false) {
      let taken = 0
      const values = {
        get count() {
          return hasMore() && !(taken > 0 && isEnough()) ? taken + 1 : taken
        },
        bytes: data?.bytes ?? new Uint8Array(0),
        from: 0,
        length: 0,
        next() {
          const length = lengthOf?.next() ?? 0
          if (length > 0 && !data?.fill(length)) throw corrupt('orc: expected values within their stream')
          taken += 1
          total += 1
          if (data !== undefined) {
            values.bytes = data.bytes
            values.from = data.at
            data.at += length
          }
          values.length = onValue(values.bytes, values.from, length) ? 0 : length
        },
      }
      return values
    },
    hasMore,
    count: () => total,
  }
}
