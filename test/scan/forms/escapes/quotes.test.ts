import { describe, expect, it } from 'vitest'
import { expectFound, find } from '../expect-found.ts'

const identifier = "o'brien@example.com"

describe('a quote of an address is read', () => {
  const cases: [name: string, written: string][] = [
    ['in SQL', "''"],
    ['in SQL within SQL', "''''"],
    ['in SQL within that', "''''''''"],
    ['in a word of a shell', "'\\''"],
  ]
  for (const [name, quote] of cases)
    it(name, () => {
      for (const before of ['', '(', "echo 'x "]) {
        const text = `${before}o${quote}brien@example.com`
        expectFound(identifier, text, before.length)
      }
    })

  it('of three, five, six or nine in a row as none', () => {
    for (const count of [3, 5, 6, 9])
      for (const looking of ['kernel', 'plain'] as const)
        expect([count, find(identifier, `o${"'".repeat(count)}brien@example.com`, looking, 5000)]).toEqual([count, []])
  })
})
