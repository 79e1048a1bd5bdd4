/** Manifest rows that deserve a look: how many, and the first of them by line. */
export type NotedRows = { count: number; first: number[] }

export const rowsShown = 20

/** Counts rows in any order and keeps the first by line. */
export function createNotedRows(): { note(line: number): void; rows(): NotedRows } {
  const rows: NotedRows = { count: 0, first: [] }
  return {
    note(line) {
      rows.count++
      if (rows.first.length === rowsShown && line >= rows.first.at(-1)!) return
      rows.first.push(line)
      rows.first.sort((a, b) => a - b)
      rows.first.length = Math.min(rows.first.length, rowsShown)
    },
    rows: () => rows,
  }
}
