/** How many rows are of a kind, and the lines of the first 20 of them, from 1. */
export type Lines = { count: number; first: number[] }

export const maxListed = 20

/** Notes lines that come in order. */
export function noteLine(lines: Lines, line: number): void {
  lines.count += 1
  if (lines.first.length < maxListed) lines.first.push(line)
}

/** Notes lines that come in any order. */
export function createNotedLines(): { note(line: number): void; lines(): Lines } {
  const lines: Lines = { count: 0, first: [] }
  return {
    note(line) {
      lines.count++
      if (lines.first.length === maxListed && line >= lines.first.at(-1)!) return
      lines.first.push(line)
      lines.first.sort((a, b) => a - b)
      lines.first.length = Math.min(lines.first.length, maxListed)
    },
    lines: () => lines,
  }
}
