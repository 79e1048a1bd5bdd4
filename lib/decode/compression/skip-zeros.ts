import type { ByteSource } from '../byte-source.ts'
import { endOfZeros } from '../zeros.ts'

/** Consumes zero bytes, as tapes and block devices pad with; whatever follows them stays in the source. */
export async function skipZeros(source: ByteSource): Promise<void> {
  for (;;) {
    const chunk = await source.take()
    if (chunk === undefined) return
    const at = endOfZeros(chunk, 0)
    if (at < chunk.length) return source.giveBack(chunk.subarray(at))
  }
}
