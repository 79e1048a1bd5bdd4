import { expect, it } from 'vitest'
import { unverifiedReasons } from '../../lib/decode/unverified.ts'
import { allToDo, whatToDo } from '../../lib/verdict/what-to-do.ts'

it('every reason for which an object was not read has an advice, and none of them promises a verdict', () => {
  for (const reason of unverifiedReasons) {
    expect(whatToDo(`${reason}: 2 object versions`)).toMatch(/^[a-z]/)
    expect(whatToDo(`${reason}: 2 object versions`)).not.toMatch(/\b(?:ignore|skip|waive|exempt)/)
  }
})

it('says an advice once for all reasons that it is about, in their order, and nothing of what says itself', () => {
  const reasons = [
    'found: 2 findings',
    'not-text: 1 object version',
    'encrypted: 1 object version',
    'opaque: 3 object versions',
  ]
  expect(allToDo(reasons).map(({ codes }) => codes)).toEqual([['not-text', 'opaque'], ['encrypted']])
  expect(allToDo(['found: 2 findings', 'toString: 1', 'no colon', ''])).toEqual([])
})

it('says of clocks that differ that one has to be set, and nothing of other failures', () => {
  for (const state of ['ConfirmScopeAgain', 'AttestScan'])
    expect(whatToDo(`failure: ClocksDiffer in ${state}`)).toMatch(/^a clock /)
  expect(whatToDo('failure: ManifestInvalid in ConfirmScope')).toBeUndefined()
})
