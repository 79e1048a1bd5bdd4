import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { suffixes } from '../../../lib/scan/finders/alphabets.ts'
import { storedOrders } from '../../../lib/scan/finders/stored-uuid.ts'
import { referenceMatches } from '../../../lib/scan/opinion/reference-matcher.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { find } from '../find.ts'

const uuid = '550e8400-e29b-41d4-a716-446655440000'
const index = makeIndex(['bob@x.org', 'ana_k@mail.x.org', 'bob_w77', '_x_', 'bob.smith', 'ab.csv.smith', uuid])
const ordinals = {
  email: index.ordinalOf('email', 'bob@x.org'),
  handle: index.ordinalOf('handle', 'bob_w77'),
  dotted: index.ordinalOf('dotted', 'bob.smith'),
  uuid: index.ordinalOf('uuid', uuid.replaceAll('-', '')),
}

describe('what stands beside an identifier', () => {
  const piece = fc.constantFrom(
    ...[
      'bob',
      '@',
      'x',
      '.org',
      'ana_k',
      'mail',
      '.',
      '-',
      '_',
      '+',
      'w77',
      '.csv',
      '.tar.GZ',
      '.invalid',
      '2026',
      '#EXT#@',
      '#ext#',
      '=',
      '=x.org',
      'x.org=',
      '..',
      '--',
      '.Or',
      'Thanks',
      uuid,
      uuid.replaceAll('-', '_'),
      uuid.replace('-', '_'),
      ' ',
      '\\n',
    ],
    ...[
      'bob@x.org',
      'bob_w77',
      'bob.smith',
      '_x_',
      'ab.csv.smith',
      'ana_k_mail.x.org',
      'a'.repeat(20),
      '.'.repeat(30),
      '_'.repeat(4),
      '%22',
    ],
    ...storedOrders(Buffer.from(uuid.replaceAll('-', ''), 'hex')).map((bytes) => bytes.toString('hex')),
  )
  const content = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''))
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 })

  it('is judged as the slow matcher does, with the kernel and without, however the bytes are cut', () => {
    fc.assert(
      fc.property(content, sizes, fc.integer({ min: 1, max: 200 }), (text, cut, blockBytes) => {
        const expected = referenceMatches(index, Buffer.from(text)).map(({ ordinal, offset }) => [ordinal, offset])
        for (const looking of ['kernel', 'plain'] as const) {
          const { occurrences } = find(index, text, { sizes: cut, blockBytes, looking })
          expect(occurrences.map(({ ordinal, offset }) => [ordinal, offset])).toEqual(expected)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('is looked behind as far by the kernel as without it, to the byte', () => {
    const found = new Set<number>()
    for (let length = 40; length < 100; length++)
      for (const text of [
        `bob@x.org-${'a'.repeat(length)}`,
        `bob.smith${'.csv'.repeat(length)}`.slice(0, length - (length % 4) + 9),
      ]) {
        const expected = referenceMatches(index, Buffer.from(` ${text} `)).length
        found.add(expected)
        for (const looking of ['kernel', 'plain'] as const)
          expect([text, find(index, ` ${text} `, { looking }).occurrences.length]).toEqual([text, expected])
      }
    expect([...found].toSorted()).toEqual([0, 1])
  })

  const cases: { name: string; content: string; kind: keyof typeof ordinals; at: number[] }[] = [
    {
      name: 'the ending of a file',
      content: '/a/bob@x.org.json bob@x.org.tar.gz bob@x.org.JSON-1',
      kind: 'email',
      at: [3, 18, 35],
    },
    {
      name: 'a unit of systemd',
      content: 'bob@x.org.service bob@x.org.timer bob@x.org.target',
      kind: 'email',
      at: [0, 18],
    },
    { name: 'a hyphen behind a domain', content: 'bob@x.org-2026.csv', kind: 'email', at: [0] },
    {
      name: 'another domain',
      content: 'bob@x.org.uk bob@x.org.csvx bob@x.org2-a bob@x-org.json',
      kind: 'email',
      at: [],
    },
    {
      name: 'a label of digits',
      content: 'bob@x.org.1 bob@x.org.20240101.eml bob@x.org.2a',
      kind: 'email',
      at: [0, 12],
    },
    {
      name: 'points or hyphens before an address',
      content: 'Write to...bob@x.org Mail......_bob@x.org ours--bob@x.org--or',
      kind: 'email',
      at: [11, 32, 48],
    },
    { name: 'points behind an address', content: 'bob@x.org...or bob@x.org..', kind: 'email', at: [0, 15] },
    { name: 'a sentence behind an address', content: 'bob@x.org.Thanks bob@x.org.Is-it?', kind: 'email', at: [0, 17] },
    {
      name: 'another domain in capitals, or a single point',
      content: 'BOB@X.ORG.UK bob@X.ORG.Uk bob@x.org.A bob@x.org.McX mail.bob@x.org',
      kind: 'email',
      at: [],
    },
    { name: 'a key or a certificate', content: 'bob@x.org.p12,bob@x.org.conf', kind: 'email', at: [0, 14] },
    {
      name: 'markup around a name',
      content: '_bob.smith_ __bob.smith__ \\n_bob.smith_',
      kind: 'dotted',
      at: [1, 14, 29],
    },
    {
      name: 'a longer name in markup',
      content: '_bob.smith bob.smith_ ____bob.smith____ x_bob.smith bob.smith_x _bob.smithx xbob.smith_',
      kind: 'dotted',
      at: [],
    },
    { name: 'the separator of EDIFACT', content: "COM+bob@x.org:EM'", kind: 'email', at: [4] },
    { name: 'a tag of the address', content: 'bob+news@x.org', kind: 'email', at: [] },
    { name: 'the tenant of a guest', content: 'bob_x.org#EXT#@contoso.onmicrosoft.com', kind: 'email', at: [0] },
    {
      name: 'a bounce to who sent it',
      content: 'news-bob=x.org@y.org b+1-2-BOB=X.org@em.y.org bob=x.org__0-5f@y.org news+bob=x.org@y.org',
      kind: 'email',
      at: [5, 27, 46, 73],
    },
    {
      name: 'a sender that was rewritten',
      content: 'SRS0=Hh=TT=x.org=bob@y.org SRS1=Hh=z.org==Hh=TT=x.org=bob@y.org me+SRS=a=b=x.org=bob@y.org',
      kind: 'email',
      at: [11, 48, 75],
    },
    {
      name: 'no address in another one',
      content:
        '-rob=x.org@y.org -bob=x@y.org -bob=x.orgs@y.org -a.bob=x.org@y.org =x.org=bo@y.org -bob=x.org user=bob=x.org@y.org',
      kind: 'email',
      at: [],
    },
    {
      name: 'no tenant',
      content: 'bob_x.org#EXT@contoso.com bob-x.org#EXT#@contoso.com bob_x.org-news@contoso.com',
      kind: 'email',
      at: [],
    },
    { name: 'markup around an address', content: '_bob@x.org_ __bob@x.org__', kind: 'email', at: [1, 14] },
    { name: 'markup around a handle', content: '_bob_w77_ __bob_w77__ \\n_bob_w77_', kind: 'handle', at: [1, 12, 25] },
    { name: 'a longer handle', content: '____bob_w77 x_bob_w77 bob_w77_x', kind: 'handle', at: [] },
    {
      name: 'the ending of a file behind a name',
      content: 'bob.smith.png /bob.smith.tar.gz',
      kind: 'dotted',
      at: [0, 15],
    },
    { name: 'a longer name', content: 'bob.smith.jr bob.smith-csv', kind: 'dotted', at: [] },
  ]
  test.each(cases)('$name', ({ content, kind, at }) => {
    for (const looking of ['kernel', 'plain'] as const) {
      const { occurrences } = find(index, content, { looking })
      expect(occurrences.filter(({ ordinal }) => ordinal === ordinals[kind]).map(({ offset }) => offset)).toEqual(at)
    }
  })

  const ofOthers: { identifier: string; content: string; at: number[] }[] = [
    // Behind the domain a hyphen, and letters from the first to the last.
    { identifier: 'bob@x.za', content: 'bob@x.za-2026.csv BOB@X.ZA-a.csv', at: [0, 18] },
    { identifier: 'bob@x.c0.org', content: 'bob@x.c0.org-2026.csv', at: [0] },
    { identifier: 'bob@x.o2', content: 'bob@x.o2-a.org', at: [] },
    { identifier: 'bob@x.my-org', content: 'bob@x.my-org-2.de', at: [] },
    { identifier: 'bob@x.org.o', content: 'bob@x.org.o-2.de', at: [] },
    // Bounces of an address with a point, and what has other signs around it.
    { identifier: 'bob.b@x.org', content: 'news-bob.b=x.org@y.org b+1-a.bob.b=x.org@y.org', at: [5] },
    { identifier: 'bob@x.org', content: '-bob=x.org+5@y.org bob=x.org_ news@y.org', at: [] },
    // A label of digits, and sentences.
    { identifier: 'bob@x.org', content: 'bob@x.org.1-a bob@x.org.09.1', at: [0, 14] },
    {
      identifier: 'bob@x.org',
      content: 'bob@x.org.And bob@x.org.Zum bob@x.org.Jazz bob@x.org.Thanks.Ana',
      at: [0, 14, 28, 43],
    },
    { identifier: 'ana@x.oz', content: 'ana@x.oz.Thanks', at: [0] },
    // Names are not files because of what stands in the middle.
    { identifier: 'bob.smith', content: 'bob.smith.csv-1 bob.smith.1', at: [] },
  ]
  test.each(ofOthers)('$identifier in $content', ({ identifier, content, at }) => {
    const own = makeIndex([identifier])
    for (const looking of ['kernel', 'plain'] as const)
      expect(find(own, content, { looking }).occurrences.map(({ offset }) => offset)).toEqual(at)
  })

  test('digits of a UUID are found in every order that its bytes are stored in, as dumps write them', () => {
    for (const bytes of storedOrders(Buffer.from(uuid.replaceAll('-', ''), 'hex')))
      for (const [before, behind] of [
        ['0x', ','],
        ["X'", "'"],
        ['\\\\x', '\t'],
      ])
        for (const digits of [bytes.toString('hex'), bytes.toString('hex').toUpperCase()]) {
          const { occurrences } = find(index, `${before}${digits}${behind}`)
          expect(occurrences).toMatchObject([{ ordinal: ordinals.uuid, offset: before!.length }])
        }
  })

  test('no ending of a file is one of a domain that many have, or longer than the kernel looks', () => {
    for (const suffix of suffixes) expect(suffix).toMatch(/^[a-z0-9]{1,7}$/)
    for (const domain of ['com', 'org', 'net', 'de', 'uk', 'io', 'ai', 'co', 'eu', 'info', 'biz', 'dev', 'app'])
      expect(suffixes.has(domain)).toBe(false)
  })
})
