import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isIdName, isTimeName } from '../../lib/manifest/manifest-format.ts'

test('a name is that of a column if it is, in any case and with spaces around it, and no other', () => {
  const known = fc.constantFrom(
    'userId',
    'user_id',
    'id',
    'ID',
    'transferredAt',
    'TRANSFERRED_AT',
    'batch',
    'time',
    'uid',
  )
  const odd = fc.constantFrom('', ' ', '\t', '\u00a0', '\ufeff', '\u0130', '\u212a', '@', '[', 'x', '\ud800')
  const name = fc.tuple(odd, known, odd, fc.nat(12)).map(([before, text, other, at]) => {
    const changed = at < 6 ? text.slice(0, at) + other + text.slice(at + 1) : text + other
    return before + (at % 2 === 0 ? changed : text)
  })
  let ids = 0
  fc.assert(
    fc.property(fc.oneof(name, fc.string()), (text) => {
      const lower = text.trim().toLowerCase()
      expect(isIdName(text)).toBe(['userid', 'user_id', 'id'].includes(lower))
      expect(isTimeName(text)).toBe(['transferredat', 'transferred_at'].includes(lower))
      ids += Number(isIdName(text))
    }),
    { numRuns: 2000 },
  )
  expect(ids).toBeGreaterThan(20)
})
