import { type ByteSource, byteSource } from '../byte-source.ts'
import { DecodingStopped } from '../decoding.ts'

/** Reads fields of a binary format in their order. What a call returns is valid until the next one. */
export type StreamReader = {
  /** Bytes read so far. */
  readonly offset: number
  /** Exactly the next `count` bytes. @throws DecodingStopped `truncated` where there are fewer */
  take(count: number): Uint8Array | Promise<Uint8Array>
  /** The next `count` bytes as a source, to be read to its end before anything else. */
  part(count: number): ByteSource
  /** The next byte, which stays; undefined: nothing is left. */
  next(): Promise<number | undefined>
  /** Whether nothing is left. */
  isAtEnd(): Promise<boolean>
  /** Has `onBytes` see what was read so far. */
  catchUp(): void
  /** Leaves what was not read in the source. */
  release(): void
}

/** `onBytes` sees all bytes that are read, in order, many at a time. */
export function streamReader(
  source: ByteSource,
  path: readonly string[],
  format: string,
  onBytes: (bytes: Uint8Array) => void = () => {},
): StreamReader {
  let chunk: Uint8Array = new Uint8Array(0)
  let at = 0
  /** Of the chunk, what `onBytes` has seen. */
  let seen = 0
  let offset = 0

  const truncated = () => new DecodingStopped('truncated', path, offset, `${format}: expected more bytes`)

  function pass(count: number): Uint8Array {
    const bytes = chunk.subarray(at, at + count)
    at += count
    offset += count
    return bytes
  }

  function catchUp(): void {
    if (seen < at) onBytes(chunk.subarray(seen, at))
    seen = at
  }

  function go(to: Uint8Array): void {
    catchUp()
    chunk = to
    at = seen = 0
  }

  function release(): void {
    const left = chunk.subarray(at)
    go(chunk.subarray(0, 0))
    if (left.length > 0) source.giveBack(left)
  }

  async function refill(count: number): Promise<Uint8Array> {
    release()
    if ((await source.peek(count)).length < count) throw truncated()
    go((await source.take())!)
    return pass(count)
  }

  const reader: StreamReader = {
    get offset() {
      return offset
    },
    take: (count) => (count === 0 || chunk.length - at >= count ? pass(count) : refill(count)),
    part(count) {
      let left = count
      return byteSource(
        (async function* () {
          while (left > 0) {
            if (at === chunk.length) {
              // The source may use the same memory again.
              catchUp()
              const more = await source.take()
              if (more === undefined) throw truncated()
              go(more)
            }
            const length = Math.min(left, chunk.length - at)
            left -= length
            yield pass(length)
          }
        })(),
      )
    },
    async next() {
      if (at < chunk.length) return chunk[at]
      catchUp()
      return (await source.peek(1))[0]
    },
    isAtEnd: async () => (await reader.next()) === undefined,
    catchUp,
    release,
  }
  return reader
}
