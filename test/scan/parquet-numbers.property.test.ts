import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Means } from '../../lib/decode/means.ts'
import { type PlacedOccurrence, scanObject } from '../../lib/scan/scan-object.ts'
import { inPieces } from '../decode/collect.ts'
import { dictionaryPage, page, parquetFile } from '../decode/columnar/parquet-file.ts'
import { makeIndex } from '../subject-index/make-index.ts'

type Column = { width: 4 | 8; isSigned: boolean; isOptional: boolean; version: 1 | 2 }

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7n) {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0))
    if (rest <= 0x7fn) return Buffer.from(bytes)
  }
}

const plain = (values: readonly bigint[], width: number) =>
  Buffer.from(
    width === 8
      ? new BigUint64Array(values.map((value) => BigInt.asUintN(64, value))).buffer
      : new Uint32Array(values.map((value) => Number(BigInt.asUintN(32, value)))).buffer,
  )

/** BYTE_STREAM_SPLIT: all first bytes, all second ones and so on. */
function split(values: readonly bigint[], width: number): Buffer {
  const bytes = plain(values, width)
  return Buffer.from(bytes.map((_, at) => bytes[(at % values.length) * width + Math.floor(at / values.length)]!))
}

/** DELTA_BINARY_PACKED with all bits of each difference. */
function delta(values: readonly bigint[], width: number): Buffer {
  const first = BigInt.asIntN(width * 8, values[0] ?? 0n)
  const parts = [varint(128n), varint(4n), varint(BigInt(values.length))]
  parts.push(varint(BigInt.asUintN(64, (first << 1n) ^ (first >> 63n))))
  for (let at = 1; at < values.length; at += 128) {
    const differences = Array.from(
      { length: 128 },
      (_, more) => (values[at + more] ?? 0n) - (values[at + more - 1] ?? 0n),
    )
    parts.push(varint(0n), Buffer.alloc(4, width * 8), plain(differences, width))
  }
  return Buffer.concat(parts)
}

/** Definition levels of one bit each, in runs of one. */
const levels = (areThere: readonly boolean[]) =>
  Buffer.concat(areThere.map((isThere) => Buffer.from([2, isThere ? 1 : 0])))

const encodings = [
  { number: 0, encode: plain },
  { number: 9, encode: split },
  { number: 5, encode: delta },
]

function pageOf(
  rows: readonly (bigint | undefined)[],
  encoding: number,
  bytes: Buffer,
  { isOptional, version }: Column,
) {
  const areThere = rows.map((value) => value !== undefined)
  const definitions = isOptional ? levels(areThere) : Buffer.alloc(0)
  const nulls = areThere.filter((isThere) => !isThere).length
  if (version === 1) {
    const length = Buffer.alloc(isOptional ? 4 : 0)
    if (isOptional) length.writeUInt32LE(definitions.length)
    return page(rows.length, encoding, Buffer.concat([length, definitions, bytes]))
  }
  const header = { 1: { int: rows.length }, 2: { int: nulls }, 3: { int: rows.length }, 4: { int: encoding } }
  const struct = { ...header, 5: { int: definitions.length }, 6: { int: 0 } }
  const fields = { 1: { int: 3 }, 8: { struct } }
  return page(rows.length, encoding, Buffer.concat([definitions, bytes]), fields)
}

const ids = [
  '100',
  '123456',
  '4294967295',
  '2147483648',
  '1234567890123456789',
  '18446744073709551615',
  '9223372036854775808',
]
const index = makeIndex([...ids, '12345678901'])

const value = fc.oneof(
  fc.constantFrom(...ids.map(BigInt)),
  fc.constantFrom(...ids.map((id) => -BigInt(id))),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
)
const column = fc.record({
  width: fc.constantFrom(4 as const, 8 as const),
  isSigned: fc.boolean(),
  isOptional: fc.boolean(),
  version: fc.constantFrom(1 as const, 2 as const),
})
const pages = fc.array(
  fc.tuple(fc.array(fc.option(value, { nil: undefined, freq: 5 }), { minLength: 1, maxLength: 40 }), fc.nat(3)),
  { minLength: 1, maxLength: 5 },
)

/** All that a scan says. */
async function scan(bytes: Uint8Array, means: Means) {
  const found: PlacedOccurrence[] = []
  const outcome = await scanObject(inPieces(bytes, [5000]), index, (occurrence) => found.push(occurrence) > 0, {
    means,
  })
  found.sort((x, y) => x.content - y.content || x.offset - y.offset || x.ordinal - y.ordinal)
  return { ...outcome, found }
}

test('a column of whole numbers is scanned as its lines are, in each encoding, with and without nulls', async () => {
  let found = 0
  await fc.assert(
    fc.asyncProperty(column, pages, fc.boolean(), async (column, all, hasDictionary) => {
      const { width, isSigned, isOptional } = column
      const parts: Uint8Array[] = []
      const dictionary = [...new Set(all.flatMap(([rows]) => rows.filter((each) => each !== undefined)))].slice(0, 200)
      if (hasDictionary) parts.push(dictionaryPage(dictionary.length, plain(dictionary, width)))
      let total = 0
      for (const [some, choice] of all) {
        const rows = isOptional ? some : some.filter((each) => each !== undefined)
        const values = rows.filter((each) => each !== undefined)
        if (values.length === 0) continue
        total += rows.length
        const indexes = Buffer.from([8, ...values.flatMap((each) => [2, dictionary.indexOf(each)])])
        const isIndexed = hasDictionary && choice === 3
        const { number, encode } = encodings[choice % encodings.length]!
        parts.push(pageOf(rows, isIndexed ? 8 : number, isIndexed ? indexes : encode(values, width), column))
      }
      const converted = { 8: isSigned ? 18 : 14, 4: isSigned ? 17 : 13 }[width]
      const schema = { 3: { int: isOptional ? 1 : 0 }, 6: { int: converted } }
      const bytes = parquetFile({ type: width === 8 ? 2 : 1, schema, pages: parts, values: total })
      const fast = await scan(bytes, 'fast')
      expect(fast.gaps).toEqual([])
      expect(fast).toEqual(await scan(bytes, 'plain'))
      found += fast.found.length
    }),
    { numRuns: 40, seed: 20261127 },
  )
  expect(found).toBeGreaterThan(200)
})
