import type { Told } from '../../format-place.ts'
import { cellAt, cellName, cellNumber, cellOfName, type Part } from './book.ts'
import { noAttribute, notPlain, plainAttribute } from './plain-attribute.ts'

/** In what a text is while a spreadsheet is read, from its tags (ECMA-376 part 1, 18.3 and 18.4; OpenDocument 1.3 part 3, 9). */
export type SheetCells = {
  /** A tag, bytes `from` to before `to`; `textOf`: see `TagReader`. */
  tag(tag: SheetTag, bytes: Buffer, from: number, to: number, textOf: TextOf): void
  /** What the text that came before the next tag, bytes `from` to before `to`, is in, as a number for `placeOf`; 0: in no cell. */
  mark(bytes: Buffer, from: number, to: number): number
  placeOf(mark: number): Told
  isInCell(): boolean
  /** Whether rows are those of a sheet. */
  isSheet(): boolean
}

/** A tag that says where what follows is. */
export type SheetTag = { name: string; isEnd: boolean }

type TextOf = (bytes: Buffer, from: number, to: number) => string

const [letterR, letterS, letterT, doubleQuote, slash] = [0x72, 0x73, 0x74, 0x22, 0x2f]

/** Cells of one sheet of OpenDocument are below this. */
const sheetSpan = 2 ** 36
const mostRepeated = 2 ** 20

/** Of a tag without its brackets; absent: it is none. */
export function sheetTagOf(tag: string): SheetTag | undefined {
  const [, end, name] =
    /^(\/?)(worksheet|sst|si|sheet|Relationship|row|c|table:(?:table|table-row|(?:covered-)?table-cell))(?![\w:-])/.exec(
      tag,
    ) ?? []
  return name === undefined ? undefined : { name, isEnd: end !== '' }
}

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

  const addSheet = (tag: string) => book?.addSheet(attributeOf(tag, 'r:id') ?? '', attributeOf(tag, 'name') ?? '')
  const addRelation = (tag: string) => book?.addRelation(attributeOf(tag, 'Id') ?? '', attributeOf(tag, 'Target') ?? '')

  function beginCellOf(tag: string): void {
    beginCell(cellOfName(attributeOf(tag, 'r')), 1)
    isShared = /\st="s"/.test(tag)
  }

  /** The same of one that is written as most are; whether it is. */
  function beginPlainCell(bytes: Buffer, from: number, to: number): boolean {
    const name = plainAttribute(bytes, from, to, letterR)
    const type = plainAttribute(bytes, from, to, letterT)
    if (name === notPlain || type === notPlain) return false
    beginCell(name === noAttribute ? undefined : cellAt(bytes, name), 1)
    isShared = type !== noAttribute && bytes[type] === letterS && bytes[type + 1] === doubleQuote
    return true
  }

  return {
    tag({ name, isEnd }, bytes, from, to, textOf) {
      switch (name) {
        case 'worksheet':
          kind = 'sheet'
          return
        case 'sst':
          kind = 'strings'
          return
        case 'si':
          if (!isEnd) strings += 1
          isInCell = !isEnd
          return
        case 'sheet':
          if (isWorkbook && !isEnd) addSheet(textOf(bytes, from, to))
          return
        case 'Relationship':
          if (isRelations) addRelation(textOf(bytes, from, to))
          return
        case 'row':
          if (kind === 'sheet' && !isEnd) beginRow(numberOf(attributeOf(textOf(bytes, from, to), 'r')), 1)
          return
        case 'c':
          isInCell = !isEnd && bytes[to - 1] !== slash
          isShared = false
          if (!isEnd && !beginPlainCell(bytes, from + 1, to)) beginCellOf(textOf(bytes, from, to))
          return
        case 'table:table':
          if (isEnd) return
          kind = 'tables'
          sheet += 1
          nextRow = 1
          return
        case 'table:table-row':
          if (!isEnd) beginRow(undefined, repeatedIn(textOf(bytes, from, to), 'table:number-rows-repeated'))
          return
        case 'table:table-cell':
        case 'table:covered-table-cell':
          isInCell = !isEnd
          if (!isEnd) beginCell(undefined, repeatedIn(textOf(bytes, from, to), 'table:number-columns-repeated'))
      }
    },
    mark(bytes, from, to) {
      if (!isInCell) return 0
      if (kind === 'strings') return strings
      if (kind === 'none' || column > 2 ** 14 || row > 2 ** 21) return 0
      const cell = cellNumber(row, column)
      if (kind === 'sheet' && isShared && part !== undefined) {
        const index = wholeNumberOf(bytes, from, to)
        if (index !== undefined) book?.useString(index, part.name, cell)
      }
      return kind === 'tables' ? sheet * sheetSpan + cell : cell
    },
    isInCell: () => isInCell,
    isSheet: () => kind === 'sheet',
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

/** A number of up to nine digits. */
function wholeNumberOf(bytes: Buffer, from: number, to: number): number | undefined {
  if (from === to || to - from > 9) return undefined
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = bytes[at]! - 0x30
    if (digit < 0 || digit > 9) return undefined
    value = 10 * value + digit
  }
  return value
}
