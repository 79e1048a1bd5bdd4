const step = 2 ** 20

export function wordsOf(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * numbers.length)
  for (const [index, number] of numbers.entries()) bytes.writeBigUInt64BE(BigInt(number), 8 * index)
  return bytes
}

/** The index of rows of these lengths, as `modules/util/dump/dump_writer.cc` of MySQL Shell writes it. */
export function indexOf(rows: readonly number[]): Buffer {
  const numbers: number[] = []
  let written = 0
  let sinceIndex = 0
  for (const length of rows) {
    written += length
    sinceIndex += length
    if (sinceIndex < step) continue
    numbers.push(written)
    sinceIndex %= step
  }
  return wordsOf([...numbers, written])
}
