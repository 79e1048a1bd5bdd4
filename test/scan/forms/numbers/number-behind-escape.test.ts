import { describe, it } from 'vitest'
import { expectFound } from '../expect-found.ts'

/** Commas and spaces end what an escape is decoded with, so the form of the number looks for the escape itself. */
describe('a number with separators right behind an escape', () => {
  for (const { text, at } of [
    { text: 'Customer No.:=C2=A0123,456,789 has left', at: 19 },
    { text: '=22123,456,789=22', at: 3 },
    { text: 'a=20123 456 789', at: 4 },
    { text: '=09123,456,789', at: 3 },
    { text: '%20123,456,789', at: 3 },
    { text: '\\x20123 456 789', at: 4 },
  ])
    it(`is found in ${text}`, () => expectFound('123456789', text, at))

  it('is found where a point is right behind the escape', () => expectFound('98765432101', '%25.9.8765432101E10%', 4))
})
