import type { Block, Cell } from './blocks.ts'
import { toCoded } from './coded-text.ts'
import { extentOf, toLines } from './lines.ts'
import type { Font } from './win-ansi.ts'

/** `x` from the left edge of the table. */
export type LaidCell = { x: number; width: number; font: Font; size: number; isNumber: boolean; lines: string[] }
export type Row = { cells: LaidCell[]; height: number; leading: number; padding: number }

const size = 8
const leading = 10.5
const padding = 3
const gap = 8
/** No word makes a column wider than this part of the table while others want room. */
const widestWord = 0.24
/** Wide enough for a time. */
const shortCell = 100

type Wanted = { words: number; short: number; whole: number }

/** Columns as wide as their contents want, as far as there is room, and the cells in lines. */
export function measureTable(table: Extract<Block, { kind: 'table' }>, room: number): { head: Row; rows: Row[] } {
  const all = [table.head, ...table.rows]
  const columns = Math.max(1, ...all.map((row) => row.length))
  const wanted = Array.from({ length: columns }, (_, n): Wanted => {
    const extents = all.flatMap((row) => (row[n] ? [extentOf(toCoded(row[n].text), fontOf(row[n]), size)] : []))
    const words = Math.min(room * widestWord, Math.max(1, ...extents.map(({ word }) => word)))
    const whole = Math.max(words, ...extents.map((extent) => extent.whole))
    return { words: words + gap, short: Math.max(words, Math.min(whole, shortCell)) + gap, whole: whole + gap }
  })
  const widths = shareOut(wanted, room)
  const lay = (row: readonly Cell[]): Row => {
    let x = gap / 2
    const cells = row.map((cell, n): LaidCell => {
      const [font, width] = [fontOf(cell), widths[n]! - gap]
      // A hundredth of a point more: sums of widths are not exact.
      const lines = toLines(toCoded(cell.text), font, size, width + 0.01)
      const laid = { x, width, font, size, isNumber: cell.isNumber, lines }
      x += widths[n]!
      return laid
    })
    return {
      cells,
      leading,
      padding,
      height: Math.max(1, ...cells.map(({ lines }) => lines.length)) * leading + 2 * padding,
    }
  }
  return { head: lay(table.head), rows: table.rows.map(lay) }
}

/** As much of what is wanted as there is room for: first whole words, then short cells in one line, then all of them. */
function shareOut(wanted: readonly Wanted[], room: number): number[] {
  const sumOf = (widths: readonly number[]) => widths.reduce((sum, width) => sum + width, 0)
  const steps = (['words', 'short', 'whole'] as const).map((step) => wanted.map((each) => each[step]))
  const fits = steps.findLast((widths) => sumOf(widths) <= room)
  if (fits === undefined) return steps[0]!.map((width) => (width * room) / sumOf(steps[0]!))
  const next = steps[steps.indexOf(fits) + 1] ?? fits
  const more = sumOf(next) - sumOf(fits)
  const part = more === 0 ? 0 : (room - sumOf(fits)) / more
  return fits.map((width, n) => width + (next[n]! - width) * part)
}

const fontOf = (cell: Cell): Font => (cell.isHeader ? 'bold' : 'regular')
