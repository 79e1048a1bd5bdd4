import type { ByteSource } from '../../byte-source.ts'

/** The same source, which counts what is consumed by `skip`. */
export function countingSource(source: ByteSource): ByteSource & { consumed(): number } {
  let consumed = 0
  return {
    ...source,
    skip(count) {
      consumed += count
      source.skip(count)
    },
    consumed: () => consumed,
  }
}
