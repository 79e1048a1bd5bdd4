import type { Dict } from './values.ts'

const mostInRow = 2 ** 16

/** Bytes before predictors of PNG and TIFF (ISO 32000-2, 7.4.4.4); the same bytes where there is none, or one that there cannot be. */
export async function* predicted(chunks: AsyncIterable<Uint8Array>, parameters: Dict): AsyncGenerator<Uint8Array> {
  const number = (name: string, otherwise: number) => {
    const value = parameters.get(name)
    return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : otherwise
  }
  const predictor = number('Predictor', 1)
  const bits = number('Colors', 1) * number('BitsPerComponent', 8)
  const width = Math.ceil((bits * number('Columns', 1)) / 8)
  const isPng = predictor >= 10 && predictor <= 15
  if ((!isPng && (predictor !== 2 || number('BitsPerComponent', 8) !== 8)) || !(width <= mostInRow)) {
    yield* chunks
    return
  }
  const back = Math.max(1, bits >> 3)
  const length = width + (isPng ? 1 : 0)
  let before = Buffer.alloc(width)
  let held: Buffer = Buffer.alloc(0)
  function rowOf(bytes: Buffer): Buffer {
    const kind = isPng ? bytes[0]! : 1
    const row = Buffer.from(bytes.subarray(isPng ? 1 : 0))
    for (let at = 0; at < row.length; at++) {
      const left = at < back ? 0 : row[at - back]!
      const up = isPng ? before[at]! : 0
      if (kind === 1) row[at]! += left
      else if (kind === 2) row[at]! += up
      else if (kind === 3) row[at]! += (left + up) >> 1
      else if (kind === 4) row[at]! += nearest(left, up, at < back ? 0 : before[at - back]!)
    }
    before = Buffer.concat([row], width)
    return row
  }
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk])
    const rows: Buffer[] = []
    let at = 0
    for (; at + length <= held.length; at += length) rows.push(rowOf(held.subarray(at, at + length)))
    held = held.subarray(at)
    if (rows.length > 0) yield Buffer.concat(rows)
  }
  if (held.length > 0) yield rowOf(held)
}

/** Paeth. */
function nearest(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner
}
