import { describe, expect, it } from 'vitest'
import { createMatcher } from '../../lib/scan/matcher.ts'
import { referenceMatches } from '../../lib/scan/opinion/reference-matcher.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { find } from './find.ts'

const uuid = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const decimalUuid = '12345678-1234-1234-1234-123456789012'
const plainUuid = uuid.replaceAll('-', '')

/** `texts` is the manifest, `offsets` where its identifiers are found. */
const cases: { name: string; texts: string[]; content: string; offsets: number[]; caseRule?: 'exact' }[] = [
  { name: 'a number in JSON', texts: ['1234567'], content: '{"user":"1234567","n":1234567}', offsets: [9, 22] },
  { name: 'a number in CSV', texts: ['1234567'], content: 'id,n\n1234567,2\n3,1234567\n', offsets: [5, 17] },
  { name: 'a number in SQL', texts: ['1234567'], content: "VALUES (1234567,'1234567');", offsets: [8, 17] },
  { name: 'a number beside letters', texts: ['1234567'], content: 'user1234567x _1234567_', offsets: [4, 14] },
  { name: 'a number that is all there is', texts: ['1234567'], content: '1234567', offsets: [0] },
  { name: 'a number within a longer one', texts: ['1234567'], content: '12345678 01234567 123456', offsets: [] },
  { name: 'a number beside bytes that are no ASCII', texts: ['1234567'], content: '\xe91234567\xe9', offsets: [1] },
  { name: 'a number padded with zeros', texts: ['0001234'], content: '1234 0001234 00001234', offsets: [5] },
  { name: 'a UUID in any case', texts: [uuid], content: `"${uuid}" ${uuid.toUpperCase()}`, offsets: [1, 39] },
  {
    name: 'a UUID without hyphens',
    texts: [uuid],
    content: `{${plainUuid}} ${plainUuid.toUpperCase()}`,
    offsets: [1, 35],
  },
  {
    name: 'a UUID written without hyphens in the manifest',
    texts: [plainUuid],
    content: `urn:uuid:${uuid}`,
    offsets: [9],
  },
  { name: 'a UUID between hyphens', texts: [uuid], content: `backup-${uuid}-1.gz`, offsets: [7] },
  {
    name: 'a UUID right behind a word or a number',
    texts: [uuid],
    content: `file${uuid} device_ID${uuid.toUpperCase()} shard12${uuid} queue${uuid.replaceAll('-', '_')}`,
    offsets: [4, 50, 94, 136],
  },
  {
    name: 'a UUID in a longer hexadecimal run',
    texts: [uuid],
    content: `${uuid}0 ${plainUuid}f 0${plainUuid} file${plainUuid}`,
    offsets: [],
  },
  {
    name: 'a UUID in a name that may have no hyphens',
    texts: [uuid],
    content: `CREATE SCHEMA tenant_${uuid.replaceAll('-', '_')}; ${uuid.replaceAll('-', '_').toUpperCase()}_old`,
    offsets: [21, 59],
  },
  {
    name: 'a UUID with signs of two kinds, or others',
    texts: [uuid],
    content: `${uuid.replace('-', '_')} ${uuid.replaceAll('-', '_').replace('_', '-')} ${uuid.replaceAll('-', '/')}`,
    offsets: [],
  },
  {
    name: 'a UUID with hyphens elsewhere',
    texts: [uuid],
    content: `${plainUuid.slice(0, 16)}-${plainUuid.slice(16)}`,
    offsets: [],
  },
  {
    name: 'a UUID of decimal digits only, in either spelling',
    texts: [decimalUuid],
    content: `${decimalUuid} ${decimalUuid.replaceAll('-', '')}`,
    offsets: [0, 37],
  },
  {
    name: 'a UUID of decimal digits only, written without hyphens among others in the manifest',
    texts: [plainUuid, decimalUuid.replaceAll('-', '')],
    content: `${decimalUuid} ${decimalUuid.replaceAll('-', '')}`,
    offsets: [0, 37],
  },
  { name: 'an address in JSON', texts: ['bob@x.org'], content: '{"to":"bob@x.org"}', offsets: [7] },
  { name: 'an address in SQL quotes', texts: ['bob@x.org'], content: "email='bob@x.org'", offsets: [7] },
  { name: 'an address in a query', texts: ['bob@x.org'], content: '/send?from=a&to=bob@x.org&x=1', offsets: [16] },
  {
    name: 'an address at the end of a sentence',
    texts: ['bob@x.org'],
    content: 'Ask bob@x.org. Or <bob@x.org>...',
    offsets: [4, 19],
  },
  {
    name: 'an address after a list dash',
    texts: ['bob@x.org'],
    content: '-bob@x.org +bob@x.org .%bob@x.org',
    offsets: [1, 12, 24],
  },
  {
    name: 'a handle with hyphens at its ends',
    texts: ['-x7_K', 'x7-K-'],
    content: '"-x7_K", x7-K-. (--x7_K) x7_K x7-K x7-K---- photos/x7-K-.jpg _x7-K-_ a-x7-K- \\n-x7_K x7-K-_x000D_',
    offsets: [1, 9, 18, 35, 51, 62, 79, 85],
  },
  {
    name: 'an address within another one',
    texts: ['bob@x.org'],
    content: 'a.bob@x.org bob@x.org.uk bob@x.orgs a-bob@x.org',
    offsets: [],
  },
  {
    name: 'an address with a special character',
    texts: ["o'neil@x.org"],
    content: "o'neil@x.org 'o'neil@x.org'",
    offsets: [0, 14],
  },
  {
    name: 'an address and its rest after a special character',
    texts: ["o'neil@x.org", 'neil@x.org'],
    content: "o'neil@x.org",
    offsets: [0, 2],
  },
  { name: 'two addresses that touch', texts: ['a@bob', 'bob@x.org'], content: 'a@bob@x.org', offsets: [0, 2] },
  { name: 'an address in another case', texts: ['Bob@X.org'], content: 'bOB@x.ORG', offsets: [0] },
  {
    name: 'an address in another case when case counts',
    texts: ['Bob@x.org'],
    content: 'bob@x.org Bob@x.org',
    offsets: [10],
    caseRule: 'exact',
  },
  { name: 'a handle in JSON', texts: ['bob_smith'], content: '{"u":"bob_smith"}', offsets: [6] },
  { name: 'a handle after @', texts: ['bob_smith'], content: 'thanks @bob_smith!', offsets: [8] },
  {
    name: 'a handle that is the local part of an address',
    texts: ['bob_smith'],
    content: 'bob_smith@x.org',
    offsets: [0],
  },
  { name: 'a handle in a longer run', texts: ['bob_smith'], content: 'bob_smith2 xbob_smith bob_smit', offsets: [] },
  { name: 'a handle in another case', texts: ['bob_smith'], content: 'BOB_Smith', offsets: [0] },
  {
    name: 'a handle in another case when case counts',
    texts: ['bob_smith'],
    content: 'BOB_Smith',
    offsets: [],
    caseRule: 'exact',
  },
  {
    name: 'a handle beside letters beyond ASCII',
    texts: ['bob_smith'],
    content: '\xc3\xa9bob_smith\xc3\xa9',
    offsets: [2],
  },
  {
    name: 'a dotted identifier at the end of a sentence',
    texts: ['jane.doe'],
    content: 'by jane.doe... or --jane.doe--',
    offsets: [3, 20],
  },
  {
    name: 'a dotted identifier in a longer run',
    texts: ['jane.doe'],
    content: 'jane.doe.x a-jane.doe jane.doe_ jane.do',
    offsets: [],
  },
  { name: 'a dotted identifier in CSV', texts: ['jane.doe', 'x-1'], content: 'jane.doe,x-1\nx-1', offsets: [0, 9, 13] },
  {
    name: 'identifiers of several shapes in one place',
    texts: ['123', '123.456.7', 'bob', 'bob@123.456.7'],
    content: 'bob@123.456.7',
    offsets: [0, 0, 4, 4],
  },
  { name: 'nothing', texts: ['1234567'], content: '', offsets: [] },
]

const cuts = [[1], [2], [3], [7], [64], [1000]]

describe('matcher', () => {
  for (const { name, texts, content, offsets, caseRule = 'fold' } of cases) {
    const index = makeIndex(texts, { caseRule })
    it(`${offsets.length === 0 ? 'does not take for an identifier' : 'finds'}: ${name}`, () => {
      for (const sizes of cuts)
        expect(find(index, content, { sizes }).occurrences.map(({ offset }) => offset)).toStrictEqual(offsets)
      expect(referenceMatches(index, Buffer.from(content, 'latin1')).map(({ offset }) => offset)).toStrictEqual(offsets)
    })
  }

  it('counts records from 1, by newlines, and a last one without a newline', () => {
    const index = makeIndex(['1234567'])
    const lines = ['1234567', '', 'x', '1234567 1234567', '\r', '1234567']
    for (const sizes of cuts) {
      const open = find(index, lines.join('\n'), { sizes, blockBytes: 5 })
      expect(open.occurrences.map(({ record }) => record)).toStrictEqual([1, 4, 4, 6])
      expect(open.records).toBe(6)
      expect(find(index, `${lines.join('\n')}\n`, { sizes, blockBytes: 5 }).records).toBe(6)
    }
    expect(find(index, '').records).toBe(0)
    expect(find(index, '\n\n').records).toBe(2)
  })

  it('names the subject by the ordinal of its canonical spelling', () => {
    const index = makeIndex(['Bob@X.org', uuid])
    const found = find(index, `bob@x.org ${plainUuid}`).occurrences.map(({ ordinal }) => ordinal)
    expect(found).toStrictEqual([index.ordinalOf('email', 'bob@x.org'), index.ordinalOf('uuid', plainUuid)])
  })

  it('reports what is decided at once, and what touches a cut-off end never', () => {
    const index = makeIndex(['1234567'])
    const offsets: number[] = []
    const matcher = createMatcher(index, ({ offset }) => offsets.push(offset))
    matcher.write(Buffer.from('1234567 1234567'))
    expect(offsets).toStrictEqual([0])
    matcher.end()
    expect(offsets).toStrictEqual([0, 8])
  })
})

describe('identifiers of the greatest length', () => {
  const longest = {
    decimal: '1'.repeat(254),
    handle: 'h'.repeat(254),
    dotted: `${'d.'.repeat(126)}dd`,
    'an e-mail address with a long domain': `a@${'b'.repeat(252)}`,
    'an e-mail address with a long local part': `${'c'.repeat(252)}@d`,
  }
  for (const [name, text] of Object.entries(longest))
    it(`are found in small blocks: ${name}`, () => {
      const index = makeIndex([text, uuid])
      const content = `${'-'.repeat(600)} ${uuid},${text},${uuid},${'x'.repeat(300)} ${text} ${text}1 ${text}`
      const expected = referenceMatches(index, Buffer.from(content))
      expect(expected.length).toBe(5)
      for (const blockBytes of [1, 2, 31, 255, 512, 1000])
        for (const sizes of [[1], [13, 254], [5000]])
          expect(find(index, content, { sizes, blockBytes }).occurrences).toStrictEqual(expected)
    })
})

describe('runs that are much longer than any identifier', () => {
  it('may be hyphens behind what a handle has behind it, however they are cut', () => {
    const index = makeIndex(['bob.x', '-bob.x-'])
    for (const behind of ['', '.csv', '_x000D_', '-_x000D_'])
      for (const before of ['-', '']) {
        const content = `${before}bob.x${behind}${'-'.repeat(200)}`
        const expected = referenceMatches(index, Buffer.from(content))
        expect(expected).not.toEqual([])
        for (const blockBytes of [1, 7, 100])
          expect(find(index, content, { sizes: [1, 40], blockBytes }).occurrences).toStrictEqual(expected)
      }
  })

  const index = makeIndex(['111', '1111111', 'bob', 'bob@x.org', 'bob.x', 'a'.repeat(32)])
  const million = 1_000_000
  const runs = ['1', 'a', '.', '-', '%', "'", '@', '_', '\n', 'ab.', '1-', "'.", 'a@'].map((text) => ({
    text,
    run: text.repeat(million / text.length),
  }))
  const around: { name: string; of: (run: string) => string }[] = [
    { name: 'alone', of: (run) => run },
    { name: 'between identifiers that touch it', of: (run) => `bob@x.org${run}bob@x.org` },
    { name: 'after an identifier, before another character', of: (run) => `bob.x${run}z 1111111 bob.x` },
    { name: 'between identifiers that do not touch it', of: (run) => `1111111 ${run} bob.x` },
    { name: 'before a special character and an identifier', of: (run) => `bob@x.org ${run}=bob@x.org` },
  ]
  for (const { text, run } of runs)
    it(`are matched exactly: ${JSON.stringify(text)} a million times`, () => {
      for (const { of } of around) {
        const content = Buffer.from(of(run), 'latin1')
        const whole = find(index, content)
        const cut = find(index, content, { sizes: [70_001, 1, 255, 4096] })
        expect(cut).toStrictEqual(whole)
        // The slow matcher is quadratic in the run; a thousandth of it must give the same places from either end.
        const short = Buffer.from(of(run.slice(0, Math.floor(1002 / text.length) * text.length)), 'latin1')
        const shorter = content.length - short.length
        const expected = referenceMatches(index, short)
        expect(find(index, short, { sizes: [1, 63], blockBytes: 64 }).occurrences).toStrictEqual(expected)
        expect(endsOf(whole.occurrences, content.length)).toStrictEqual(
          endsOf(
            expected.map((each) =>
              each.offset > short.length / 2 ? { ...each, offset: each.offset + shorter } : each,
            ),
            content.length,
          ),
        )
      }
    })
})

/** Occurrences within 300 bytes of either end; runs may be full of others. */
function endsOf(occurrences: { ordinal: number; offset: number }[], length: number): string[] {
  return occurrences
    .filter(({ offset }) => offset < 300 || offset > length - 300)
    .map(({ ordinal, offset }) => `${ordinal} at ${offset}`)
}
