import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../subject-index/make-index.ts'
import { encodedProblemIn } from './encoded-problem.ts'

const random = seededRandom('geometry')
const bytes = (length: number) => Buffer.from(random(length))

/** WKB in one byte order, of points somewhere in Berlin. */
function writer(isBig: boolean) {
  const number = (value: number) => {
    const four = Buffer.alloc(4)
    if (isBig) four.writeUInt32BE(value)
    else four.writeUInt32LE(value)
    return four
  }
  const double = (value: number) => {
    const eight = Buffer.alloc(8)
    if (isBig) eight.writeDoubleBE(value)
    else eight.writeDoubleLE(value)
    return eight
  }
  const near = (degrees: number) => double(degrees + bytes(6).readUIntLE(0, 6) / 2 ** 48)
  const point = (dimensions: number) => Buffer.concat([13, 52, 34].slice(0, dimensions).map(near))
  const points = (count: number, dimensions = 2) =>
    Buffer.concat([number(count), ...Array.from({ length: count }, () => point(dimensions))])
  const geometry = (type: number, ...parts: Buffer[]) =>
    Buffer.concat([Buffer.from([isBig ? 0 : 1]), number(type), ...parts])
  return { number, double, points, geometry }
}

const { number, double, points, geometry } = writer(false)
const big = writer(true)
const system = number(4326)
const polygon = (type = 3, ...before: Buffer[]) => geometry(type, ...before, number(2), points(150), points(40))

/** In the ways in which dumps have them, and however the text is cut. */
function problemsIn(wkb: Buffer) {
  const digits = wkb.toString('hex')
  const texts = [
    `COPY public.areas (id, area) FROM stdin;\n1\t${digits.toUpperCase()}\n2\t${digits}\n\\.\n`,
    `INSERT INTO areas VALUES (1,'${digits}'),(2,0x${digits});\n`,
    JSON.stringify({ area: `\\x${digits}` }),
    `${digits}\n${digits}\n12,`,
  ]
  return texts.flatMap((text) => [text.length, 7].map((length) => encodedProblemIn(text, length)?.reason))
}

describe('geometries in hexadecimal digits', () => {
  test.each([
    { name: 'a line', wkb: geometry(2, points(200)) },
    { name: 'a line whose bytes have the other order', wkb: big.geometry(2, big.points(200)) },
    { name: 'a polygon of PostGIS, with its reference system', wkb: polygon(0x20000003, system) },
    { name: 'a line with heights', wkb: geometry(0xa0000002, system, points(200, 3)) },
    { name: 'one with heights as ISO has them', wkb: geometry(1002, points(200, 3)) },
    { name: 'several polygons', wkb: geometry(0x20000006, system, number(3), polygon(), polygon(), polygon()) },
    {
      name: 'many points',
      wkb: geometry(4, number(90), ...Array.from({ length: 90 }, () => geometry(1, points(1).subarray(4)))),
    },
    {
      name: 'a collection in another one',
      wkb: geometry(7, number(2), geometry(7, number(1), polygon()), geometry(2, points(9))),
    },
    { name: 'a polygon of MySQL', wkb: Buffer.concat([system, polygon()]) },
    { name: 'a polygon of MySQL without a reference system', wkb: Buffer.concat([number(0), polygon()]) },
  ])('hide nothing, however long they are: $name', ({ wkb }) => {
    expect(new Set(problemsIn(wkb))).toStrictEqual(new Set([undefined]))
  })

  test.each([
    { name: 'other bytes for coordinates', wkb: geometry(2, number(128), bytes(2048)) },
    {
      name: 'a coordinate that is none',
      wkb: geometry(2, number(201), points(200).subarray(4), double(1e300), double(1)),
    },
    {
      name: 'whole numbers of 64 bits for coordinates',
      wkb: geometry(2, number(128), ...Array.from({ length: 256 }, () => Buffer.concat([bytes(7), Buffer.of(0x11)]))),
    },
    {
      name: 'an order of bytes that there is not',
      wkb: geometry(7, number(2), polygon(), Buffer.concat([Buffer.of(7), polygon().subarray(1)])),
    },
    { name: 'measures, which may be anything', wkb: geometry(0x40000002, points(200, 3)) },
    { name: 'less than it says', wkb: geometry(2, number(220), points(200).subarray(4)) },
    { name: 'something behind it', wkb: Buffer.concat([polygon(), bytes(60)]) },
    { name: 'a type that there is not', wkb: geometry(14, points(200)) },
  ])('are opaque with $name', ({ wkb }) => {
    expect(new Set(problemsIn(wkb))).toStrictEqual(new Set(['opaque']))
  })

  test('are opaque with other characters among the digits', () => {
    const digits = geometry(2, points(200)).toString('hex')
    for (const at of [1100, 2100, digits.length - 20])
      expect(encodedProblemIn(`${digits.slice(0, at)}z${digits.slice(at + 1)}`)?.reason).toBe('opaque')
  })
})
