import { describe, expect, it } from 'vitest'
import type { StoreConfig } from '../../lib/config.ts'
import { copiesElsewhere } from '../../lib/inventory/copies.ts'

const store = (bucket: string, more: Partial<NonNullable<StoreConfig['s3']>> = {}): StoreConfig => ({
  id: bucket,
  channel: { kind: 'none' },
  s3: { bucket, ...more },
})

describe('copies of which a run has no store', () => {
  const cases: [name: string, of: StoreConfig, others: StoreConfig[], elsewhere: string[]][] = [
    ['none of the stores is the bucket', store('a'), [store('x')], ['b', 'c']],
    ['one of them is', store('a'), [store('c')], ['b']],
    ['one is, but of another provider', store('a'), [store('b', { endpoint: 'https://s3.example' })], ['b', 'c']],
    [
      'one has a part of the bucket, and copies lie beside it',
      store('a'),
      [store('b', { prefix: 'mine/' })],
      ['b', 'c'],
    ],
    [
      'copies lie in the part that one has',
      store('a', { prefix: 'mine/x/' }),
      [store('b', { prefix: 'mine/' })],
      ['c'],
    ],
  ]
  it.each(cases)('%s', (_, of, others, elsewhere) => {
    expect(copiesElsewhere({ to: ['b', 'c'] }, of, [of, ...others])).toEqual(elsewhere)
  })

  it('are those in a bucket of the same name, which lies at another place', () => {
    expect(copiesElsewhere({ to: ['a'] }, store('a'), [store('a')])).toEqual(['a'])
  })

  it('are none where it was not told', () => {
    expect(copiesElsewhere({ unknown: 'AccessDenied' }, store('a'), [store('a')])).toEqual([])
  })
})
