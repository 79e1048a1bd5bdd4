import { countProduced, type Decoding, type Stop, stopOf } from '../decoding.ts'

/** What a decoder has given of one content. */
export type Output = {
  /** Counts the bytes that are passed on next, and returns them. @throws DecodingStopped beyond a limit */
  count(bytes: Uint8Array): Uint8Array
  /** How many bytes were counted. */
  length(): number
  /** Stops behind what was counted. */
  readonly stop: Stop
}

/** `name`: of the format at `path`. */
export function outputOf(name: string, path: readonly string[], decoding: Decoding): Output {
  let length = 0
  return {
    count(bytes) {
      countProduced(decoding, bytes.length, path, length)
      length += bytes.length
      return bytes
    },
    length: () => length,
    stop: stopOf(name, path, () => length),
  }
}
