import { describe, expect, it } from 'vitest'
import { expectFound, find } from '../expect-found.ts'

const encoded = (text: string) => Buffer.from(text).toString('base64')

describe('identifiers alone in base64 of less than twelve characters', () => {
  it.each([
    'bobw',
    'bob_7',
    'bob_w7',
    'bob_w77',
    'bob_w777',
    'bob@x.io',
    'a@b.io',
    '5696621',
    '12345678',
    'bob.w77',
    "o'b@x.io",
  ])('finds %s in values of Kubernetes, DynamoDB, LDIF, YAML and XML', (identifier) => {
    const value = encoded(identifier)
    expectFound(identifier, `{"data":{"username":"${value}"}}`, 21)
    expectFound(identifier, `uid:: ${value}\n`, 6)
    expectFound(identifier, `  user: ${value}\r\n`, 8)
    expectFound(identifier, `<value>${value}</value>`, 7)
    expectFound(identifier, value, 0)
  })

  it.each(['bob', 'bobw', 'bob_7', 'bob_w7', 'bob_w77'])(
    'finds %s with the line end that echo writes',
    (identifier) => {
      expectFound(identifier, `"${encoded(`${identifier}\n`)}"`, 1)
    },
  )

  it('finds one in a query, percent-encoded and with backslashes before its quotes', () => {
    expectFound('bob_w77', `?user=${encoded('bob_w77')}&x=1`, 6)
    expectFound('bob_w77', `"{\\"username\\":\\"${encoded('bob_w77')}\\"}"`, 17)
    expectFound('bob_w77', `u%3D${encoded('bob_w77').replaceAll('=', '%3D')}%26`, 4)
    expectFound('bob_w77', `"${encoded('bob_w77').replaceAll('=', '\\u003d')}"`, 1)
  })

  it.each([
    { name: 'without padding, where more than one length is a group of four', text: '"Ym9iX3c3Nw"' },
    { name: 'with more padding than fills a group', text: '"Ym9iX3c3Nw==="' },
    { name: 'with less padding', text: '"Ym9iX3c3Nw="' },
    { name: 'with something behind the padding', text: 'Ym9iX3c3Nw==a' },
    { name: 'with bits that stand for nothing', text: '"Ym9iX3c3Nx=="' },
    { name: 'within a longer run', text: '"aYm9iX3c3Nw=="' },
  ])('finds none $name', ({ text }) => {
    for (const looking of ['kernel', 'plain'] as const)
      for (const size of [1, 7, 5000]) expect(find('bob_w77', text, looking, size)).toStrictEqual([])
  })

  it('finds none beside something else', () => {
    for (const text of ['bob w77', 'xbob_w7', 'bob_w7,', 'bob_w7\t', '\nbob_w7'])
      for (const looking of ['kernel', 'plain'] as const)
        expect(find('bob_w7', `"${encoded(text)}"`, looking, 5000)).toStrictEqual([])
  })
})
