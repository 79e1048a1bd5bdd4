import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readText } from '../collect.ts'

const numbersIn = async (text: string, lengths?: number[]) =>
  (await readText(text, lengths)).texts['ion/numbers']?.trimEnd().split('\n') ?? []

/** As DynamoDB exports a table (its documentation, "Table export output format"). */
const item = '$ion_1_0 {Item:{Id:103.,PageCount:6d2,Price:2d3,Name:"café",Ids:$dynamodb_NS::[48151623d1,-7d0]}}\n'

describe('a text of Ion', () => {
  test('is delivered as it is, and decimals with an exponent with all their digits, wherever it is cut', async () => {
    for (let at = 1; at < Buffer.byteLength(item); at++) {
      const { texts, gaps } = await readText(item, [at, item.length])
      expect(texts).toEqual({
        'ion/head': '$ion_1_0 ',
        'ion/text': item.slice(9),
        'ion/numbers': '600\n2000\n481516230\n',
      })
      expect(gaps).toEqual([])
    }
  })

  const written = [
    {
      name: 'zeros that are left out',
      text: '[48151623d1,5D6,12d30]',
      numbers: ['481516230', '5000000', `12${'0'.repeat(30)}`],
    },
    { name: 'a fraction', text: '[4815.1623d4, 4815.1623d+5]', numbers: ['48151623', '481516230'] },
    { name: 'an exponent below zero', text: '[4815162300d-2, 48151623.00d-0]', numbers: ['48151623', '48151623'] },
    { name: 'no whole number', text: '[48151623d-1, 4815.16d1]', numbers: [] },
    {
      name: 'a part of something else',
      text: '[a12d3, 12d3a, 0x12d3, 1.2.3d4, 12d3.5, _12d3, 12d, d3, 12d+, "12d3", 2-12d3]',
      numbers: [],
    },
    {
      name: 'more digits than anybody has',
      text: `[${'9'.repeat(63)}d1, ${'9'.repeat(64)}d1, 1d64, 1d9999, 1d123456789]`,
      numbers: [`${'9'.repeat(63)}0`],
    },
  ]
  for (const { name, text, numbers } of written)
    test(`has numbers with all their digits: ${name}`, async () => {
      expect(await numbersIn(`$ion_1_0 ${text}`)).toEqual(numbers)
      expect(await numbersIn(`\ufeff\n$ion_1_0\n${text}`, [1])).toEqual(numbers)
    })

  test('has every whole number that is written so, however it is cut', async () => {
    const number = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 38n }), fc.integer({ min: 1, max: 20 }))
    const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 9 }), lengths, async (all, lengths) => {
        const text = `$ion_1_0 [${all.map(([digits, zeros]) => `${digits}d${zeros}`).join(',')}]`
        expect(await numbersIn(text, lengths)).toEqual(all.map(([digits, zeros]) => digits + '0'.repeat(zeros)))
      }),
    )
  })

  test('other text that begins alike is as it was', async () => {
    for (const head of ['$ion_1_0x ', '$ion_2_0 ', 'ion_1_0 ', 'x $ion_1_0 '])
      expect(await numbersIn(`${head}[6d2]`)).toEqual([])
  })
})
