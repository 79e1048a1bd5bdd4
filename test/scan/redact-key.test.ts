import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redactKey } from '../../lib/scan/redact-key.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { find } from './find.ts'

const uuid = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const index = makeIndex(['1234567', uuid, 'bob@x.org', 'bob', 'jane_doe', 'jane.doe-2'])

describe('redacted key', () => {
  const cases: { key: string; shown: string; offsets: number[] }[] = [
    { key: 'backups/2026/events.jsonl.gz', shown: 'backups/2026/events.jsonl.gz', offsets: [] },
    { key: 'users/1234567/photo.bin', shown: 'users/[identifier]/photo.bin', offsets: [6] },
    { key: 'users/12345678/photo.bin', shown: 'users/12345678/photo.bin', offsets: [] },
    { key: '1234567', shown: '[identifier]', offsets: [0] },
    { key: '1234567-1234567', shown: '[identifier]-[identifier]', offsets: [0, 8] },
    { key: `u/${uuid}-1.csv`, shown: 'u/[identifier]-1.csv', offsets: [2] },
    { key: 'to=bob@x.org.eml', shown: 'to=[identifier]@x.org.eml', offsets: [3] },
    { key: 'to=bob@x.org/1', shown: 'to=[identifier]/1', offsets: [3, 3] },
    { key: 'jane.doe-2/JANE_DOE', shown: '[identifier]/[identifier]', offsets: [0, 11] },
    { key: 'größe/1234567/ü', shown: 'größe/[identifier]/ü', offsets: [8] },
    { key: '', shown: '', offsets: [] },
  ]
  for (const { key, shown, offsets } of cases)
    it(`shows ${JSON.stringify(shown)} and ${offsets.length} places`, () => {
      const { shownKey, occurrences } = redactKey(key, index)
      expect(shownKey).toBe(shown)
      expect(occurrences.map(({ offset }) => offset)).toStrictEqual(offsets)
      expect(occurrences.every(({ record }) => record === 1)).toBe(true)
    })

  it('names whom it found by ordinal', () => {
    expect(redactKey('x/jane_doe', index).occurrences).toStrictEqual([
      { ordinal: index.ordinalOf('handle', 'jane_doe'), record: 1, offset: 2 },
    ])
  })

  it('leaves controls, which are nobody, and keys that are no proper Unicode', () => {
    const { text } = index.controls[0]!
    expect(redactKey(`a/${text}`, index)).toStrictEqual({ shownKey: `a/${text}`, occurrences: [] })
    expect(redactKey('a\ud800b', index).shownKey).toBe('a\ud800b')
  })

  it('never shows an identifier, whatever the key', () => {
    const piece = fc.constantFrom(
      '1234567',
      uuid,
      'bob@x.org',
      'bob',
      'jane.doe-2',
      '/',
      '-',
      '.',
      '=',
      'ü',
      '@',
      '_',
      '1',
      'x',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const { shownKey, occurrences } = redactKey(pieces.join(''), index)
        const left = find(index, Buffer.from(shownKey.replaceAll('[identifier]', '[]'))).occurrences
        expect(left).toStrictEqual([])
        expect(occurrences).toStrictEqual(find(index, Buffer.from(pieces.join(''))).occurrences)
      }),
      { numRuns: 3000 },
    )
  })
})
