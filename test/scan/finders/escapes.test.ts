import { describe, expect, it } from 'vitest'
import { endsEscape, longestEscape } from '../../../lib/scan/finders/escapes.ts'
import { referenceMatches } from '../../../lib/scan/opinion/reference-matcher.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { find } from '../find.ts'

const uuid = '550e8400-e29b-41d4-a716-446655440000'
const identifiers = ['123456', uuid, 'bob@example.com', 'jane_doe', 'jane.doe']
const index = makeIndex(identifiers)
const spellings = [...identifiers, uuid.replaceAll('-', ''), uuid.toUpperCase()]

/** Each as the bytes of a content. */
const escapes = [
  ...['n', 't', 'r', 'b', 'f', 'v', 'a', 'e', 'E', 'd', 'l', 's', '0', 'Z', 'L', 'N', 'P', 'x'].map(
    (letter) => `\\${letter}`,
  ),
  ...[
    '\\x22',
    '\\x2F',
    '\\xfF',
    '\\047',
    '\\012',
    '\\377',
    '\\u0027',
    '\\u003c',
    '\\u00E9',
    '\\U00000027',
    '\\U201c',
    '\\UABCDEF01',
  ],
  // Names of control characters in what Haskell shows.
  ...['\\NUL', '\\SOH', '\\DEL', '\\ESC', '\\DC1', '\\SO', '\\US', '\\EM'],
  // In decimal, as OCaml, Lua and names of DNS write bytes; `UNISTR` of Oracle and `U&''`; names that `unzip` wrote.
  ...['\\195\\169', '\\009', '\\201C', '\\00fc', '#U00fc', '#L01f600'],
  ...['^M', '^n', '\\h', '\\^J', '^FD', '^FV', '\x1bE', '\x1bM', '\x1bNHo'],
  ...['%22', '%3D', '%3d', '%2522', '%25252522', `%${'25'.repeat(8)}22`, '#011', '#U#011', '#L01#011', '#037'],
  ...[
    '\x1b[m',
    '^[[1;31m',
    '\x1b[31m',
    '\x1b[1;31m',
    '\x1b[38;2;255;100;100m',
    '\x1b[2K',
    '\x1b[?2004h',
    '\\u001b[?25l',
    '\\u001b[0m',
    '\\x1B[0m',
    '\\033[1m',
  ],
  ...['\\e[0m', '#033[0m', '%1b[0m', '\\u001B[1;38;5;208;48m'],
  // As Jenkins, pytest, Go and Robot Framework write colours into XML, and others into query strings.
  ...[
    '&#x1b;[32m',
    '&#27;[1;32m',
    '#x1B[32m',
    '\xef\xbf\xbd[32m',
    '[32m',
    '%1B%5B32m',
    '%5b0m',
    '\\u{1b}[32m',
    '\xe2\x86\x90[0m',
  ],
  ...['&#x1b;[K', '\xef\xbf\xbd[2K', '%1B%5BK', '#22', '#7B', '#7C'],
  ...['#177', '\\#033', '\\#303\\#251', '#303#251', '#C3#A9', '\\C3\\A9', '\\e7\\94\\a8', '#E7#94#A8'],
]
/** What may stand before an escape and changes nothing. */
const befores = ['', '"hi', ' ', '\\', '\\\\', '\\n', '\\\\u0027', '123', 'bob', '\xff', ' '.repeat(90)]
const behinds = ['', '"', '\\n', '\\u0027', '\\x22', '\\\\n', '%22', '#011', '\x1b[0m', '\n']

describe('an identifier that an escape glues onto', () => {
  for (const glue of escapes)
    it(`is found behind ${JSON.stringify(glue)}, whatever is before that and wherever it is cut`, () => {
      for (const spelling of spellings)
        for (const [at, before] of befores.entries()) {
          const content = `${before}${glue}${spelling}${behinds[at % behinds.length]}`
          const start = before.length + glue.length
          const found = find(index, content).occurrences
          expect(found).toContainEqual({ ordinal: ordinalOf(spelling), record: 1, offset: start })
          for (const size of [1, 2, 3, 5, 7, 11, 13, 23])
            expect(find(index, content, { sizes: [size], blockBytes: 4 }).occurrences).toStrictEqual(found)
          for (let size = start - glue.length; size <= start + 1; size++)
            expect(find(index, content, { sizes: [Math.max(1, size), 1000] }).occurrences).toStrictEqual(found)
          expect(referenceMatches(index, Buffer.from(content, 'latin1'))).toStrictEqual(found)
        }
    })

  it('is found behind the 0x of SQL, as dumps write the bytes of an ObjectId, and one that begins with 0x as it is', () => {
    const id = '5f7c8ec7c33c6c004bbafe82'
    const wallet = '0x52908400098527886e0f7030069857d2e4169ee7'
    const index = makeIndex([id, wallet])
    for (const text of [`(0x${id})`, `,0X${id.toUpperCase()},`, `"\\n0x${id}"`, ` ${wallet} `, `(0x${wallet})`])
      for (const sizes of [[1], [7], [1000]]) {
        const found = find(index, text, { sizes }).occurrences
        expect(found).toHaveLength(1)
        expect(found).toStrictEqual(referenceMatches(index, Buffer.from(text)))
      }
    for (const text of [`(00x${id})`, `(0y${id})`, `(0x0${id})`, `(a0x${id})`])
      expect(find(index, text).occurrences).toEqual([])
  })

  it('is found behind a number of up to seven digits, as Perl, Lua and Haskell write characters, unless a digit follows', () => {
    const letters = 'f50e8400-e29b-41d4-a716-446655440000'
    const index = makeIndex([letters, ...identifiers])
    for (const glue of ['\\9', '\\37', '\\\\1', 'x\\13', '\\8220', '\\128512'])
      for (const spelling of [letters, letters.replaceAll('-', ''), 'bob@example.com', 'jane_doe', 'jane.doe'])
        for (const before of ['', 'bob', ' '.repeat(90)])
          for (const sizes of [[1], [3, 40], [1000]]) {
            const content = `${before}${glue}${spelling}\\37`
            const found = find(index, content, { sizes }).occurrences
            expect(found.map(({ offset }) => offset)).toContain(before.length + glue.length)
            expect(referenceMatches(index, Buffer.from(content))).toStrictEqual(found)
          }
    for (const text of ['\\9123456', '\\37123456', '\\999123456', '\\82200123456', '\\12345678jane_doe'])
      expect([text, find(index, text).occurrences]).toEqual([text, []])
  })

  it('is found before characters like _x000D_, which readers of workbooks hand on', () => {
    const long = 'x'.repeat(70)
    for (const spelling of ['jane_doe', 'jane.doe', 'bob@example.com', '123456'])
      for (const before of ['', '\\n', ' ', `${long} `])
        for (const behind of ['_x000D_', '_x000d_\\n', '_x000D__x000A_', '._x000D_\n', '_x000D_\x1f'])
          for (const sizes of [[1], [3, 40], [1000]]) {
            const content = `${before}${spelling}${behind}`
            const found = find(index, content, { sizes }).occurrences
            expect([content, found.map(({ offset }) => offset)]).toEqual([content, [before.length]])
            expect(referenceMatches(index, Buffer.from(content))).toStrictEqual(found)
          }
    for (const text of ['jane_doe_x00D_', 'jane_doe_x000G_', 'jane_doex000D_', 'jane_doe_x000D', 'jane.doe_u000D_'])
      expect([text, find(index, text).occurrences]).toEqual([text, []])
  })

  it('is found behind a no-break space of YAML', () => {
    for (const spelling of spellings)
      for (const sizes of [[1], [1000]]) {
        const found = find(index, `"a\\_${spelling}\\_"`, { sizes }).occurrences
        expect(found.map(({ offset }) => offset)).toEqual([4])
      }
    expect(find(index, '_jane.doe').occurrences).toEqual([])
  })

  it('is found before every escape', () => {
    for (const glue of escapes)
      for (const spelling of spellings)
        for (const sizes of [[1], [1000]])
          expect(find(index, ` ${spelling}${glue} x`, { sizes }).occurrences).toContainEqual(
            expect.objectContaining({ ordinal: ordinalOf(spelling), offset: 1 }),
          )
  })

  it('is also found where the escape is part of the identifier, as text', () => {
    const cases: [text: string, content: string][] = [
      ['nbob_smith', 'C:\\nbob_smith\\x'],
      ['nbob@example.com', 'DOMAIN\\nbob@example.com'],
      ['0027123456', '\\u0027123456'],
      ['u0027.x', '\\u0027.x'],
      [`27${uuid.slice(2)}`, `\\x27${uuid.slice(2)}`],
      ['22bob@x.org', '%22bob@x.org'],
    ]
    for (const [text, content] of cases) {
      const own = makeIndex([text])
      const found = find(own, content).occurrences
      expect(found.map(({ ordinal }) => own.isControl(ordinal))).toStrictEqual([false])
      expect(referenceMatches(own, Buffer.from(content, 'latin1'))).toStrictEqual(found)
    }
  })

  it('is found once for each reading: as text and behind the escape', () => {
    const both = makeIndex(['jane_doe', 'njane_doe', 'x.jane.doe', 'jane.doe', 'nbob@x.org', 'bob@x.org'])
    const content = '\\njane_doe \\nbob@x.org'
    expect(find(both, content).occurrences.map(({ offset }) => offset)).toStrictEqual([1, 2, 12, 13])
  })

  it('is another one where no escape ends', () => {
    for (const glue of [
      'n',
      '\\q',
      '\\x2',
      '\\xg2',
      '\\u002',
      '\\u00g7',
      '\\U0000002',
      '\\x201',
      '\\20g0',
      '#U201',
      '#u201c',
      '#L201c',
      '%2',
      '#111',
      '#040',
      '[m',
      '[0K',
      '(0m',
      '#20',
      '#7b',
      ...['#176', '#167', '#117', '#43#A9', '#C3#69', '#C3#29', '#C3-A9', '#103#251', '#303#151', '\\C3#A9'],
      '%5C0m',
      '\x1b0m',
      '/x1b[0K',
    ])
      expect([glue, find(index, `${glue}jane_doe`).occurrences]).toStrictEqual([glue, []])
    for (const glue of ['0', '\\1', '\\x2', '\\u002', '%2', '#11', '\x1bN0'])
      expect([glue, find(index, `${glue}123456`).occurrences]).toStrictEqual([glue, []])
  })
})

describe('an escape before more "." and "-" than are kept', () => {
  for (const glue of ['\\n', '\\012', '\\u0027', '\\U00000027', '%22', '\x1b[0m'])
    it(`still begins a dotted identifier and an address: ${JSON.stringify(glue)}`, () => {
      for (const length of [1, 8, 31, 32, 33, 60, 127, 128, 129, 5000]) {
        const content = `${glue}${'.-'.repeat(length)}jane.doe ${glue}${'.-'.repeat(length)}bob@example.com`
        const expected = referenceMatches(index, Buffer.from(content, 'latin1'))
        expect(expected.map(({ ordinal }) => ordinal)).toStrictEqual(['jane.doe', 'bob@example.com'].map(ordinalOf))
        for (const sizes of [[1], [3, 40], [20_000]])
          expect(find(index, content, { sizes, blockBytes: 8 }).occurrences).toStrictEqual(expected)
      }
    })
})

it('every escape is told from its last byte, and none is longer than what is kept', () => {
  for (const glue of escapes) {
    const bytes = Buffer.from(`x${glue}y`, 'latin1')
    expect(endsEscape(bytes, bytes.length - 1)).toBe(true)
    expect(glue.length).toBeLessThanOrEqual(longestEscape)
  }
  const longest = Buffer.from(`\\u001b[${'1'.repeat(16)}m`, 'latin1')
  expect([longest.length, endsEscape(longest, longest.length)]).toStrictEqual([longestEscape, true])
  expect(endsEscape(Buffer.from(`\\u001b[${'1'.repeat(17)}m`), longestEscape + 1)).toBe(false)
})

function ordinalOf(spelling: string): number {
  const text = spelling.toLowerCase()
  const shapes = { decimal: text, uuid: text.replaceAll('-', ''), email: text, handle: text, dotted: text }
  return Math.max(...Object.entries(shapes).map(([shape, each]) => index.ordinalOf(shape as keyof typeof shapes, each)))
}
