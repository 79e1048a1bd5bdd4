import { expect, it } from 'vitest'
import { expectFound, find } from '../expect-found.ts'

const numbers = ['569662', '5696621', '12345678', '123456789', '4829137001', '3141592653589793238']

it('finds numbers as they are written in India', () => {
  for (const number of numbers) {
    const written = Intl.NumberFormat('en-IN').format(BigInt(number))
    expectFound(number, `user ${written} of many`, 5)
    expectFound(number, `"${written}"`, 1)
    expectFound(number, `<td>${written}.00</td>`, 4)
  }
})

it('finds none in other lists of small numbers', () => {
  for (const text of [
    '1,56,96,621',
    '56,96,621,1',
    '156,96,621',
    '56,96,6211',
    '56.96.621',
    '56, 96, 621',
    '5,69,66,21',
  ])
    for (const looking of ['kernel', 'plain'] as const) expect(find('5696621', text, looking, 5000)).toStrictEqual([])
})
