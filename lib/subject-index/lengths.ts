import { maxIdentifierLength, type Shape } from '../manifest/identifier.ts'
import { shapeCodes, shapesInOrder } from './shape-code.ts'

/** Which lengths occur of each shape: of those that occur, the lengths of canonical spellings, ascending. */
export function createLengths(): {
  note(shapeCode: number, length: number): void
  shapes(): { shape: Shape; lengths: number[] }[]
} {
  const perShape = maxIdentifierLength + 1
  const occurring = new Uint8Array((shapesInOrder.length + 1) * perShape)
  return {
    note(shapeCode, length) {
      occurring[shapeCode * perShape + length] = 1
    },
    shapes() {
      return shapesInOrder.flatMap((shape) => {
        const from = shapeCodes[shape] * perShape
        const lengths = Array.from({ length: perShape }, (_, n) => n).filter((length) => occurring[from + length] === 1)
        return lengths.length > 0 ? [{ shape, lengths }] : []
      })
    },
  }
}
