import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { longestLine, placeHead } from '../../../lib/scan/places/place-keeper.ts'
import { scanSlice } from '../../../lib/scan/slices/scan-slice.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { collectorOf, findPlaces, inPieces, wheresIn } from './find-places.ts'

const id = '1234567890123456789'
const email = 'bob@x.org'
const index = makeIndex([id, email, 'carol_7'])

describe('where a finding is in JSON', () => {
  it('is the field of its record, in JSON Lines', async () => {
    const lines = `{"id":1}\n{"user":{"id":"${id}"}}\n{"items":[1,2,3,{"owner":${id}}]}\n`
    expect(await wheresIn(index, lines)).toEqual([{ field: 'user.id' }, { field: 'items[3].owner' }])
  })

  it('is the field of a document of several lines, also a compressed one', async () => {
    const text = JSON.stringify({ users: [{ name: 'x' }, { contact: { email } }] }, undefined, 2)
    expect(await wheresIn(index, text)).toEqual([{ field: 'users[1].contact.email' }])
    expect(await wheresIn(index, gzipSync(text))).toEqual([{ field: 'users[1].contact.email' }])
  })

  it('is told of what is written in a form', async () => {
    const [found] = await findPlaces(index, `{"id":1}\n{"message":{"to":"bob%40x.org"}}\n`)
    expect(found).toMatchObject({ form: 'percent', where: { field: 'message.to' } })
  })

  it('shows no name that may be somebody, only which member it is', async () => {
    const map = { followers: { dave: { friends: ['carol_7'] }, carol_7: 1, '9876543210987654321': [id] } }
    expect(await wheresIn(index, JSON.stringify(map))).toEqual([
      { field: 'followers.#1.friends[0]' },
      { field: 'followers.#2', isName: true },
      { field: 'followers.#3[0]' },
    ])
  })

  it('shows no word that is an identifier in scope', async () => {
    const handles = makeIndex(['owner', 'carol_7'])
    expect(await wheresIn(handles, '{"user":{"owner":"carol_7"}}\n')).toEqual([
      { field: 'user.#1', isName: true },
      { field: 'user.#1' },
    ])
  })

  it('shows no words that are an identifier together', async () => {
    const handles = makeIndex(['sales.team', 'carol_7'])
    const text = '{"sales":{"team":["carol_7"],"user":"carol_7"},"items":[{"sales":{"team":"carol_7"}}]}\n'
    expect(await wheresIn(handles, text)).toEqual([
      { field: '#1.#1[0]' },
      { field: 'sales.user' },
      { field: '#2[0].#1.#1' },
    ])
  })

  it('is not told of a line that is too long, of what is no JSON, and of what was cut off', async () => {
    const long = `{"a":"${' '.repeat(longestLine)}","id":${id}}\n`
    const fits = `{"a":"${' '.repeat(longestLine - 100)}","id":${id}}\n`
    expect(await wheresIn(index, long)).toEqual([undefined])
    expect(await wheresIn(index, fits)).toEqual([{ field: 'id' }])
    expect(await wheresIn(index, `[INFO] user ${id} came\n`)).toEqual([undefined])
    const cut = gzipSync(`{"id":${id}}\n${'{"a":1}\n'.repeat(placeHead)}{"id":${id},"a":1`).subarray(0, -4)
    expect(await wheresIn(index, cut)).toEqual([{ field: 'id' }, undefined])
  })
})

describe('where a finding is in a table', () => {
  it.each([
    ['commas', ','],
    ['tabs', '\t'],
    ['semicolons', ';'],
    ['bars', '|'],
  ])('is its column, by number and by a name that is nobody: %s', async (_what, sign) => {
    const rows = [
      ['user_id', 'dave smith', 'e-mail'],
      ['1', 'x', 'y'],
      [id, 'x', email],
      ['"a"', `"${sign} ""b"" ${email}"`, ''],
    ]
    const text = rows.map((row) => `${row.join(sign)}\r\n`).join('')
    expect(await wheresIn(index, text)).toEqual([{ column: 1, columnName: 'user_id' }, { column: 3 }, { column: 2 }])
  })

  it('is not told where a row has other columns than the first line, as one of several lines has', async () => {
    const text = `id,text\n0,x\n1,"a\n${email}, b"\n${id},"c\nd"\n2,"a\n${email}, ""b"",x"\n3,5" ${email}\n`
    expect(await wheresIn(index, text)).toEqual([undefined, undefined, undefined, { column: 2, columnName: 'text' }])
  })

  it('shows nothing of a first line that is data', async () => {
    expect(await wheresIn(index, `dave,17\ncarol_7,18\n`)).toEqual([{ column: 1 }])
  })

  it('is nothing in other texts', async () => {
    expect(await wheresIn(index, `dear all,\nplease ask, soon, ${email} about it, or\nthanks\n`)).toEqual([undefined])
  })
})

const piece = fc.constantFrom(
  `{"user":{"id":"${id}"}}`,
  `{"users":["x",{"email":"${email}"}]}`,
  '{"to":"bob%40x.org","carol_7":1}',
  `{"text":"${' '.repeat(300)}","id":${id}}`,
  `{"text":"${'x y '.repeat(longestLine / 4 - 8)}","id":${id}}`,
  `{"text":"${'x y '.repeat(longestLine / 4)}","id":${id}}`,
  `${'a,'.repeat(12)}${email}`,
  `user_id,b,c\n1,2,3\n4,${email},"${id}"\n5,"a\n${email}",2`,
  '{\n "user": {\n  "email": "Bob@x.org"\n }\n}',
  'carol_7\\u0040 and carol_7',
  '',
  ' '.repeat(70),
)
const text = fc
  .array(piece, { minLength: 1, maxLength: 12, size: 'max' })
  .map((pieces) => Buffer.from(pieces.join('\n')))

describe('what is told of findings', () => {
  it('is the same however a text is cut, and holds no identifier', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom(61, 997, 8191, 65_536, 70_001), async (bytes, size) => {
        const whole = await findPlaces(index, bytes)
        expect(await findPlaces(index, bytes, size)).toStrictEqual(whole)
        expect(JSON.stringify(whole.map(({ where }) => where))).not.toMatch(/1234567890123456789|bob|carol/i)
      }),
      { numRuns: 60 },
    )
  })

  it('is the same where a document goes on in a piece longer than a line may be', async () => {
    const long = `{"text":"${'x y '.repeat(longestLine / 4)}","id":${id}}`
    const user = `{"user":{"id":"${id}"}}`
    const bytes = Buffer.from(['{', '"user": {', `"id": "${id}"`, '}', '}', long, user, long, user].join('\n'))
    const whole = await findPlaces(index, bytes)
    const field = (name: string) => ({ field: name })
    expect(whole.map(({ where }) => where)).toEqual(['user.id', 'id', 'user.id', 'id', 'user.id'].map(field))
    for (const size of [longestLine + 10, 70_001]) expect(await findPlaces(index, bytes, size)).toStrictEqual(whole)
  })

  it('is the same byte by byte', async () => {
    const bytes = Buffer.from(
      `user_id,b\n1,2\n${id},${email}\ncarol_7,bob%40x.org\n${' '.repeat(placeHead)}\n{"a":{"id":"${id}"}}\n${email},x`,
    )
    const whole = await findPlaces(index, bytes)
    expect(whole).toHaveLength(6)
    expect(await findPlaces(index, bytes, 1)).toStrictEqual(whole)
  })

  it('is the same of slices, wherever they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), async (bytes, cuts) => {
        fc.pre(bytes.length > 0 && !bytes.includes('{\n'))
        const edges = [0, ...new Set(cuts.map((cut) => cut % bytes.length)), bytes.length]
        const bounds = [...new Set(edges)].toSorted((a, b) => a - b)
        let records = 0
        const found = collectorOf(index)
        for (const [at, from] of bounds.slice(0, -1).entries()) {
          const before = records
          const own = collectorOf(index)
          const scan = await scanSlice(
            (range) => inPieces(bytes.subarray(range.from, range.to), 8191),
            { from, to: bounds[at + 1]! },
            bytes.length,
            index,
            (each) => own.add('content', each),
          )
          if (scan.kind !== 'read') throw new Error(`expected a slice to be read, got ${scan.kind}`)
          records += scan.records
          for (const { tag, ...each } of own.listed)
            found.add('content', { ...each, record: before + each.record, ordinal: Number(tag) })
        }
        expect(found.listed).toStrictEqual(await findPlaces(index, bytes))
      }),
      { numRuns: 60 },
    )
  })
})

describe('findings that are listed', () => {
  const ordinal = index.ordinalOf('email', email)

  it('are the first ones, in whatever order they are found, and all are counted', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          Array.from({ length: 300 }, (_, at) => at),
          { minLength: 120 },
        ),
        (offsets) => {
          const found = collectorOf(index)
          for (const offset of offsets)
            found.add('content', { ordinal, record: 1, offset, path: ['tar', `member-${1 + (offset % 3) * 5}`] })
          const expected = offsets
            .toSorted((a, b) => (a % 3) - (b % 3) || a - b)
            .slice(0, 100)
            .map((offset) => ['tar', `member-${1 + (offset % 3) * 5}`, offset])
          expect(found.count).toBe(offsets.length)
          expect(found.listed.map(({ path, offset }) => [...path, offset])).toStrictEqual(expected)
        },
      ),
    )
  })
})
