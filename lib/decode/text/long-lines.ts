const lineFeed = 0x0a

/** Where the first line of more than `length` bytes begins, from the one at `at` on; -1: none of those that end before `to` is so long. */
export function nextLongLine(lines: Buffer, at: number, to: number, length: number): number {
  for (let start = at; ; ) {
    const last = start + length
    const end = last < to ? lines.lastIndexOf(lineFeed, last) : -1
    if (last >= to) return -1
    if (end < start) return start
    start = end + 1
  }
}
