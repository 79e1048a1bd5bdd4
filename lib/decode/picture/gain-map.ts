import type { Metadata } from './metadata.ts'

/** How many numbers there are of one colour, and of three: fractions of a denominator that is told once, or each with its own. */
const counts = { common: [8, 18], own: [14, 34] }

/** ISO 21496-1, annex C: two versions, flags, and numerators and denominators. */
export async function readGainMap(bytes: Buffer, metadata: Metadata): Promise<void> {
  const [flags = 0] = bytes.subarray(4, 5)
  const numbers = counts[(flags & 8) === 0 ? 'own' : 'common'][flags >> 7]!
  if (bytes.length !== 4 && bytes.length !== 5 + 4 * numbers)
    return metadata.gap('unsupported-format', 'expected a gain map of a known length')
  await metadata.numbers([bytes.readUInt16BE(0), bytes.readUInt16BE(2), ...bytes.subarray(4, 5)])
  if (bytes.length > 4)
    await metadata.numbers(Array.from({ length: numbers }, (_, index) => bytes.readUInt32BE(5 + 4 * index)))
}
