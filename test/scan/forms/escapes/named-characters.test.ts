import { expect, test } from 'vitest'
import { find } from '../expect-found.ts'

/** Names of HTML for signs that an address may have, and for what stands for nothing in it. */
const inAddress: Record<string, string> = {
  ...{ excl: '!', num: '#', dollar: '$', percnt: '%', amp: '&', AMP: '&', apos: "'", ast: '*', midast: '*' },
  ...{ plus: '+', hyphen: '-', dash: '-', period: '.', sol: '/', equals: '=', quest: '?', Hat: '^', grave: '`' },
  ...{ lowbar: '_', UnderBar: '_', DiacriticalGrave: '`', lcub: '{', lbrace: '{', rcub: '}', rbrace: '}' },
  ...{ verbar: '|', vert: '|', VerticalLine: '|' },
  ...{ shy: '', ZeroWidthSpace: '', zwnj: '', zwj: '', lrm: '', rlm: '', NoBreak: '' },
}
const inNumber = ['comma', 'period', 'apos', 'lowbar', 'nbsp', 'NonBreakingSpace', 'thinsp', 'ThinSpace', 'rsquo']
const filler = 'what stands here is text and nothing else; '.repeat(20)

/** Where it is found far from anything else, where only what the sieve names is looked at. */
const placesOf = (identifier: string, text: string) =>
  (['kernel', 'plain'] as const).map((looking) =>
    find(identifier, `${filler} ${text} ${filler}`, looking, 5000).map(({ offset }) => offset - filler.length - 1),
  )

test.each(Object.entries(inAddress))('&%s; is found in an address', (name, sign) => {
  expect(placesOf(`bob${sign}smith@example.org`, `bob&${name};smith&commat;example.org`)).toStrictEqual([[0], [0]])
})

test.each(inNumber)('&%s; is found between thousands', (name) => {
  expect(placesOf('1234567', `1&${name};234&${name};567`)).toStrictEqual([[0], [0]])
})
