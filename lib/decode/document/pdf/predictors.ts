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
  let before: Buffer = Buffer.alloc(width)
  let held: Buffer = Buffer.alloc(0)

  /** Rows of which all are whole, but for the last of a stream. */
  function rowsOf(bytes: Buffer): Buffer {
    const count = Math.ceil(bytes.length / length)
    // The row before stands in front of them.
    const out = Buffer.concat([before], width * (count + 1))
    let to = width
    for (let from = 0; from < bytes.length; from += length) {
      const kind = isPng ? bytes[from]! : 1
      const begin = to
      const data = from + length - width
      const end = begin + Math.min(width, bytes.length - data)
      for (; to < end; to++) {
        const left = to - begin < back ? 0 : out[to - back]!
        const up = isPng ? out[to - width]! : 0
        const corner = to - begin < back ? 0 : out[to - width - back]!
        const more =
          kind === 1
            ? left
            : kind === 2
              ? up
              : kind === 3
                ? (left + up) >> 1
                : kind === 4
                  ? nearest(left, up, corner)
                  : 0
        out[to] = bytes[data + to - begin]! + more
      }
    }
    before = Buffer.from(out.subarray(width * count))
    return out.subarray(width, to)
  }

  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk])
    const whole = held.length - (held.length % length)
    if (whole > 0) yield rowsOf(held.subarray(0, whole))
    held = held.subarray(whole)
  }
  if (held.length > 0) yield rowsOf(held)
}

/** Paeth. */
function nearest(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner
}
