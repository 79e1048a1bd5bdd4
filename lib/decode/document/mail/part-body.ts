import { addGap, countProduced, type Decoding } from '../../decoding.ts'
import { type GrowingBytes, growingBytes } from '../../growing-bytes.ts'
import type { Line, lineReader } from './line-reader.ts'
import type { TransferDecoder } from './transfer-encoding.ts'

/** Where the lines of a part come from, which of them ends it, and who is told of those that are not decoded. */
type BodyReading = {
  lines: ReturnType<typeof lineReader>
  path: readonly string[]
  decoding: Decoding
  ends(line: Line): boolean
  onOther(line: Line): void
}

/** The decoded lines up to whatever ends a part, in pieces of at least so many bytes but for the last one. */
export async function* bodyOf(
  decoder: TransferDecoder,
  { lines, path, decoding, ends, onOther }: BodyReading,
  least: number,
): AsyncGenerator<Uint8Array> {
  const made = growingBytes()
  let offset = 0
  try {
    for (;;) {
      const line = lines.atHand() ?? (await lines.peek())
      if (line === undefined || ends(line)) break
      lines.skip()
      const before = made.length
      if (!decoder.write(line.bytes, line.goesOn, made)) onOther(line)
      const count = made.length - before
      // What is beyond a limit is not delivered.
      made.length = before
      countProduced(decoding, count, path, offset)
      made.length += count
      offset += count
      if (made.length >= least) yield taken(made)
    }
    decoder.end(made)
    if (made.length >= least) yield taken(made)
    if (decoder.isDamaged())
      addGap(decoding, {
        reason: 'corrupt',
        path,
        offset,
        detail: 'mail: expected base64 up to the end of the part',
      })
  } catch (error) {
    if (made.length > 0) yield taken(made)
    throw error
  }
  if (made.length > 0) yield taken(made)
}

/** What was made so far, in memory of its own. */
function taken(made: GrowingBytes): Buffer {
  const bytes = Buffer.from(made.bytes.subarray(0, made.length))
  made.length = 0
  return bytes
}
