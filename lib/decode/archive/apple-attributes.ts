import { uuidText } from '../database/number-text.ts'
import { countMember } from '../decoding.ts'
import type { Metadata } from '../picture/metadata.ts'
import { isPropertyList, readPropertyList } from '../picture/property-list.ts'
import { once, readRaw } from '../raw-content.ts'
import { isCell } from './archive-names.ts'

/** Extended attributes of macOS, which are text, property lists or numbers of a known structure. Any other value is a content of its own. */
export async function readAppleAttribute(name: string, value: Buffer, metadata: Metadata): Promise<void> {
  if (isPropertyList(value)) return readPropertyList(value, () => false, metadata)
  if (isCell(value)) return metadata.text(value)
  const numbers = numbersOf(name, value)
  await (numbers ? readNumbers(numbers, value, metadata) : metadata.content('attribute', value))
}

/** Numbers, and the bytes that they are written in, which may be a text all the same. */
export async function readNumbers(
  numbers: Iterable<number | string>,
  bytes: Buffer,
  metadata: Metadata,
): Promise<void> {
  const { path, pathOf, decoding } = metadata
  await metadata.numbers(numbers)
  countMember(decoding, path)
  await readRaw(once(bytes), pathOf('as-written'), decoding, { kind: 'structure' })
}

/** Numbers and UUIDs of attributes that the system sets; undefined: it has others. */
function numbersOf(name: string, value: Buffer): string[] | undefined {
  // Which program made the file, by a number of eight bytes (macOS 13 and later).
  if (name === 'com.apple.provenance' && value.length === 11 && value[0] === 1 && value[1]! <= 2 && value[2] === 0)
    return [String(value.readBigUInt64LE(3)), String(value.readBigUInt64BE(3))]
  if (/^com\.apple\.lastuseddate(?:#|%23)PS$/.test(name) && value.length === 16) {
    const [seconds, nanoseconds] = [value.readBigUInt64LE(0), value.readBigUInt64LE(8)]
    return seconds < 2n ** 33n && nanoseconds < 10n ** 9n ? [String(seconds), String(nanoseconds)] : undefined
  }
  // Programs that may open the file: flags and a UUID each, as often as there is room for.
  if (name === 'com.apple.macl' && value.length === 72)
    return [0, 18, 36, 54].flatMap((at) => [String(value.readUInt16BE(at)), uuidText(value.subarray(at + 2, at + 18))])
  return undefined
}
