import { describe, expect, it } from 'vitest'
import { expectFound, find } from '../expect-found.ts'

/** Numbers that end in many zeros, as the first ones of a range do, written by `write.csv` of R, `%g` of C and Python, and a double of Java, Spark or Gson. */
const written = [
  ['100000', '1e+05'],
  ['3000000', '3e+06'],
  ['12000000', '1.2e+07'],
  ['12000000', '1.2E7'],
  ['10000000', '1.0E7'],
  ['10000000', '1,0E+07'],
  ['60000000000', '6e+10'],
  ['60000000000', '6.0E10'],
] as const

describe('numbers of which all zeros at the end are left out', () => {
  it.each(written)('%s is found in %s', (number, text) => {
    expectFound(number, `7,${text},x`, 2)
    expectFound(number, `{"id":${text}}`, 6)
  })

  it.each([
    ['450000000', '6f1e2d3c-45e7-4a5b-8c9d-0e1f2a3b4c5d'],
    ['50000000', 'color: #5e7'],
    ['3000000', 'up to 3e6 rows'],
    ['12000000', '12e6'],
    ['1200000000', '12.0E8.min.js'],
  ])('%s is not found in %s, which may be something else', (number, text) => {
    for (const looking of ['kernel', 'plain'] as const) expect(find(number, text, looking, 5000)).toStrictEqual([])
  })
})
