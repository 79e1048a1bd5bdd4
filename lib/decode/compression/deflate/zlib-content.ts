import { constants, inflateRawSync } from 'node:zlib'
import type { ByteSource } from '../../byte-source.ts'
import { headLength } from '../../checks/known-formats.ts'
import { textCheck } from '../../checks/text-check.ts'
import type { Decoding } from '../../decoding.ts'
import { inflateFailure } from '../engine/inflate-failure.ts'
import { openEngine } from '../engine/run-engine.ts'
import { outputOf } from '../output.ts'
import { compression } from '../unwrap.ts'
import { adler32 } from './adler32.ts'

/** RFC 1950. */
export const zlib = compression('zlib', isZlib, zlibContent)

const headerLength = 2
const presetDictionary = 0x20
/** No 512 bytes of deflate hold more. */
const mostOfHead = headLength * 1032 + 1024

/**
 * Two bytes that are not unusual in text are all there is to tell it by: so what is text stays text, and the first bytes have to
 * be deflate data.
 */
function isZlib(head: Uint8Array): boolean {
  if (head.length <= headerLength || !isZlibHeader(head)) return false
  const some = head.subarray(0, headLength)
  const check = textCheck()
  check.write(some)
  return check.problem() !== undefined && beginsDeflate(some.subarray(headerLength))
}

/** Deflate with a window that there is, no preset dictionary, and a header that agrees with itself. */
export function isZlibHeader(head: Uint8Array): boolean {
  const [method = 0, flags = 0] = head
  return (method & 0x8f) === 0x08 && (method * 256 + flags) % 31 === 0 && (flags & presetDictionary) === 0
}

function beginsDeflate(bytes: Uint8Array): boolean {
  try {
    inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: mostOfHead })
    return true
  } catch {
    return false
  }
}

/** The content of one zlib stream behind a header that was looked at, whose checksum is checked. What follows it stays in `source`. */
export async function* zlibContent(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const { count, stop } = outputOf('zlib', path, decoding)
  let checksum = 1
  await source.peek(headerLength)
  source.skip(headerLength)
  const engine = openEngine({ name: 'inflate-raw' }, decoding.means)
  try {
    for await (const output of engine.run(source.take, source.giveBack)) {
      checksum = adler32(output, checksum)
      yield count(output)
    }
  } catch (error) {
    throw inflateFailure(error, stop)
  } finally {
    engine.close()
  }
  const trailer = await source.peek(4)
  if (trailer.length < 4) throw stop('truncated', 'expected a checksum of 4 bytes')
  if (Buffer.from(trailer).readUInt32BE(0) !== checksum) throw stop('corrupt', 'expected the checksum to match')
  source.skip(4)
}
