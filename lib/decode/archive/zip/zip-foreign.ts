import type { ByteSource } from '../../byte-source.ts'
import { signature } from './zip-records.ts'

const records: readonly number[] = [signature.local, signature.central, signature.end, signature.end64]
const mark = Buffer.from('PK')

/** The bytes up to the next record of a zip file, or to the end. */
export async function* untilRecord(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    const peeked = await source.peek(4)
    if (peeked.length === 0) return
    const bytes = Buffer.from(peeked.buffer, peeked.byteOffset, peeked.length)
    let at = bytes.indexOf(mark)
    while (at >= 0 && at + 4 <= bytes.length && !records.includes(bytes.readUInt32LE(at)))
      at = bytes.indexOf(mark, at + 1)
    if (at === 0 && bytes.length >= 4) return
    // A mark may be cut by the end of what is there.
    const length = at > 0 ? at : bytes.length < 4 ? bytes.length : bytes.length - 3
    source.skip(length)
    yield bytes.subarray(0, length)
  }
}
