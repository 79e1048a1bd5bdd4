import type { ByteSource } from '../byte-source.ts'

/** Consumes zero bytes, as tapes and block devices pad with; whatever follows them stays in the source. */
export async function skipZeros(source: ByteSource): Promise<void> {
  for (;;) {
    const chunk = await source.take()
    if (chunk === undefined) return
    const at = chunk.findIndex((byte) => byte !== 0)
    if (at >= 0) return source.giveBack(chunk.subarray(at))
  }
}
