import type { Block, Mark } from './blocks.ts'
import { toCoded, widthOf } from './coded-text.ts'
import { inkOfMark, placeDrawing, scaleOf } from './draw.ts'
import { toLines } from './lines.ts'
import { measureTable, type Row } from './table.ts'
import type { Font } from './win-ansi.ts'

/**
 * Lines of one text that stand on one page, each with its place (points from the left and from the bottom). Texts with the same number are
 * parts of one; `again`: the head of a table once more.
 */
export type Placed = {
  number: number
  again: boolean
  font: Font
  size: number
  grey: number
  lines: { x: number; y: number; coded: string }[]
}
/** What is drawn, in points from the left and from the bottom; colours as `#rrggbb`. */
export type Ink =
  | { kind: 'box'; x: number; y: number; width: number; height: number; fill?: string; stroke?: string; thick: number }
  | { kind: 'line'; points: { x: number; y: number }[]; stroke: string; thick: number }
  | { kind: 'dot'; x: number; y: number; radius: number; fill: string }
export type Page = { inks: Ink[]; texts: Placed[] }

/** ISO 216 A4, in points. */
export const paper = { width: 595, height: 842 }
const margin = { side: 54, top: 56, bottom: 62 }
export const room = paper.width - 2 * margin.side
const pageRoom = paper.height - margin.top - margin.bottom

type Style = { font: Font; size: number; leading: number; before: number; after: number; grey: number; indent: number }
const plain: Style = { font: 'regular', size: 9.5, leading: 13, before: 4, after: 2, grey: 0.1, indent: 0 }
const headings: Style[] = [
  { ...plain, font: 'bold', size: 20, leading: 24, before: 0, after: 4 },
  { ...plain, font: 'bold', size: 14, leading: 18, before: 16, after: 4 },
  { ...plain, font: 'bold', size: 11, leading: 15, before: 10, after: 3 },
  { ...plain, font: 'bold', size: 9.5, leading: 13, before: 8, after: 2 },
]
const styles = {
  paragraph: plain,
  item: { ...plain, before: 0, after: 2, indent: 16 },
  caption: { ...plain, font: 'bold', size: 8.5, leading: 12, before: 6, after: 3 },
  note: { ...plain, size: 8.5, leading: 12, before: 10, grey: 0.4 },
  code: { ...plain, size: 8, leading: 11, before: 0, after: 0, indent: 10 },
} satisfies Record<string, Style>

type TextBlock = Exclude<Block, { kind: 'table' | 'drawing' }>
/** Above and below a drawing. */
const drawingGap = 4
const boxOf = (y: number, height: number, fill: string): Ink => ({
  kind: 'box',
  ...{ x: margin.side, y, width: room, height, fill, thick: 0 },
})

/** The blocks on pages, with their numbers at the bottom. Nothing here depends on anything but the blocks. */
export function toPages(blocks: readonly Block[]): Page[] {
  const pages: Page[] = []
  let y = 0
  let number = 0
  const turn = () => {
    pages.push({ inks: [], texts: [] })
    y = paper.height - margin.top
  }
  const left = () => y - margin.bottom
  turn()

  const put = (text: Omit<Placed, 'again' | 'number'>, of: number, again = false) =>
    pages.at(-1)!.texts.push({ ...text, number: of, again })

  const putText = (block: TextBlock) => {
    const style = styleOf(block)
    const { font, size, grey, leading, indent } = style
    const lines = linesOf(block)
    const x = margin.side + indent
    if (y < paper.height - margin.top) y -= style.before
    if (left() < Math.min(2, lines.length) * leading) turn()
    if (block.kind === 'item') putMark(block.mark, style, lines.length * leading + style.after)
    number++
    while (lines.length > 0) {
      if (left() < leading) turn()
      const here = lines.splice(0, Math.floor(left() / leading))
      put({ font, size, grey, lines: here.map((coded, n) => ({ x, y: y - size - n * leading, coded })) }, number)
      y -= here.length * leading
    }
    y -= style.after
  }

  /** `height`: of the item, for a line that goes on beside it. */
  const putMark = (mark: Mark, { font, size, grey }: Style, height: number) => {
    if (typeof mark !== 'string') pages.at(-1)!.inks.push(...inkOfMark(mark, { x: margin.side + 4, top: y, height }))
    else put({ font, size, grey, lines: [{ x: margin.side + 4, y: y - size, coded: toCoded(mark) }] }, ++number)
  }

  const putDrawing = ({ drawing }: Extract<Block, { kind: 'drawing' }>) => {
    const height = drawing.height * scaleOf(drawing, room)
    if (left() < height + drawingGap) turn()
    const { inks, texts } = placeDrawing(drawing, {
      x: margin.side,
      top: y - drawingGap,
      scale: scaleOf(drawing, room),
    })
    pages.at(-1)!.inks.push(...inks)
    for (const { size, ...line } of texts) put({ font: 'regular', size, grey: 0.37, lines: [line] }, ++number)
    y -= height + 2 * drawingGap
  }

  const putTable = (block: Extract<Block, { kind: 'table' }>) => {
    const { head, rows } = measureTable(block, room)
    const headNumber = number + 1
    number += head.cells.length
    const putHead = (again: boolean) => {
      pages.at(-1)!.inks.push(boxOf(y - head.height, head.height, '#ebebeb'))
      putRow(head, headNumber, again)
    }
    /** As many lines of each cell as the page has room for; what is left of them comes on the next. */
    const putRow = (row: Row, first: number, again: boolean): Row | undefined => {
      const fits = Math.max(1, Math.floor((left() - 2 * row.padding) / row.leading))
      for (const [n, { x, width, font, size, isNumber, lines }] of row.cells.entries()) {
        const here = lines.slice(0, fits)
        const placeOf = (coded: string) =>
          margin.side + x + (isNumber ? width - (widthOf(coded.trimEnd(), font) * size) / 1000 : 0)
        const top = y - row.padding - size
        if (here.length > 0)
          put(
            {
              font,
              size,
              grey: 0.1,
              lines: here.map((coded, m) => ({ x: placeOf(coded), y: top - m * row.leading, coded })),
            },
            first + n,
            again,
          )
      }
      const most = Math.max(0, ...row.cells.map(({ lines }) => lines.length))
      y -= Math.min(most, fits) * row.leading + 2 * row.padding
      pages.at(-1)!.inks.push(boxOf(y, 0.4, '#bfbfbf'))
      return most <= fits
        ? undefined
        : { ...row, cells: row.cells.map((cell) => ({ ...cell, lines: cell.lines.slice(fits) })) }
    }
    if (left() < head.height + Math.min(rows[0]?.height ?? 0, pageRoom / 2)) turn()
    putHead(false)
    for (const row of rows) {
      const first = number + 1
      number += row.cells.length
      const isHigh = row.height > pageRoom - head.height
      if (left() < (isHigh ? 2 * row.padding + row.leading : row.height)) {
        turn()
        putHead(true)
      }
      for (let rest = putRow(row, first, false); rest !== undefined; ) {
        turn()
        putHead(true)
        rest = putRow(rest, first, false)
      }
    }
    y -= 8
  }

  for (const [n, block] of blocks.entries()) {
    if (y < paper.height - margin.top && left() < neededBy(blocks, n)) turn()
    if (block.kind === 'table') putTable(block)
    else if (block.kind === 'drawing') putDrawing(block)
    else putText(block)
  }
  return pages.map((page, n) => numbered(page, n + 1, pages.length))
}

/** A heading or a drawing is never alone: it wants the beginning of what follows on its page. */
function neededBy(blocks: readonly Block[], from: number): number {
  let height = 0
  for (const block of blocks.slice(from, from + 6)) {
    if (block.kind === 'table') {
      const { head, rows } = measureTable({ ...block, rows: block.rows.slice(0, 1) }, room)
      return height + head.height + Math.min(rows[0]?.height ?? 0, pageRoom / 2)
    }
    if (block.kind === 'drawing') {
      height += block.drawing.height * scaleOf(block.drawing, room) + 2 * drawingGap
      continue
    }
    const { leading, before, after } = styleOf(block)
    const many = linesOf(block).length
    if (block.kind !== 'heading' && block.kind !== 'caption') return height + before + Math.min(2, many) * leading
    height += before + many * leading + after
  }
  return height
}

function styleOf(block: TextBlock): Style {
  return block.kind === 'heading' ? headings[Math.min(block.depth, headings.length) - 1]! : styles[block.kind]
}

function linesOf(block: TextBlock): string[] {
  const { font, size, indent } = styleOf(block)
  return toLines(toCoded(block.text), font, size, room - indent)
}

function numbered(page: Page, n: number, of: number): Page {
  const coded = `Page ${n} of ${of}`
  const [font, size] = ['regular', 8] as const
  const x = margin.side + room - (widthOf(coded, font) * size) / 1000
  return {
    ...page,
    texts: [...page.texts, { number: 0, again: false, font, size, grey: 0.4, lines: [{ x, y: 36, coded }] }],
  }
}
