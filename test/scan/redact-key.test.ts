import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findInKey, redactKey } from '../../lib/scan/redact-key.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { find } from './find.ts'

const uuid = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const index = makeIndex(['1234567', uuid, 'bob@x.org', 'bob', 'jane_doe', 'jane.doe-2'], {
  pending: ['7654321', 'later.person'],
})

describe('redacted key', () => {
  const cases: { key: string; shown: string; offsets: number[] }[] = [
    { key: 'backups/2026/events.jsonl.gz', shown: 'backups/2026/events.jsonl.gz', offsets: [] },
    { key: 'users/1234567/photo.bin', shown: 'users/[identifier]/photo.bin', offsets: [6] },
    { key: 'users/12345678/photo.bin', shown: 'users/12345678/photo.bin', offsets: [] },
    { key: '1234567', shown: '[identifier]', offsets: [0] },
    { key: '1234567-1234567', shown: '[identifier]-[identifier]', offsets: [0, 8] },
    { key: `u/${uuid}-1.csv`, shown: 'u/[identifier]-1.csv', offsets: [2] },
    { key: 'to=bob@x.org.eml', shown: 'to=[identifier].eml', offsets: [3] },
    { key: 'to=bob@x.org/1', shown: 'to=[identifier]/1', offsets: [3, 3] },
    { key: 'jane.doe-2/JANE_DOE', shown: '[identifier]/[identifier]', offsets: [0, 11] },
    { key: 'größe/1234567/ü', shown: 'größe/[identifier]/ü', offsets: [8] },
    { key: '', shown: '', offsets: [] },
    // Other identifiers to the scan, and still nothing to show.
    { key: 'jane.doe-2.csv', shown: '[identifier].csv', offsets: [] },
    { key: 'copy-of-jane.doe-2.2026.csv', shown: 'copy-of-[identifier].2026.csv', offsets: [] },
    { key: 'x/backup_jane_doe_2026.csv', shown: 'x/backup_[identifier]_2026.csv', offsets: [] },
    { key: 'Jane_Doe_', shown: '[identifier]_', offsets: [] },
    { key: `_${uuid.toUpperCase().replaceAll('-', '')}_`, shown: '_[identifier]_', offsets: [1] },
    { key: 'x_7654321.csv', shown: 'x_[identifier].csv', offsets: [] },
    { key: 'later.person.csv/a', shown: '[identifier].csv/a', offsets: [] },
    { key: 'jane.doe-20/janejane_doe', shown: 'jane.doe-20/janejane_doe', offsets: [] },
  ]
  for (const { key, shown, offsets } of cases)
    it(`shows ${JSON.stringify(shown)} and ${offsets.length} places`, () => {
      const occurrences = findInKey(key, index)
      expect(redactKey(key, index)).toBe(shown)
      expect(occurrences.map(({ offset }) => offset)).toStrictEqual(offsets)
      expect(occurrences.every(({ record }) => record === 1)).toBe(true)
    })

  it('names whom it found by ordinal', () => {
    expect(findInKey('x/jane_doe', index)).toStrictEqual([
      { ordinal: index.ordinalOf('handle', 'jane_doe'), record: 1, offset: 2 },
    ])
  })

  it('leaves controls, which are nobody, and keys that are no proper Unicode', () => {
    const { text } = index.controls[0]!
    expect([redactKey(`a/${text}`, index), findInKey(`a/${text}`, index)]).toStrictEqual([`a/${text}`, []])
    expect(redactKey('a\ud800b', index)).toBe('a\ud800b')
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
        const [shownKey, occurrences] = [redactKey(pieces.join(''), index), findInKey(pieces.join(''), index)]
        const left = find(index, Buffer.from(shownKey.replaceAll('[identifier]', '[]'))).occurrences
        expect(left).toStrictEqual([])
        expect(occurrences).toStrictEqual(find(index, Buffer.from(pieces.join(''))).occurrences)
      }),
      { numRuns: 3000 },
    )
  })
})
