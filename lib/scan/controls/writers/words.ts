/** Numbers of 32 bits, the lowest byte of each first. */
export function littleEndian(...words: number[]): Buffer {
  const bytes = Buffer.alloc(4 * words.length)
  for (const [at, word] of words.entries()) bytes.writeUInt32LE(word, 4 * at)
  return bytes
}

/** The same with the highest byte first. */
export const bigEndian = (...words: number[]): Buffer => littleEndian(...words).swap32()
