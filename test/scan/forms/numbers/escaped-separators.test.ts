import { describe, expect, it } from 'vitest'
import { expectFound, find } from '../expect-found.ts'

const number = '1234567'
const separated = (separator: string) => ['1', '234', '567'].join(separator)

describe('what separates thousands may be an escape', () => {
  const escaped = [
    ...['\\u00a0', '\\u00A0', '\\u2009', '\\u202f', '\\u2019', '\\xa0', '\\u002c', '\\u{a0}', '\\U0000202f'],
    ...['&nbsp;', '&#160;', '&#xA0;', '&thinsp;', '&#x202F;', '&rsquo;', '&#39;'],
    ...['%A0', '%a0', '%2C', '%20', '%u202F', '=A0', '=2C'],
  ]
  it.each(escaped)('%s', (one) => expectFound(number, separated(one), 0))

  it.each(escaped)('%s behind text that is escaped as well', (one) => {
    const before = { '%': '%E4%B8%AD', '=': '=E4=B8=AD', '&': '&#20013;' }[one[0]!] ?? '\\u4e2d'
    expectFound(number, `${before},${separated(one)}`, before.length + 1)
  })
})

describe('characters of another script are none', () => {
  it.each(['\\u4e2d', '\\ude00', '%E4%B8%A0', '&#20013;', '=E4=B8=A0'])('%s', (one) => {
    for (const looking of ['kernel', 'plain'] as const)
      expect(find(number, `a ${separated(one)} b`, looking, 5000)).toEqual([])
  })
})
