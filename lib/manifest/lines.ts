/** How many rows are of a kind, and the lines of the first 20 of them, from 1. */
export type Lines = { count: number; first: number[] }

export const maxListed = 20

export function noteLine(lines: Lines, line: number): void {
  lines.count += 1
  if (lines.first.length < maxListed) lines.first.push(line)
}
