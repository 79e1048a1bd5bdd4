import type { Mark } from './blocks.ts'
import { toCoded } from './coded-text.ts'
import type { Drawing } from './drawing.ts'
import type { Ink } from './layout.ts'

/** Points to a unit of the drawing: its size on a screen, as far as there is room. */
export function scaleOf({ width, wide }: Drawing, room: number): number {
  return Math.min(room, wide === undefined ? room : wide * pointsToPixel) / width
}

const pointsToPixel = 0.75

type Text = { x: number; y: number; size: number; coded: string }

/** A drawing with its upper left corner at a place (points from the left and from the bottom). */
export function placeDrawing(
  { shapes, texts }: Drawing,
  { x, top, scale }: { x: number; top: number; scale: number },
): { inks: Ink[]; texts: Text[] } {
  const at = (point: { x: number; y: number }) => ({ x: x + point.x * scale, y: top - point.y * scale })
  return {
    inks: shapes.map((shape): Ink => {
      const thick = shape.thick * scale
      if (shape.kind === 'line') return { ...shape, thick, points: shape.points.map(at) }
      const size = { width: shape.width * scale, height: shape.height * scale }
      return { ...shape, thick, ...size, ...at({ x: shape.x, y: shape.y + shape.height }) }
    }),
    texts: texts.map((text) => ({ ...at(text), size: text.size * scale, coded: toCoded(text.text) })),
  }
}

const markSize = 7
const grey = '#d6dbe6'

/** What stands before an item whose text begins below `top`. */
export function inkOfMark(
  mark: Exclude<Mark, string>,
  { x, top, height }: { x: number; top: number; height: number },
): Ink[] {
  if (!('kind' in mark)) return placeDrawing(mark, { x, top: top - 3, scale: markSize / mark.width }).inks
  if (mark.kind === 'square') {
    const size = { width: markSize, height: markSize }
    return [{ kind: 'box', x, y: top - 3 - markSize, ...size, fill: mark.colour, thick: 0 }]
  }
  const middle = x + 2
  return [
    { kind: 'box', x: middle - 0.6, y: top - height, width: 1.2, height, fill: grey, thick: 0 },
    { kind: 'dot', x: middle, y: top - 6.5, radius: 3.2, fill: mark.colour },
  ]
}
