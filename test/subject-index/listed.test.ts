import { describe, expect, it } from 'vitest'
import { canonicalOf } from '../../lib/manifest/identifier.ts'
import { isTransferred } from '../../lib/subject-index/open-subject-index.ts'
import { buildIndex, makeIndex } from './make-index.ts'

const longest = 'h'.repeat(254)
const confirmed = ['1234567', '3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'bob@x.org', 'jane_doe', 'jane.doe', longest]
/** Some have a length that nobody confirmed has. */
const pending = [
  '7654321',
  '00000000-4f89-41d3-9a0c-0305e82c3301',
  'eve@why.org',
  'later_on',
  'later.on.than',
  '7654321',
]
const index = makeIndex(confirmed, { pending })

describe('an identifier of the manifest', () => {
  for (const text of [...confirmed, ...pending])
    it(`is known as one that must not be shown: ${text}`, () => {
      expect(index.isListed(text)).toBe(true)
      expect(index.isListed(`${text}0`)).toBe(false)
    })

  it('is known in every spelling', () => {
    for (const text of ['JANE_DOE', 'Later.On.Than', 'EVE@why.ORG', '3F2504E04F8941D39A0C0305E82C3301'])
      expect(index.isListed(text)).toBe(true)
  })

  it('is no subject unless its transfer is confirmed', () => {
    for (const text of pending) {
      const { shape, canonical } = canonicalOf(text, 'fold') as { shape: 'handle'; canonical: string }
      expect([isTransferred(index, text), index.ordinalOf(shape, canonical)]).toEqual([false, -1])
    }
    expect([index.subjects, buildIndex(confirmed, { pending }).summary.subjects]).toEqual([6, 6])
  })

  it('is known where all of its kind are pending', () => {
    expect(makeIndex(['1234567'], { pending: ['later_on'] }).isListed('later_on')).toBe(true)
  })

  it('is a subject with as many characters as one may have', () => {
    expect(isTransferred(index, longest)).toBe(true)
  })

  it('is not a control', () => {
    for (const { text } of index.controls) expect(index.isListed(text)).toBe(false)
  })

  it('stands in the index as a keyed digest only, the pending ones as well', () => {
    const bytes = Buffer.from(buildIndex(confirmed, { pending }).bytes).toString('latin1')
    for (const text of [...confirmed, ...pending]) expect(bytes.includes(text)).toBe(false)
  })
})
