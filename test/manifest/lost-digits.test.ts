import { describe, expect, test } from 'vitest'
import { read, refusal } from './read.ts'

/** Numbers of so many digits, none of which ends in a zero. */
const numbers = (count: number, digits: number) =>
  Array.from({ length: count }, (_, n) => `${(BigInt(n) + 3n) * 123_456_789_123_456_789_123n}`.slice(0, digits - 1) + 7)
const inSheet = (text: string) => `${text.slice(0, 14)}3`.padEnd(text.length, '0')
const asDouble = (text: string) => `${Number(text)}`
const csv = (ids: string[]) => `userId,batch\n${ids.map((id) => `${id},a\n`).join('')}`

describe('numbers whose last digits are zeros, as programs write them that take identifiers for numbers', () => {
  const refused = [
    { name: 'of 16 digits from a spreadsheet', ids: numbers(6, 16).map(inSheet) },
    { name: 'of 19 digits from a spreadsheet', ids: numbers(2, 19).map(inSheet) },
    { name: 'of 18 digits from JavaScript', ids: numbers(9, 18).map(asDouble) },
    { name: 'of 19 digits from JavaScript', ids: numbers(4, 19).map(asDouble) },
  ]
  test.each(refused)('are refused by line: $name', async ({ ids }) => {
    for (const content of [csv(ids), csv(ids.toReversed()), csv(['bob', '1234', ...ids])]) {
      const error = await refusal(content)
      expect(error.badRows).toHaveLength(ids.length)
      expect(error.message).toMatch(/zeros in place of its last digits/)
    }
    await refusal(ids.join('\n'))
    await refusal(ids.map((id) => `{"userId":${id}}`).join('\n'))
    await refusal(ids.map((id) => `{"userId":${id},"transferredAt":null}`).join('\n'))
  })

  test('are counted beyond those that are listed', async () => {
    const error = await refusal(csv(numbers(50, 19).map(inSheet)))
    expect(error.badRows.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, n) => n + 2))
    expect(error.message).toContain('got 50 malformed')
  })

  const sheet = numbers(9, 19).map(inSheet)
  test.each([
    { name: 'strings of JSON', content: sheet.map((id) => `{"userId":"${id}"}\n"${id}"`).join('\n'), rows: 18 },
    { name: 'beside a longer number that has its digits', content: csv([...sheet, ...numbers(1, 16)]), rows: 10 },
    { name: 'after one', content: csv([...numbers(1, 19), ...sheet]), rows: 10 },
    { name: 'too few to tell', content: csv(sheet.slice(0, 1)), rows: 1 },
    { name: 'of 15 digits', content: csv(numbers(9, 15).map((id) => `${id.slice(0, 12)}000`)), rows: 9 },
    { name: 'that end in more of them', content: csv(numbers(9, 16).map((id) => `${id.slice(0, 13)}000`)), rows: 9 },
  ])('are identifiers otherwise: $name', async ({ content, rows }) => {
    expect((await read(content)).rows).toHaveLength(rows)
  })
})
