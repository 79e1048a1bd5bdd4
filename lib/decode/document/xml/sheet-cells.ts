import type { Told } from '../../format-place.ts'
import { cellName, cellNumber, cellOfName, type Part } from './book.ts'

/** In what a text is while a spreadsheet is read, from its tags (ECMA-376 part 1, 18.3 and 18.4; OpenDocument 1.3 part 3, 9). */
export type SheetCells = {
  /** A tag without its brackets. */
  tag(text: string): void
  /** What the text that came before the next tag is in, as a number for `placeOf`; 0: in no cell. */
  mark(text: string): number
  placeOf(mark: number): Told
}

/** Cells of one sheet of OpenDocument are below this. */
const sheetSpan = 2 ** 36
const mostRepeated = 2 ** 20

/** A tag without its brackets that `SheetCells` has to be told of. */
export const isOfSheets = (tag: string): boolean =>
  /^\/?(?:worksheet|sst|si|sheet|Relationship|row|c|table:(?:table|table-row|(?:covered-)?table-cell))(?![\w:-])/.test(
    tag,
  )

export function sheetCells(part: Part | undefined): SheetCells {
  const book = part?.book
  const isWorkbook = part !== undefined && /(?:^|\/)workbook\.xml$/.test(part.name)
  const isRelations = part !== undefined && /(?:^|\/)workbook\.xml\.rels$/.test(part.name)
  let kind: 'none' | 'sheet' | 'strings' | 'tables' = 'none'
  let sheet = 0
  let row = 0
  let column = 0
  /** Where the next row and column are, after ones that stand for several. */
  let nextRow = 1
  let nextColumn = 1
  let isInCell = false
  let isShared = false
  let strings = 0

  function beginRow(given: number | undefined, repeated: number): void {
    row = given ?? nextRow
    nextRow = row + repeated
    nextColumn = 1
  }

  function beginCell(given: { row: number; column: number } | undefined, repeated: number): void {
    row = given?.row ?? row
    column = given?.column ?? nextColumn
    nextColumn = column + repeated
  }

  return {
    tag(text) {
      const [, isEnd, name] = /^(\/?)((?:\w+:)?\w+(?:-\w+)*)/.exec(text) ?? []
      switch (name) {
        case 'worksheet':
          kind = 'sheet'
          return
        case 'sst':
          kind = 'strings'
          return
        case 'si':
          if (isEnd === '') strings += 1
          isInCell = isEnd === ''
          return
        case 'sheet':
          if (isWorkbook && isEnd === '')
            book?.addSheet(attributeOf(text, 'r:id') ?? '', attributeOf(text, 'name') ?? '')
          return
        case 'Relationship':
          if (isRelations) book?.addRelation(attributeOf(text, 'Id') ?? '', attributeOf(text, 'Target') ?? '')
          return
        case 'row':
          if (kind === 'sheet' && isEnd === '') beginRow(numberOf(attributeOf(text, 'r')), 1)
          return
        case 'c':
          isInCell = isEnd === '' && !text.endsWith('/')
          if (isEnd === '') beginCell(cellOfName(attributeOf(text, 'r')), 1)
          isShared = /\st="s"/.test(text)
          return
        case 'table:table':
          if (isEnd !== '') return
          kind = 'tables'
          sheet += 1
          nextRow = 1
          return
        case 'table:table-row':
          if (isEnd === '') beginRow(undefined, repeatedIn(text, 'table:number-rows-repeated'))
          return
        case 'table:table-cell':
        case 'table:covered-table-cell':
          isInCell = isEnd === ''
          if (isEnd === '') beginCell(undefined, repeatedIn(text, 'table:number-columns-repeated'))
      }
    },
    mark(text) {
      if (!isInCell) return 0
      if (kind === 'strings') return strings
      if (kind === 'none' || column > 2 ** 14 || row > 2 ** 21) return 0
      const cell = cellNumber(row, column)
      if (kind === 'sheet' && isShared && part !== undefined && /^\d{1,9}$/.test(text))
        book?.useString(Number(text), part.name, cell)
      return kind === 'tables' ? sheet * sheetSpan + cell : cell
    },
    placeOf(mark) {
      const cell = cellName(mark % sheetSpan)
      if (kind === 'strings') return () => book?.placeOfString(mark - 1)
      if (kind === 'tables') return { sheet: { number: Math.floor(mark / sheetSpan) }, cell }
      return () => {
        const sheet = part && book?.sheetOf(part.name)
        return { ...(sheet && { sheet }), cell }
      }
    },
  }
}

const attribute = (name: string) => new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`)
const attributes = {
  r: attribute('r'),
  name: attribute('name'),
  'r:id': attribute('r:id'),
  Id: attribute('Id'),
  Target: attribute('Target'),
  'table:number-rows-repeated': attribute('table:number-rows-repeated'),
  'table:number-columns-repeated': attribute('table:number-columns-repeated'),
}

/** The value of an attribute, as it is written. */
function attributeOf(tag: string, name: keyof typeof attributes): string | undefined {
  const found = attributes[name].exec(tag)
  return found?.[1] ?? found?.[2]
}

const numberOf = (text: string | undefined) =>
  text !== undefined && /^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined

function repeatedIn(tag: string, name: keyof typeof attributes): number {
  return Math.min(numberOf(attributeOf(tag, name)) ?? 1, mostRepeated)
}
