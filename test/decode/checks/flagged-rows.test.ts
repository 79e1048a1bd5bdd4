import { describe, expect, test } from 'vitest'
import { contentCheck } from '../../../lib/decode/checks/content-check.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')

function problemIn(bytes: Buffer, length: number) {
  const check = contentCheck({ readsEightBit: true })
  for (let at = 0; at < bytes.length; at += length) check.write(bytes.subarray(at, at + length))
  check.end()
  return check.text()?.reason
}

/** `CHAR(24)`, `CHAR(30)` and `CHAR(36)`: the first and the last one are full. */
const fields = (at: number) =>
  `${(0x65f3a1b2c4d5e6f708192a00n + BigInt(at)).toString(16)}${`fox_nar${at}`.padEnd(30)}892f902b-d23f-4824-928b-2${String(at).padStart(11, '0')}`
const rows = (flags: string, count: number) => Array.from({ length: count }, (_, at) => flags + fields(at)).join('')

// The flags are of tables of MariaDB 10.11.
const tables = [
  { name: 'none of its fields may be null', bytes: rows('\xff', 300) },
  { name: 'one field may be null, in its only row', bytes: rows('\xfd', 1) },
  { name: 'two fields may be null, in two rows', bytes: rows('\xf9', 2) },
  { name: 'four fields may be null', bytes: rows('\xe1', 300) },
  { name: 'four fields may be null, in three rows', bytes: rows('\xe1', 3) },
  { name: 'fields have line ends', bytes: rows('\xff', 300).replaceAll('    ', ' \r\n ') },
  { name: 'nine fields may be null, and seven are', bytes: rows('\xf9\xff', 300) },
  { name: 'eight fields may be null, and the sixth is', bytes: rows('A\xfe', 300) },
]

/** Lines with an `é` at each multiple of `width`. */
function linesOf(width: number): string {
  const lines = Array.from('Année;Nom;Ville\n'.repeat(width / 2))
  for (let at = 3; at < lines.length; at += width) lines.splice(at, 1, 'é')
  return lines.join('')
}

const texts = [
  {
    name: 'a line of Spanish',
    bytes: '\xf1and\xfa que corre por la pampa y no se detiene nunca, ni de d\xeda ni de noche, en a\xf1os',
  },
  { name: 'a long line', bytes: `\xc9cole ${'de la ville de Nîmes et de Besan\xe7on, '.repeat(300)}` },
  { name: 'lines in which letters stand as far from each other as rows', bytes: linesOf(1500) },
  { name: 'lines of one width', bytes: `\xe1${'a'.repeat(62)}\n`.repeat(100) },
]

describe('rows of a fixed width behind flags', () => {
  for (const { name, bytes } of tables)
    test(`are no text, in any cuts: ${name}`, () => {
      for (const length of [bytes.length, 1, 2, 3, 7, 64, 5000])
        expect(problemIn(latin1(bytes), length)).toBe('invalid-utf8')
    })

  for (const { name, bytes } of texts)
    test(`are not: ${name}`, () => {
      for (const length of [bytes.length, 1, 3, 64]) expect(problemIn(latin1(bytes), length)).toBeUndefined()
    })
})
