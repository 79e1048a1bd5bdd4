import type { Metadata } from './metadata.ts'

/** ISO 21496-1, annex C: two versions, flags, and numerators and denominators. */
export async function readGainMap(bytes: Buffer, metadata: Metadata): Promise<void> {
  const numbers = bytes.length - 5
  if (bytes.length !== 4 && (numbers < 0 || numbers % 4 !== 0 || numbers > 256))
    return metadata.gap('unsupported-format', 'expected a gain map of a known length')
  await metadata.numbers([bytes.readUInt16BE(0), bytes.readUInt16BE(2), ...bytes.subarray(4, 5)])
  if (numbers > 0)
    await metadata.numbers(Array.from({ length: numbers / 4 }, (_, index) => bytes.readUInt32BE(5 + 4 * index)))
}
