import { inflateSync } from 'node:zlib'

/** A letter of a font: its advance and its outline, in thousandths of the size. See `formatLetters`. */
export type DrawnLetter = { advance: number; outline: string }

type Point = { x: number; y: number; isOn: boolean }

/**
 * Reads letters of a WOFF 1.0 file with TrueType outlines (OpenType 1.9: `cmap` format 4, `glyf`, `hmtx`). An outline is moves, lines and quadratic
 * curves, `m1 2l3 4q5 6 7 8z`, each relative to where the one before it ended.
 */
export function readFont(file: Buffer): Map<number, DrawnLetter> {
  const table = tablesOf(file)
  const head = table('head')
  const perEm = head.readUInt16BE(18)
  const isLong = head.readInt16BE(50) === 1
  const [loca, glyf, hmtx] = [table('loca'), table('glyf'), table('hmtx')]
  const metrics = table('hhea').readUInt16BE(34)
  const placeOf = (glyph: number) => (isLong ? loca.readUInt32BE(4 * glyph) : 2 * loca.readUInt16BE(2 * glyph))
  const contoursOf = (glyph: number): Point[][] => {
    const [from, to] = [placeOf(glyph), placeOf(glyph + 1)]
    if (from === to) return []
    const data = glyf.subarray(from, to)
    return data.readInt16BE(0) >= 0 ? simpleContours(data) : compositeContours(data, contoursOf)
  }
  const scaled = (n: number) => Math.round((n * 1000) / perEm)
  return new Map(
    [...glyphsOf(table('cmap'))].map(([code, glyph]) => {
      const advance = scaled(hmtx.readUInt16BE(4 * Math.min(glyph, metrics - 1)))
      return [code, { advance, outline: outlineOf(contoursOf(glyph), scaled) }] as const
    }),
  )
}

function tablesOf(file: Buffer): (tag: string) => Buffer {
  if (file.toString('latin1', 0, 4) !== 'wOFF') throw new Error('font: expected a WOFF file, got another')
  const tables = new Map<string, Buffer>()
  for (let n = 0; n < file.readUInt16BE(12); n++) {
    const at = 44 + 20 * n
    const [offset, stored, whole] = [4, 8, 12].map((more) => file.readUInt32BE(at + more)) as [number, number, number]
    const data = file.subarray(offset, offset + stored)
    tables.set(file.toString('latin1', at, at + 4), stored < whole ? inflateSync(data) : data)
  }
  return (tag) => {
    const found = tables.get(tag)
    if (found === undefined) throw new Error(`font: expected a table ${tag}, got none`)
    return found
  }
}

function* glyphsOf(cmap: Buffer): Generator<[code: number, glyph: number]> {
  const records = Array.from({ length: cmap.readUInt16BE(2) }, (_, n) => cmap.subarray(cmap.readUInt32BE(8 + 8 * n)))
  const data = records.find((each) => each.readUInt16BE(0) === 4)
  if (data === undefined) throw new Error('font: cmap: expected format 4, got others')
  const segments = data.readUInt16BE(6) / 2
  const wordAt = (list: number, n: number) => data.readUInt16BE(14 + 2 * (list * segments + n) + (list > 0 ? 2 : 0))
  for (let n = 0; n < segments; n++) {
    const [end, start, delta, range] = [0, 1, 2, 3].map((list) => wordAt(list, n)) as [number, number, number, number]
    for (let code = start; code <= end && code < 0xffff; code++) {
      const at = 16 + 2 * (3 * segments + n) + range + 2 * (code - start)
      const listed = range === 0 ? code : data.readUInt16BE(at)
      const glyph = range === 0 || listed !== 0 ? (listed + delta) & 0xffff : 0
      if (glyph !== 0) yield [code, glyph]
    }
  }
}

function simpleContours(data: Buffer): Point[][] {
  const contours = data.readInt16BE(0)
  const ends = Array.from({ length: contours }, (_, n) => data.readUInt16BE(10 + 2 * n))
  const points = (ends.at(-1) ?? -1) + 1
  let at = 10 + 2 * contours
  at += 2 + data.readUInt16BE(at)
  const flags: number[] = []
  while (flags.length < points) {
    const flag = data[at++]!
    for (let times = flag & 8 ? data[at++]! + 1 : 1; times > 0; times--) flags.push(flag)
  }
  const coordinates = (short: number, same: number) => {
    let value = 0
    return flags.map((flag) => {
      if (flag & short) value += flag & same ? data[at++]! : -data[at++]!
      else if ((flag & same) === 0) {
        value += data.readInt16BE(at)
        at += 2
      }
      return value
    })
  }
  const xs = coordinates(2, 16)
  const ys = coordinates(4, 32)
  const all = flags.map((flag, n): Point => ({ x: xs[n]!, y: ys[n]!, isOn: (flag & 1) !== 0 }))
  return ends.map((end, n) => all.slice(n === 0 ? 0 : ends[n - 1]! + 1, end + 1))
}

/** Parts that are moved only; others do not occur in the font that is used. */
function compositeContours(data: Buffer, contoursOf: (glyph: number) => Point[][]): Point[][] {
  const contours: Point[][] = []
  let at = 10
  for (let flags = 0x20; flags & 0x20; ) {
    flags = data.readUInt16BE(at)
    if ((flags & 2) === 0 || (flags & 0xc8) !== 0)
      throw new Error('font: glyf: expected parts that are moved, got others')
    const part = contoursOf(data.readUInt16BE(at + 2))
    const isWide = (flags & 1) !== 0
    const [dx, dy] = isWide
      ? [data.readInt16BE(at + 4), data.readInt16BE(at + 6)]
      : [data.readInt8(at + 4), data.readInt8(at + 5)]
    contours.push(...part.map((points) => points.map(({ x, y, isOn }) => ({ x: x + dx, y: y + dy, isOn }))))
    at += isWide ? 8 : 6
  }
  return contours
}

/** Between two points beside the line there is one on it, in the middle. */
function outlineOf(contours: readonly Point[][], scaled: (n: number) => number): string {
  let outline = ''
  let [px, py] = [0, 0]
  const write = (operator: string, ...points: { x: number; y: number }[]) => {
    const [fromX, fromY] = [px, py]
    outline += `${operator}${points.map(({ x, y }) => `${scaled(x) - fromX} ${scaled(y) - fromY}`).join(' ')}`
    px = scaled(points.at(-1)!.x)
    py = scaled(points.at(-1)!.y)
  }
  const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, isOn: true })
  for (const points of contours) {
    if (points.length < 2) continue
    const whole = points.flatMap((point, n) => {
      const before = points.at(n - 1)!
      return point.isOn || before.isOn ? [point] : [middle(before, point), point]
    })
    const first = whole.findIndex(({ isOn }) => isOn)
    const ring = [...whole.slice(first), ...whole.slice(0, first), whole[first]!]
    write('m', ring[0]!)
    for (let n = 1; n < ring.length; n++) {
      if (ring[n]!.isOn) {
        if (n < ring.length - 1) write('l', ring[n]!)
      } else {
        write('q', ring[n]!, ring[n + 1]!)
        n++
      }
    }
    outline += 'z'
  }
  return outline
}
