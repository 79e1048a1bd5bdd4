import { FormatInvalid } from '../../../errors.ts'

/** Lengths in units of the drawing, from its upper left corner. `fill` and `stroke`: `#rrggbb`. */
export type Shape =
  | { kind: 'box'; x: number; y: number; width: number; height: number; fill?: string; stroke?: string; thick: number }
  | { kind: 'line'; points: { x: number; y: number }[]; stroke: string; thick: number }
/** `wide`: how many pixels (96 to the inch) it is wide on a screen with room for it; undefined: as wide as there is room. */
export type Drawing = {
  width: number
  height: number
  wide: number | undefined
  shapes: Shape[]
  texts: { x: number; y: number; size: number; fill: string; text: string }[]
}

type Element = { name: string; attributes: string; text: string }

/** What an SVG of ours draws (`coverage-chart.ts`, `calendar.ts`). @throws FormatInvalid for what they do not write */
export function drawingOf(attributes: string, elements: readonly Element[]): Drawing {
  const [, , width, height] = (attributeOf(attributes, 'viewBox') ?? '').split(' ').map(Number)
  const wide = attributeOf(attributes, 'width')
  if (!width || !height) throw unlike()
  const drawing: Drawing = { width, height, wide: wide === undefined ? undefined : Number(wide), shapes: [], texts: [] }
  for (const { name, attributes: own, text } of elements) {
    const number = (key: string) => Number(attributeOf(own, key) ?? 0)
    const look = lookOf(own)
    if (name === 'text')
      drawing.texts.push({
        x: number('x'),
        y: number('y'),
        size: number('font-size'),
        fill: look.fill ?? '#000000',
        text,
      })
    else if (name === 'rect') {
      const box = { x: number('x'), y: number('y'), width: number('width'), height: number('height') }
      drawing.shapes.push({ kind: 'box', ...box, ...look })
    } else drawing.shapes.push(...shapesOf(attributeOf(own, 'd') ?? '', look))
  }
  return drawing
}

type Look = { fill?: string; stroke?: string; thick: number }

function lookOf(attributes: string): Look {
  const colour = (key: string) => {
    const given = attributeOf(attributes, key)
    return given?.startsWith('#') ? { [key]: given } : {}
  }
  return { ...colour('fill'), ...colour('stroke'), thick: Number(attributeOf(attributes, 'stroke-width') ?? 1) }
}

/** Squares and straight lines are all that is drawn. */
function shapesOf(path: string, { fill, stroke, thick }: Look): Shape[] {
  const shapes: Shape[] = []
  let points: { x: number; y: number }[] = []
  let [x, y] = [0, 0]
  const flush = () => {
    if (points.length > 1 && stroke !== undefined) shapes.push({ kind: 'line', points, stroke, thick })
    points = []
  }
  let read = 0
  for (const [whole, operator, given] of path.matchAll(/([MmlHhvz])([\d. -]*)/g)) {
    read += whole.length
    const [one = 0, other = 0] = given!
      .trim()
      .split(/[ ]|(?=-)/)
      .map(Number)
    if (operator === 'z') {
      const [start, opposite] = [points[0]!, points[2]!]
      const size = { width: opposite.x - start.x, height: opposite.y - start.y }
      shapes.push({ kind: 'box', ...start, ...size, ...(fill && { fill }), ...(stroke && { stroke }), thick })
      points = []
      continue
    }
    if (operator === 'M' || operator === 'm') flush()
    if (operator === 'M') [x, y] = [one, other]
    else if (operator === 'H') x = one
    else if (operator === 'v') y += one
    else [x, y] = [x + one, y + other]
    points.push({ x, y })
  }
  flush()
  if (read !== path.length) throw unlike()
  return shapes
}

function attributeOf(attributes: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1]
}

const unlike = () => new FormatInvalid('report.html: svg: expected a drawing of ours, got another')
