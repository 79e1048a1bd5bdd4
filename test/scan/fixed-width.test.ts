import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'
import { columnsOf } from '../../lib/scan/fixed-width/columns.ts'
import { defaultForms } from '../../lib/scan/forms/form-names.ts'
import { scanObject } from '../../lib/scan/scan-object.ts'
import { scanSlice } from '../../lib/scan/slices/scan-slice.ts'
import { inPieces } from '../decode/collect.ts'
import { makeIndex } from '../subject-index/make-index.ts'

const subjects = {
  number: '7000000000000001',
  address: 'bob@example.org',
  handle: 'bob_w77',
  uuid: '6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9',
}
const index = makeIndex(Object.values(subjects))

const pick = (seed: number, of: readonly string[]) => of[seed % of.length]!
const names = ['SMITH', 'O NEILL', 'ANDERSSON', 'LI', 'FERNANDEZ GARCIA', 'MÜLLER', 'VAN DER BERG', 'KIM']
const number = (seed: number, length: number) =>
  String((seed * 7_919_777_777 + 1234567) % 10 ** length).padStart(length, '0')

const uuidOf = (seed: number) => {
  const hex = createHash('md5').update(String(seed)).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
}

const digestOf = (seed: number) => createHash('sha1').update(String(seed)).digest('hex')
/** Of one process in some hours: the time, five bytes that stay the same, and a number that is counted up. */
const objectId = (seed: number) =>
  `65f1${(0xa000 + (seed % 5000)).toString(16)}c3d4e5f6a1${(0x3b_0000 + (seed % 65_536)).toString(16)}`

type Row = { number: string; name: string; address: string; handle: string; uuid: string }
/** Somebody who is in no manifest. */
const rowOf = (seed: number): Row => ({
  number: `5${number(seed, 15)}`,
  name: pick(seed, names),
  address: `${pick(seed, ['ann', 'j.doe', 'x'])}${seed}@example.${pick(seed, ['net', 'com', 'co.uk'])}`,
  handle: `${pick(seed, ['ann', 'jd', 'kim_q'])}${seed}`,
  uuid: uuidOf(seed),
})

/** Layouts with nothing between their fields, as a mainframe writes them. */
const layouts: Record<string, (row: Row, seed: number) => string> = {
  'a number before a name': ({ number: id, name }, seed) => `${id}${name.padEnd(20)}${number(seed, 9)}`,
  'a number between numbers': ({ number: id }, seed) => `01${id}20260${number(seed, 3)}${number(seed, 11)}`,
  'a number among amounts, each with C or D, as hexadecimal digits might be': ({ number: id }, seed) =>
    `0${number(seed, 12)}C${number(seed + 1, 12)}D2026${id}C${number(seed + 2, 12)}D${number(seed + 3, 12)}C${number(seed, 8)}`,
  'a number behind a name': ({ number: id, name }, seed) => `${name.padEnd(16)}${id}${number(seed, 8)}`,
  'a number padded with zeros': ({ number: id, name }) => `D${id.padStart(20, '0')}${name.padEnd(20)}X`,
  'an address behind a number': ({ address }, seed) => `${number(seed, 8)}${address.padEnd(40)}${number(seed, 6)}`,
  'a handle behind a number': ({ handle }, seed) => `1${number(seed, 10)}${handle.padEnd(12)}20260101`,
  'a handle in every other line': ({ handle }, seed) =>
    seed % 2 === 1
      ? `6${number(seed, 29)}${handle.padEnd(15)}JOHN DOE              0`
      : `7${'payment of something'.padEnd(70)}${number(seed, 4)}`,
  'an address in lines of several lengths': ({ address, name }, seed) =>
    `${number(seed, 8)}${address.padEnd(40)}${name}`,
  'a handle behind an ObjectId': ({ handle }, seed) => `${objectId(seed)}${handle}`,
  'a handle behind an ObjectId, filled up with blanks': ({ handle }, seed) => `${objectId(seed)}${handle.padEnd(30)}`,
  'a handle behind a UUID': ({ handle, uuid }) => `${uuid === subjects.uuid ? uuidOf(1) : uuid}${handle}`,
  'an address between two digests': ({ address }, seed) =>
    `${digestOf(seed)}${address.padEnd(40, '_').replaceAll('_', ' ')}${digestOf(seed + 1)}`,
  'a number behind a digest and a letter': ({ number: id }, seed) => `${digestOf(seed)}K${id}${pick(seed, names)}`,
  'a UUID between numbers': ({ uuid }, seed) => `${number(seed, 6)}${uuid}${number(seed, 14)}`,
}

const textOf = (layout: (row: Row, seed: number) => string, count: number, at: number, end = '\n') =>
  Array.from(
    { length: count },
    (_, seed) => `${layout({ ...rowOf(seed), ...(seed === at && subjects) }, seed)}${end}`,
  ).join('')

async function outcomeOf(bytes: Uint8Array, forms = defaultForms) {
  let findings = 0
  const { gaps } = await scanObject(inPieces(Buffer.from(bytes), [7, 100, 5000]), index, () => findings++, { forms })
  return { findings, gaps: gaps.map(({ reason, path, offset }) => `${reason} ${[...path, offset].join(' ')}`) }
}

describe('an identifier in a field of fixed width that touches its neighbours', () => {
  for (const [name, layout] of Object.entries(layouts))
    for (const [count, at] of [
      [8, 3],
      [20, 19],
      [5000, 4321],
    ] as const)
      it(`makes its content fixed-width: ${name}, in line ${at + 1} of ${count}`, async () => {
        const text = textOf(layout, count, at)
        const line = Buffer.byteLength(text.split('\n').slice(0, at).join('\n')) + 1
        expect(await outcomeOf(Buffer.from(text))).toMatchObject({ gaps: [`fixed-width ${line}`] })
        expect(await outcomeOf(gzipSync(textOf(layout, count, at, '\r\n')))).toMatchObject({
          gaps: [expect.stringMatching(/^fixed-width gzip/)],
        })
        expect(await outcomeOf(Buffer.from(textOf(layout, count, -1)))).toEqual({ findings: 0, gaps: [] })
      })

  it('is seen in three lines', async () => {
    expect(await outcomeOf(Buffer.from(textOf(layouts['a number between numbers']!, 3, 1)))).toMatchObject({
      gaps: [expect.stringMatching(/^fixed-width/)],
    })
  })

  it.each([1, 2, 5, 8, 12])('is seen behind a heading of %i lines', async (count) => {
    const heading = Array.from(
      { length: count },
      (_, n) => `${'What this is about, and so on'.slice(0, 9 + n)}\n`,
    ).join('')
    const seenBehind = async (at: number) =>
      (await outcomeOf(Buffer.from(heading + textOf(layouts['an address behind a number']!, 300, at)))).gaps
    expect(await seenBehind(150)).toEqual([expect.stringMatching(/^fixed-width/)])
    expect(await seenBehind(-1)).toEqual([])
  })

  it.each([
    ['a byte order mark', '\ufeff'],
    ['the beginning of a page', '\f'],
  ])('is seen behind %s', async (_, mark) => {
    for (const at of [0, 70])
      for (const end of ['\n', '\r\n']) {
        const lines = Array.from({ length: 100 }, (_, seed) => {
          const address = seed === at ? subjects.address : `ann${seed}@example.net`
          return `${seed === at ? mark : ''}${number(seed, 8)}${address.padEnd(40)}${number(seed, 6)}${end}`
        })
        const { gaps } = await outcomeOf(Buffer.from(lines.join('')))
        expect(gaps).toEqual([expect.stringMatching(/^fixed-width/)])
      }
  })

  const others: Record<string, (row: Row, seed: number) => string> = {
    'a number within one of up to twenty digits': ({ number: id }, seed) => `${100 + seed}${id}`,
    'a UUID that is at no column': ({ uuid }, seed) =>
      `${number(seed, 8)}SMITH ${'y'.repeat(seed % 9)}${uuid}${number(seed, 4)}`,
    'an address behind a name with letters of two bytes': ({ address }, seed) =>
      `${(seed === 60 ? 'MÜÖLER' : 'SMITH').padEnd(10)}${number(seed, 8)}${address.padEnd(40)}`,
  }
  it.each(Object.entries(others))('is seen: %s', async (_, layout) => {
    expect((await outcomeOf(Buffer.from(textOf(layout, 90, 60)))).gaps).toEqual([expect.stringMatching(/^fixed-width/)])
    expect((await outcomeOf(Buffer.from(textOf(layout, 90, -1)))).gaps).toEqual([])
  })

  it('makes a slice of it fixed-width, and no other one', async () => {
    const layout = layouts['a number between numbers']!
    const bytes = Buffer.from(textOf(layout, 20_000, 7000))
    const read = async function* ({ from, to }: { from: number; to: number }) {
      yield bytes.subarray(from, to)
    }
    const size = 70_000
    const reasons: string[] = []
    for (let from = 0; from < bytes.length; from += size) {
      const to = Math.min(from + size, bytes.length)
      const scan = await scanSlice(read, { from, to }, bytes.length, index, () => {})
      expect(scan.kind).toBe('read')
      if (scan.kind === 'read') reasons.push(...scan.gaps.map(({ reason, offset }) => `${reason} ${offset}`))
    }
    const line = bytes.subarray(0, bytes.indexOf(subjects.number)).lastIndexOf('\n') + 1
    expect(reasons).toEqual([`fixed-width ${line}`])
  })

  it('is seen in whatever pieces the text comes', async () => {
    const bytes = Buffer.from(textOf(layouts['a handle behind a number']!, 300, 150, '\r\n'))
    const whole = await scanObject(inPieces(bytes, [bytes.length]), index, () => {})
    expect(whole.gaps).toHaveLength(1)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 9 }), async (sizes) => {
        expect((await scanObject(inPieces(bytes, sizes), index, () => {})).gaps).toEqual(whole.gaps)
      }),
    )
  })

  it('is not looked for in lines of more than 64 KiB, which end nothing, in whatever pieces they come', async () => {
    const layout = layouts['a number between numbers']!
    const long = (count: number) => `01${subjects.number}${'0'.repeat(count)}\n`
    const text = Buffer.from(textOf(layout, 80, -1) + long(2 ** 16) + long(2 ** 20) + textOf(layout, 80, -1))
    const after = Buffer.concat([text, Buffer.from(textOf(layout, 80, 40))])
    for (const size of [after.length, 2 ** 16, 5000]) {
      expect((await scanObject(inPieces(text, [size]), index, () => {})).gaps).toEqual([])
      expect((await scanObject(inPieces(after, [size]), index, () => {})).gaps).toHaveLength(1)
    }
  })

  it('is no doubt about a UUID that stands apart, among identifiers of several lengths', async () => {
    const line = (seed: number) =>
      `${seed % 2 === 0 ? uuidOf(seed) : `5${number(seed, 18)}`},Austin,75.${number(seed, 2)}`
    const text = Array.from({ length: 300 }, (_, seed) => `${line(seed)}\n`).join('')
    const some = makeIndex([uuidOf(0), uuidOf(100)])
    const { gaps } = await scanObject(inPieces(Buffer.from(`user_id,city,balance\n${text}`), [1000]), some, () => {})
    expect(gaps).toEqual([])
  })

  it('is not looked for where nobody asks for it', async () => {
    const text = Buffer.from(textOf(layouts['a number between numbers']!, 100, 50))
    expect(
      await outcomeOf(
        text,
        defaultForms.filter((name) => name !== 'fixed-width'),
      ),
    ).toEqual({ findings: 0, gaps: [] })
  })

  it('is not looked for in longer numbers that stand alone where chance would find it', async () => {
    const some = makeIndex(Array.from({ length: 5000 }, (_, n) => String(700_000_000_000 + 7 * n)))
    const outcome = async (line: (n: number) => string) => {
      const text = Array.from({ length: 50 }, (_, n) => `${line(700_000_000_000 + 7 * n)}\n`).join('')
      return (await scanObject(inPieces(Buffer.from(text), [1000]), some, () => {})).gaps.map(({ reason }) => reason)
    }
    expect(await outcome((n) => `${n}1234567`)).toEqual([])
    expect(await outcome((n) => `${n}1234567X1`)).toEqual(['fixed-width'])
    expect(await outcome((n) => `${n}123456789`)).toEqual(['fixed-width'])
  })

  it('is not told from chance where a number of its length is somebody’s too often', async () => {
    const dense = makeIndex(Array.from({ length: 2000 }, (_, n) => String(10_000_000 + 4 * n)))
    const text = Array.from({ length: 50 }, (_, n) => `20260101${10_000_000 + 4 * n}000000\n`).join('')
    const { gaps } = await scanObject(inPieces(Buffer.from(text), [1000]), dense, () => {})
    expect(gaps).toEqual([])
  })
})

describe('a text in which fields stand apart, or that has none', () => {
  const lines = (line: (seed: number) => string) => Array.from({ length: 200 }, (_, seed) => `${line(seed)}\n`).join('')
  const texts: Record<string, string> = {
    CSV: lines((seed) => `${number(seed, 16)},2026-01-01T00:00:${number(seed, 2)}Z,${number(seed, 4)}`),
    'JSON Lines': lines(
      (seed) => `{"id":${number(seed, 16)},"at":"2026-01-01T00:00:00.${number(seed, 3)}Z","v":"x${number(seed, 4)}"}`,
    ),
    'a log': lines(
      (seed) =>
        `2026-01-01T00:00:${number(seed, 2)}.${number(seed, 6)}+00:00 host app[${number(seed, 4)}]: ${subjects.handle}x said ${number(seed, 7)}`,
    ),
    digests: lines(
      (seed) => `${createHash('sha256').update(String(seed)).digest('hex')}  backup-of-${number(seed, 4)}.tar`,
    ),
    'numbers longer than those that are looked for': lines((seed) => `9${number(seed, 18)}`),
    'columns with blanks between them': lines(
      (seed) => `${number(seed, 16)} ${pick(seed, names).padEnd(20)} ${number(seed, 9)}`,
    ),
  }
  it.each(Object.entries(texts))('is clean: %s', async (_, text) => {
    expect(await outcomeOf(Buffer.from(text))).toEqual({ findings: 0, gaps: [] })
  })
})

describe('columns', () => {
  const next = seededRandom(7)
  const below = (n: number) => Math.floor(next() * n)
  const digits = (least: number, more: number) =>
    Array.from({ length: least + below(more) }, () => 1 + below(9)).join('')
  const word = () => 'abcdefghijklmnop'.slice(below(4), 6 + below(9))
  const time = () => `2026-${10 + below(3)}-${10 + below(19)}T${10 + below(14)}:${10 + below(50)}:07`
  const ip = () => [1, 2, 3, 4].map(() => below(256)).join('.')
  const texts: Record<string, () => string> = {
    'CSV that begins with a number': () => `${digits(17, 3)},2026-03-${10 + below(20)},${digits(17, 3)},en`,
    'CSV that ends in one': () => `${time()},${digits(15, 5)}`,
    'fields between bars': () => `${digits(9, 2)}|${word()}|${digits(10, 10)}|${time()}`,
    'a log of requests': () => `${ip()} - - [${time()}] "GET /api/v1/${word()}" 200 ${digits(3, 3)} "-" "Mozilla/5.0"`,
    syslog: () =>
      `Nov 11 12:${10 + below(50)}:36 host-${below(9)} sshd[${digits(3, 3)}]: key for ${word()} from ${ip()} port ${digits(4, 2)}`,
    'a log with times': () =>
      `${time()}.141Z INFO  [worker-${digits(1, 2)}] user ${digits(15, 5)} did ${word()} in ${digits(1, 3)} ms`,
    'numbers and words between blanks': () => `${digits(9, 5)} ${word()} ${digits(15, 5)} ${word()} ${digits(1, 5)}`,
    'a table of psql': () =>
      ` ${digits(1, 10).padStart(10)} | ${word().padEnd(24)} | ${digits(10, 10).padEnd(19)} | ${time()}`,
  }
  it.each(Object.entries(texts))('are none of what needs no look at its lines: %s', (_name, line) => {
    for (let round = 0; round < 50; round++) {
      const lines = Array.from({ length: 64 }, () => Buffer.from(line()))
      expect(columnsOf(lines, 21)).toBeUndefined()
    }
  })

  it.each([',', ';', '|', '\t'])('are those of a first field that is glued together, in fields between %j', (sign) => {
    for (let round = 0; round < 50; round++) {
      const lines = Array.from({ length: 64 }, () =>
        Buffer.from([`${digits(8, 1)}${word()}`, word(), digits(1, 9), word(), time(), ''].join(sign)),
      )
      expect(columnsOf(lines, 21)?.edges).toContain(8)
    }
  })
})
