import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createApart, mostOf, runAround } from '../../lib/scan/fixed-width/column-signs.ts'
import { columnsOf } from '../../lib/scan/fixed-width/columns.ts'

it('what a column is in stands apart or not, whichever columns were asked before', () => {
  const line = fc
    .string({ unit: fc.constantFrom('1', 'a', '@', ' ', ',', '"'), maxLength: 30 })
    .map((text) => Buffer.from(text))
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.array(fc.nat(32)), (lines, columns) => {
      const isApart = createApart(lines)
      for (const column of columns) {
        const apart = lines.filter((line) => {
          const { start, end } = runAround(line, column)
          return start > 0 && end < line.length && line[start - 1] !== 0x20 && line[end] !== 0x20
        })
        expect(isApart(column)).toBe(apart.length >= Math.ceil(mostOf * lines.length))
      }
    }),
  )
})

it('columns of long lines without blanks, as digits of pictures are, are told in little time', () => {
  const lines = Array.from({ length: 16 }, () => Buffer.from(`'${'1a'.repeat(30_000)}'`))
  const started = process.threadCpuUsage()
  expect(columnsOf(lines, 17)).toBeUndefined()
  const { user, system } = process.threadCpuUsage(started)
  expect((user + system) / 1e6).toBeLessThan(10)
})
