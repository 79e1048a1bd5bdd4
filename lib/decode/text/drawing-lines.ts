import type { Fragments } from './line-fragments.ts'
import { nextLongLine } from './long-lines.ts'

/** Groups of DXF that hold 250 characters of a text that goes on, and the group of its end: of notes (`MTEXT`), and of cells before and since AutoCAD 2007. */
const ends: ReadonlyMap<number, number> = new Map([
  [3, 1],
  [2, 1],
  [303, 302],
])
/** Writers differ in what a character is; none cuts a shorter text. */
const leastCut = 200
const lineFeed = 0x0a
const longestCode = 8
const codeOf = (line: Buffer) =>
  line.length <= longestCode && /^ *\d+\s*$/.test(line.toString('latin1')) ? Number(line.toString('latin1')) : undefined

/**
 * Drawings (DXF, AutoCAD's reference of its groups): a line with the number of a group, and one with its value. A text of more than 250 characters is in several
 * groups, each of which ends within a word as well.
 */
export const drawingLines: Fragments = {
  isKind: (head) => /^(?: *999\r?\n[^\n]*\n)* *0\r?\nSECTION\r?\n/.test(head),
  reader() {
    /** The group that the text goes on in; where there is none, the line is the number of one. */
    let isValue = false
    let open: number | undefined
    return (line, next) => {
      if (isValue) {
        isValue = false
        return undefined
      }
      const code = codeOf(line)
      const end = code === undefined ? undefined : ends.get(code)
      const goesOn = end !== undefined && next.length >= leastCut && (open === undefined || open === end)
      const isOfText = goesOn || (code !== undefined && code === open)
      open = goesOn ? end : undefined
      isValue = goesOn
      return { key: '', text: isOfText ? withoutReturn(next) : next.subarray(0, 0), goesOn }
    }
  },
  next(lines, at, to) {
    for (let from = at; ; ) {
      const value = nextLongLine(lines, from, to, leastCut - 1)
      if (value === -1) return -1
      const code = value < at + 2 ? -1 : lines.lastIndexOf(lineFeed, value - 2) + 1
      if (code >= at && ends.has(codeOf(lines.subarray(code, value - 1)) ?? -1)) return code
      from = lines.indexOf(lineFeed, value) + 1
      if (from === 0 || from >= to) return -1
    }
  },
}

const withoutReturn = (line: Buffer) => line.subarray(0, line.at(-1) === 0x0d ? -1 : undefined)
