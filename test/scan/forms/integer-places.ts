import type { SubjectIndex } from '../../../lib/subject-index/open-subject-index.ts'

const isInNoText = (byte: number) =>
  (byte < 32 && !(byte >= 9 && byte <= 13)) || [0x7f, 0xc0, 0xc1].includes(byte) || byte >= 0xf5

/** What 8 bytes and a varint at a place are read as. */
function valuesAt(content: Buffer, offset: number): bigint[] {
  const values: bigint[] = []
  if (offset + 8 <= content.length) {
    const big = content.readBigUInt64BE(offset)
    values.push(content.readBigUInt64LE(offset), big)
    if (big >= 1n << 63n) values.push(big - (1n << 63n))
  }
  const length = content.subarray(offset, offset + 10).findIndex((byte) => byte < 128) + 1
  const bytes = [...content.subarray(offset, offset + length)]
  const varint = bytes.reduceRight((value, byte) => value * 128n + BigInt(byte % 128), 0n)
  if (length >= 8 && varint < 1n << 64n) values.push(varint, ...(varint % 2n === 0n ? [varint / 2n] : []))
  return values
}

/** Where numbers of 17 digits and more are integers of 64 bits, near a byte that no text has. */
export function integerPlaces(index: SubjectIndex, bytes: Uint8Array): { ordinal: number; offset: number }[] {
  const content = Buffer.from(bytes)
  return Array.from(content.keys()).flatMap((offset) => {
    if (!content.subarray(Math.max(0, offset - 48), offset + 32).some(isInNoText)) return []
    const texts = valuesAt(content, offset).map(String)
    const ordinals = texts.filter((text) => text.length >= 17).map((text) => index.ordinalOf('decimal', text))
    const found = [...new Set(ordinals)].filter((ordinal) => ordinal !== -1)
    return found.sort((x, y) => x - y).map((ordinal) => ({ ordinal, offset }))
  })
}
