import { type ByteSource, byteSource } from '../byte-source.ts'
import type { Stop } from '../decoding.ts'
import { nextBytes, takeBytes } from '../next-bytes.ts'

/** Data in blocks of up to 255 bytes, each behind its length, and one without bytes behind the last (15). `lengths`: gets those. */
export function subBlocks(source: ByteSource, stop: Stop, lengths?: number[]): ByteSource {
  const truncated = () => stop('truncated', 'expected more bytes of data')
  return byteSource(
    (async function* () {
      for (;;) {
        const [length] = (await takeBytes(source, 1)) ?? []
        if (length === undefined) throw truncated()
        if (length === 0) return
        lengths?.push(length)
        yield* nextBytes(source, length, truncated)
      }
    })(),
  )
}
