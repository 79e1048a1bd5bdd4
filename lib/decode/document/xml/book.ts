import type { FormatPlace, Numbered } from '../../format-place.ts'

/** What the parts of one archive say of the workbook that they may be (ECMA-376 part 1, 18.2 and 18.4; part 2, 9.3). */
export type Book = {
  addSheet(id: string, name: string): void
  addRelation(id: string, target: string): void
  /** A cell has a text of the shared ones, by index from 0; only the first cell of each is kept in mind. */
  useString(index: number, part: string, cell: number): void
  /** Known when all parts were read. */
  sheetOf(part: string): Numbered | undefined
  /** Where a shared text is used first, as the parts are stored. */
  placeOfString(index: number): FormatPlace | undefined
}

/** A member of an archive, by its name in it. */
export type Part = { readonly name: string; readonly book: Book }

const mostSheets = 10_000
/** Of so many shared texts the cell is kept in mind, which takes 16 MiB. */
const mostStrings = 2 ** 20

export function createBook(): Book {
  const sheets: { id: string; name: string }[] = []
  const targets = new Map<string, string>()
  const parts: string[] = []
  const uses: number[] = []
  const places: number[] = []

  function sheetOf(part: string): Numbered | undefined {
    const index = sheets.findIndex(({ id }) => targets.get(id) === fromRoot(part))
    return index < 0 ? undefined : { number: index + 1, name: sheets[index]!.name }
  }

  return {
    addSheet(id, name) {
      if (sheets.length < mostSheets) sheets.push({ id, name })
    },
    addRelation(id, target) {
      if (targets.size < mostSheets) targets.set(id, fromRoot(target))
    },
    useString(index, part, cell) {
      if (index >= mostStrings || (places[index] ?? 0) > 0) return
      if (parts.at(-1) !== part) parts.push(part)
      // Without holes, which would make a map of it.
      while (places.length <= index) {
        places.push(0)
        uses.push(0)
      }
      uses[index] = parts.length - 1
      places[index] = cell
    },
    sheetOf,
    placeOfString(index) {
      const cell = places[index] ?? 0
      if (cell === 0) return undefined
      const sheet = sheetOf(parts[uses[index]!]!)
      return { ...(sheet && { sheet }), cell: cellName(cell) }
    },
  }
}

/** Targets are given from the workbook's folder, or from the root. */
const fromRoot = (name: string) => name.replace(/^\/?(?:xl\/)?/, '')

/** Columns that a sheet can have. */
const width = 2 ** 14

/** A cell as one number above 0. `row` and `column` count from 1. */
export const cellNumber = (row: number, column: number) => row * width + column

/** Its name: column in letters, row in digits. */
export function cellName(cell: number): string {
  let letters = ''
  for (let column = cell % width || width; column > 0; column = Math.floor((column - 1) / 26))
    letters = String.fromCharCode(65 + ((column - 1) % 26)) + letters
  return letters + Math.floor((cell - 1) / width)
}

/** The cell of a name such as `C17`; absent: it is none. */
export function cellOfName(name: string | undefined): { row: number; column: number } | undefined {
  const [, letters, digits] = /^([A-Z]{1,3})([1-9][0-9]{0,6})$/.exec(name ?? '') ?? []
  if (letters === undefined) return undefined
  let column = 0
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64
  return column > width ? undefined : { row: Number(digits), column }
}

const [letterA, letterZ, digit0, digit9, doubleQuote] = [0x41, 0x5a, 0x30, 0x39, 0x22]

/** The same of a name that begins at a place and ends with a quote. */
export function cellAt(bytes: Buffer, from: number): { row: number; column: number } | undefined {
  let at = from
  let column = 0
  for (; bytes[at]! >= letterA && bytes[at]! <= letterZ; at++) column = column * 26 + bytes[at]! - letterA + 1
  const letters = at - from
  let row = 0
  for (; bytes[at]! >= digit0 && bytes[at]! <= digit9; at++) row = row * 10 + bytes[at]! - digit0
  const digits = at - from - letters
  const isName = letters > 0 && letters <= 3 && digits > 0 && digits <= 7 && bytes[from + letters] !== digit0
  return isName && bytes[at] === doubleQuote && column <= width ? { row, column } : undefined
}
