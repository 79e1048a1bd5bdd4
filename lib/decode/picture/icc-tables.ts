import { type Piece, unusedIsZero } from './icc-pieces.ts'

/** Numbers of the types of parametric curves (ICC.1:2022, table 68). */
const parameters = [1, 3, 4, 5, 7]

/** Where a curve ends that begins at a place: curveType and parametricCurveType (10.6 and 10.18). */
export function curveEnd(bytes: Buffer, at: number): number | undefined {
  const type = bytes.toString('latin1', at, at + 4)
  if (type === 'curv') return at + 12 + 2 * bytes.readUInt32BE(at + 8)
  const count = parameters[bytes.readUInt16BE(at + 8)]
  return type === 'para' && count !== undefined ? at + 12 + 4 * count : undefined
}

/** Where lut8Type and lut16Type end (10.10 and 10.11), whose tables begin at a place and have numbers of `size` bytes. */
export function lutEnd(tag: Buffer, from: number, size: number, inputs: number, outputs: number): number {
  const [ins = 0, outs = 0, grid = 0] = tag.subarray(8, 11)
  return from + size * (ins * inputs + grid ** ins * outs + outs * outputs)
}

/**
 * lutAToBType and lutBToAType (10.12 and 10.13): curves, a matrix and a table, each where its place says. Returns the length of the tag if these are all that is in it; `isBack`: of
 * the latter.
 */
export function wholeLut(tag: Buffer, isBack: boolean): number | undefined {
  const [ins = 0, outs = 0] = tag.subarray(8, 10)
  const [b, matrix, m, table, a] = [12, 16, 20, 24, 28].map((at) => tag.readUInt32BE(at)) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const [ofB, ofA] = isBack ? [ins, outs] : [outs, ins]
  const ofM = isBack ? ins : outs
  const pieces: (Piece | undefined)[] = [{ from: 0, to: 32 }]
  if (b !== 0) pieces.push(curves(tag, b, ofB))
  if (matrix !== 0) pieces.push({ from: matrix, to: matrix + 48 })
  if (m !== 0) pieces.push(curves(tag, m, ofM))
  if (table !== 0) pieces.push(gridTable(tag, table, ins, outs))
  if (a !== 0) pieces.push(curves(tag, a, ofA))
  const known = pieces.filter((piece) => piece !== undefined)
  return known.length === pieces.length && unusedIsZero(tag, known) ? tag.length : undefined
}

/** Curves one behind the other, each from a multiple of four on. */
function curves(tag: Buffer, from: number, count: number): Piece | undefined {
  let to = from
  for (let index = 0; index < count; index++) {
    const end = curveEnd(tag, Math.ceil(to / 4) * 4)
    if (end === undefined || end > tag.length) return undefined
    to = end
  }
  return { from, to }
}

/** How many points it has in each direction, how many bytes a number has, and the numbers. */
function gridTable(tag: Buffer, from: number, ins: number, outs: number): Piece | undefined {
  const points = tag.subarray(from, from + Math.min(ins, 16)).reduce((before, each) => before * each, 1)
  const size = tag.readUInt8(from + 16)
  return size === 1 || size === 2 ? { from, to: from + 20 + points * outs * size } : undefined
}
