import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findInKey, redactKey } from '../../../lib/scan/names/redact-key.ts'
import { hashAlgorithms } from '../../../lib/subject-index/hashed-forms.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { find } from '../find.ts'

const uuid = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const other = '550e8400-e29b-41d4-a716-446655440000'
const index = makeIndex(['1234567', uuid, 'bob@x.org', 'bob', 'jane_doe', 'jane.doe-2'], {
  pending: ['7654321', 'later.person'],
})

describe('redacted key', () => {
  it('may be empty, or redacted already, before anything else was searched', () => {
    expect(findInKey('', makeIndex(['bob@x.org']))).toEqual([])
    expect(redactKey('[identifier]', makeIndex(['bob@x.org']))).toBe('[identifier]')
  })

  const cases: { key: string; shown: string; offsets: number[] }[] = [
    { key: 'backups/2026/events.jsonl.gz', shown: 'backups/2026/events.jsonl.gz', offsets: [] },
    { key: 'users/1234567/photo.bin', shown: 'users/[identifier]/photo.bin', offsets: [6] },
    { key: 'users/12345678/photo.bin', shown: 'users/12345678/photo.bin', offsets: [] },
    { key: '1234567', shown: '[identifier]', offsets: [0] },
    { key: '1234567-1234567', shown: '[identifier]-[identifier]', offsets: [0, 8] },
    { key: `u/${uuid}-1.csv`, shown: 'u/[identifier]-1.csv', offsets: [2] },
    { key: 'to=bob@x.org.eml', shown: 'to=[identifier].eml', offsets: [3, 3] },
    { key: 'to=bob@x.org/1', shown: 'to=[identifier]/1', offsets: [3, 3] },
    { key: 'jane.doe-2/JANE_DOE', shown: '[identifier]/[identifier]', offsets: [0, 11] },
    { key: 'größe/1234567/ü', shown: 'größe/[identifier]/ü', offsets: [8] },
    { key: '', shown: '', offsets: [] },
    // Parts of a name.
    { key: 'jane.doe-2.csv', shown: '[identifier].csv', offsets: [0] },
    { key: 'copy-of-jane.doe-2.2026.csv', shown: 'copy-of-[identifier].2026.csv', offsets: [8] },
    { key: 'x/backup_jane_doe_2026.csv', shown: 'x/backup_[identifier]_2026.csv', offsets: [9] },
    { key: 'Jane_Doe_', shown: '[identifier]_', offsets: [0] },
    { key: `_${uuid.toUpperCase().replaceAll('-', '')}_`, shown: '_[identifier]_', offsets: [1] },
    { key: 'x_7654321.csv', shown: 'x_[identifier].csv', offsets: [] },
    { key: 'later.person.csv/a', shown: '[identifier].csv/a', offsets: [] },
    { key: 'jane.doe-20/janejane_doe', shown: 'jane.doe-20/janejane_doe', offsets: [] },
    { key: 'export-1234567.csv.gz', shown: 'export-[identifier].csv.gz', offsets: [7] },
    { key: 'a/backup_bob@x.org.jsonl', shown: 'a/backup_[identifier].jsonl', offsets: [9, 9] },
    { key: 'q=%22jane.doe-2.csv', shown: 'q=%22[identifier].csv', offsets: [5] },
    { key: 'q=%22jane.doe-2_2026', shown: 'q=%22[identifier]_2026', offsets: [5] },
    { key: 'copy-of-jane.doe-2', shown: 'copy-of-[identifier]', offsets: [8] },
    { key: '2026-11-01/20261101.csv', shown: '2026-11-01/20261101.csv', offsets: [] },
    // In a form.
    { key: 'mail/bob%40x.org/1', shown: 'mail/[identifier]/1', offsets: [5, 5] },
    { key: `u/${Buffer.from(uuid).toString('base64')}`, shown: 'u/[identifier]', offsets: [2] },
    { key: 'u=0001234567.csv', shown: 'u=000[identifier].csv', offsets: [5] },
    { key: 'u/１２３４５６７.csv', shown: 'u/[identifier].csv', offsets: [2] },
    { key: 'u/123\u00ad4567.csv', shown: 'u/[identifier].csv', offsets: [2] },
    { key: 'u/jane\u200b_doe/1', shown: 'u/[identifier]/1', offsets: [2] },
    { key: 'mail/alice%40example.com/1', shown: 'mail/[identifier]/1', offsets: [] },
    // Of the same shape, whoever's it is.
    { key: 'users/7000007/photo.bin', shown: 'users/[identifier]/photo.bin', offsets: [] },
    { key: 'q=%227000007%22', shown: 'q=%22[identifier]%22', offsets: [] },
    { key: `u/${other}.csv`, shown: 'u/[identifier].csv', offsets: [] },
    { key: `u/${other.replaceAll('-', '')}.csv`, shown: 'u/[identifier].csv', offsets: [] },
    { key: "mail/alice.o'neil+x@example.com/1", shown: 'mail/[identifier]/1', offsets: [] },
    { key: 'mail?to=alice@example.com&n=1', shown: 'mail?to=[identifier]&n=1', offsets: [] },
    { key: 'bob.alice@example.com.eml', shown: '[identifier]', offsets: [0] },
    { key: 'bob@x.org/bob@example.com', shown: '[identifier]/[identifier]', offsets: [0, 0, 10] },
    { key: 'bob@example.com/bob@x.org', shown: '[identifier]/[identifier]', offsets: [0, 16, 16] },
    { key: 'alice.smith.csv', shown: 'alice.smith.csv', offsets: [] },
    { key: 'a@/@b/@', shown: 'a@/@b/@', offsets: [] },
  ]
  for (const { key, shown, offsets } of cases)
    it(`shows ${JSON.stringify(shown)} and ${offsets.length} places`, () => {
      const occurrences = findInKey(key, index)
      expect(redactKey(key, index)).toBe(shown)
      expect(occurrences.map(({ offset }) => offset)).toStrictEqual(offsets)
      expect(occurrences.every(({ record }) => record === 1)).toBe(true)
      expect(redactKey(shown, index)).toBe(shown)
    })

  it('names whom it found by ordinal', () => {
    expect(findInKey('x/jane_doe', index)).toStrictEqual([
      { ordinal: index.ordinalOf('handle', 'jane_doe'), record: 1, offset: 2 },
    ])
  })

  it('keeps numbers that have a length of no identifier, and what has a shape that the manifest has not', () => {
    const key = '2026-11-01/20261101T120000Z/1234567/12345678.csv'
    expect(redactKey(key, makeIndex(['bob_smith', 'jane.doe', 'a@x.org', other]))).toBe(key)
    expect(redactKey(key, makeIndex(['87654321']))).toBe('2026-11-01/[identifier]T120000Z/1234567/[identifier].csv')
    expect(redactKey(`a@x.org/1234567/${other}`, makeIndex(['7654321']))).toBe(`a@x.org/[identifier]/${other}`)
  })

  it('names nobody where digits of a number may be gone', () => {
    expect(findInKey('x/1.23456789e+15', makeIndex(['1234567890123456']))).toStrictEqual([])
  })

  it('counts records in names of several lines', () => {
    expect(findInKey('a\n\nbob@x.org.csv', index).map(({ record }) => record)).toStrictEqual([3, 3])
  })

  it('shows a word for an identifier that is one, once', () => {
    const own = makeIndex(['identifier'])
    const key = 'a/identifier/[identifier]/identifier_1'
    expect(redactKey(key, own)).toBe('a/[identifier]/[identifier]/[identifier]_1')
    expect(findInKey(key, own).map(({ offset }) => offset)).toStrictEqual([2, 14, 26])
    expect(redactKey(redactKey(key, own), own)).toBe(redactKey(key, own))
  })

  it('takes controls for nobody, and leaves keys that are no proper Unicode', () => {
    for (const { shape, text } of index.controls)
      expect([shape, findInKey(`a/${text}.csv`, index)]).toStrictEqual([shape, []])
    const { text } = index.controls.find(({ shape }) => shape === 'handle')!
    expect(redactKey(`a/${text}`, index)).toBe(`a/${text}`)
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
      '%22',
      '\\n',
      '7000007',
      '7654321',
      other,
      'al@y.com',
      '[identifier]',
      'csv',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const [shownKey, occurrences] = [redactKey(pieces.join(''), index), findInKey(pieces.join(''), index)]
        const left = find(index, Buffer.from(shownKey.replaceAll('[identifier]', '[]'))).occurrences
        expect(left).toStrictEqual([])
        expect(findInKey(shownKey, index)).toStrictEqual([])
        expect(redactKey(shownKey, index)).toBe(shownKey)
        expect(shownKey).not.toMatch(/(?<![0-9])[0-9]{7}(?![0-9])|550e8400-e29b|al@y/)
        const inContent = find(index, Buffer.from(pieces.join(''))).occurrences
        expect(occurrences).toEqual(expect.arrayContaining(inContent))
      }),
      { numRuns: 3000 },
    )
  })

  it('finds and hides every identifier that stands between boundaries of a name', () => {
    const word = fc.constantFrom('csv', 'export', '2026', 'old', 'x1')
    const boundary = fc.constantFrom('.', '-', '_', '/', '--', ' ', '\u00fc', '%22', '=')
    const joined = (...pieces: fc.Arbitrary<string>[]) =>
      fc.oneof(
        fc.constant(''),
        fc.tuple(...pieces).map((each) => each.join('')),
      )
    const identifier = fc.constantFrom('1234567', uuid, 'bob@x.org', 'bob', 'jane.doe-2', 'jane_doe')
    fc.assert(
      fc.property(joined(word, boundary), identifier, joined(boundary, word), (left, text, right) => {
        const key = `${left}${text}${right}`
        expect(findInKey(key, index).map(({ offset }) => offset)).toContain(Buffer.byteLength(left))
        expect(redactKey(key, index)).toContain('[identifier]')
        expect(redactKey(key, index)).not.toContain(text)
      }),
      { numRuns: 1000 },
    )
  })
})

it('a digest in a name is found where hashed forms are looked for, and hidden whoever it stands for', () => {
  const digestOf = (text: string) => createHash('sha256').update(text)
  const hashedForms = [{ algorithm: 'sha256', kind: 'plain', salt: new Uint8Array(0) }] as const
  const hashed = makeIndex(['bob@x.org'], { hashedForms, pending: ['later@x.org'] })
  const hex = digestOf('bob@x.org').digest('hex')
  expect(findInKey(`users/${hex}.json`, hashed)).toMatchObject([{ offset: 6, form: 'sha256' }])
  expect(redactKey(`users/${hex.toUpperCase()}_1.json`, hashed)).toBe('users/[identifier]_1.json')
  expect(redactKey(`u-${digestOf('bob@x.org').digest('base64url')}.gz`, hashed)).toBe('u-[identifier].gz')
  for (const text of ['later@x.org', 'somebody@x.org']) {
    expect(findInKey(digestOf(text).digest('hex'), hashed)).toEqual([])
    expect(redactKey(`u/${digestOf(text).digest('hex')}`, hashed)).toBe('u/[identifier]')
  }
  expect(redactKey(`u/${hex}`, makeIndex(['bob@x.org']))).toBe(`u/${hex}`)
  // Encoded once more it is still the digest of a form.
  const twice = Buffer.from(hex).toString('base64')
  expect(findInKey(`u/${twice}`, hashed)).toMatchObject([{ offset: 2, form: 'base64 sha256' }])
  expect(findInKey('mail/bob%40x.org/1', hashed)).toMatchObject([{ offset: 5, form: 'percent' }])
})

describe('a digest in base64 in a name', () => {
  const formOf = (algorithm: (typeof hashAlgorithms)[number]) =>
    ({ algorithm, kind: 'plain', salt: new Uint8Array(0) }) as const

  it('is hidden whoever it stands for, in every way it is written', () => {
    for (const algorithm of hashAlgorithms) {
      const hashed = makeIndex(['bob@x.org'], { hashedForms: [formOf(algorithm)], pending: ['later@x.org'] })
      for (const text of ['later@x.org', ...Array.from({ length: 50 }, (_, n) => `somebody${n}@x.org`)])
        for (const encoding of ['base64', 'base64url'] as const) {
          const written = createHash(algorithm).update(text).digest(encoding).replace(/=+$/, '')
          for (const [left, right] of [
            ['u.', '==.json'],
            ['', ''],
            ['q=%22', '%22'],
          ])
            expect(redactKey(`${left}${written}${right}`, hashed)).toBe(`${left}[identifier]${right}`)
          // What is of its alphabet may belong to it.
          for (const key of [`copy-${written}_1`, `sha256-${written}/a/b`, `users/${written}`])
            expect(redactKey(key, hashed)).not.toContain(written)
        }
    }
  })

  it('leaves what is no digest: of another length, between letters, with spare bits, words of a path', () => {
    const hashed = makeIndex(['bob@x.org'], { hashedForms: [formOf('sha256')] })
    const written = `${'aB3'.repeat(14)}A`
    expect(redactKey(`u.${written}`, hashed)).toBe('u.[identifier]')
    for (const key of [
      `u.${written}x`,
      `u.x${written}`,
      `u.${written.slice(1)}`,
      `u.${written.slice(0, -1)}B`,
      'backups/customers-europe/archive-orders/part-00A',
      'customers-europe/archive-orders/part-00017A',
      'customers-europe-archive-orders-part-00017w',
    ])
      expect(redactKey(key, hashed)).toBe(key)
    expect(redactKey(`u.${written}`, makeIndex(['bob@x.org']))).toBe(`u.${written}`)
  })
})
