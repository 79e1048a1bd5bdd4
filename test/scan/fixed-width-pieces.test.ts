import { expect, it } from 'vitest'
import { columnsOf, mostLines } from '../../lib/scan/fixed-width/columns.ts'
import { eachNumber, eachPiece, type Sought } from '../../lib/scan/fixed-width/pieces.ts'

const sought: Sought = { shortest: 5, longest: 40, hasUuids: false, within: [10, 11, 12], inOne: [] }
const numberOf = (seed: number) => String(1e9 + ((seed * 7_919_777) % 9e9))

/** How often each character of these lines is looked at. */
function timesOf(lines: readonly Buffer[]): number {
  const columns = columnsOf(lines.slice(0, mostLines), 11) ?? { edges: [], numbers: [] }
  let looked = 0
  const report = (start: number, end: number) => {
    looked += end - start
  }
  for (const bytes of lines) {
    const line = { bytes, from: 0, to: bytes.length }
    eachNumber(
      line,
      columns,
      sought,
      eachPiece(line, columns, sought, () => false, report),
      (start, end, lengths) => {
        for (const length of lengths) looked += length * (end - start - length + 1)
      },
    )
  }
  return looked / lines.reduce((sum, { length }) => sum + length, 0)
}

const linesOf = (write: (seed: number) => string) => Array.from({ length: 200 }, (_, seed) => Buffer.from(write(seed)))
const json = (seed: number) =>
  JSON.stringify({ id: numberOf(seed), name: `somebody ${seed * 31}`, at: numberOf(seed + 7) })

it('a text in hexadecimal digits is not looked at over and over as fields of two characters each', () => {
  for (const before of ['', '\\\\x', 'x,'])
    expect(timesOf(linesOf((seed) => `${before}${Buffer.from(json(seed)).toString('hex')}`))).toBeLessThan(1)
})

it('fields are, each with those behind it', () => {
  expect(timesOf(linesOf((seed) => `01${numberOf(seed)}SMITH${numberOf(seed + 1)}X20260101`))).toBeGreaterThan(1)
})
