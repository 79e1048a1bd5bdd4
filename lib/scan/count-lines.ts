const newline = 10

/** How many newlines are in bytes [from, to). */
export function countNewlines(buffer: Buffer, from: number, to: number): number {
  const bytes = buffer.subarray(from, to)
  let count = 0
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count++
  return count
}
