import { createHash } from 'node:crypto'
import { constants, deflateSync, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Judgement, judgeOwnership } from '../../lib/deletion/judge-ownership.ts'
import { isAsWritten, type Written } from '../../lib/deletion/rewriting.ts'
import { pendingIndexOf } from '../../lib/subject-index/pending-index.ts'
import { inPieces } from '../decode/collect.ts'
import { gzipMember } from '../decode/gzip-member.ts'
import { makeIndex } from '../subject-index/make-index.ts'

/** In scope in these tests: what begins with a 1. */
const isTransferred = (text: string) => /^1[0-9]+$/.test(text)
/** Listed in the manifest of these tests, but not confirmed. */
const pending = pendingIndexOf(makeIndex(['12345678'], { pending: ['20001', 'jane_doe'] }))
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Judges a content that may be rewritten; `left`: the bytes that were to take its place; `ends`: how often they were said to be all. */
async function judge(
  content: string | Buffer,
  lengths = [1e6],
): Promise<{ judged: Judgement; left: Buffer; ends: number }> {
  const bytes = Buffer.from(content)
  const parts: Buffer[] = []
  let ends = 0
  const judged = await judgeOwnership(inPieces(bytes, lengths), {
    owner: 'userId',
    key: 'a/b.csv',
    scanned: { sha256: sha256Of(bytes) },
    isTransferred,
    pending,
    remaining: {
      write: (part) => {
        parts.push(Buffer.from(part))
      },
      end: () => {
        ends += 1
      },
    },
  })
  return { judged, left: Buffer.concat(parts), ends }
}

const mine = '12345'
const other = '98765'

const rewritten: {
  name: string
  content: string | Buffer
  left: string
  records?: number
  unpack?: (b: Buffer) => Buffer
}[] = [
  {
    name: 'CSV',
    content: `userId,name\n${mine},a\n${other},b\n1999,c\n`,
    left: `userId,name\n${other},b\n`,
    records: 2,
  },
  { name: 'CSV with CR LF', content: `userId,a\r\n${other},x\r\n${mine},y\r\n`, left: `userId,a\r\n${other},x\r\n` },
  { name: 'ours last, without a line end', content: `userId,a\n${other},x\n${mine},y`, left: `userId,a\n${other},x\n` },
  {
    name: 'ours first, without a last line end',
    content: `userId,a\n${mine},x\n${other},y`,
    left: `userId,a\n${other},y`,
  },
  {
    name: 'line ends of both kinds',
    content: `userId,a\r\n${other},x\n${mine},y\n${other},z\r\n`,
    left: `userId,a\r\n${other},x\n${other},z\r\n`,
  },
  {
    name: 'quotes and blanks',
    content: `"a","userId"\n"x ""y"", z","${mine}"\n" x ","${other}"\n`,
    left: `"a","userId"\n" x ","${other}"\n`,
  },
  {
    name: 'a value that is the name of another column',
    content: `userId,kind,mail\n${mine},mail,x\n${other},mail,y\n`,
    left: `userId,kind,mail\n${other},mail,y\n`,
  },
  {
    name: 'columns without a name, and fields without a value',
    content: `userId,,\n${mine},,\n${other},,\n`,
    left: `userId,,\n${other},,\n`,
  },
  { name: 'an empty owner', content: `userId,a\n${mine},x\n,y\n`, left: 'userId,a\n,y\n' },
  {
    name: 'an owner that is only alike',
    content: `userId,a\n${mine},x\n ${mine},y\n0${mine},z\n`,
    left: `userId,a\n ${mine},y\n0${mine},z\n`,
  },
  {
    name: 'JSON Lines',
    content: `{"userId":"${mine}"}\n{ "userId" : 98765, "x":1.50 }\n`,
    left: '{ "userId" : 98765, "x":1.50 }\n',
  },
  {
    name: 'a friend of ours',
    content: `{"userId":"${mine}"}\n{"userId":"${other}","friend":"${mine}"}\n`,
    left: `{"userId":"${other}","friend":"${mine}"}\n`,
  },
  {
    name: 'an owner further inside, in a record that stays',
    content: `{"userId":"${mine}"}\n{"userId":"${other}","a":{"userId":"${mine}"}}\n`,
    left: `{"userId":"${other}","a":{"userId":"${mine}"}}\n`,
  },
  {
    name: 'somebody pending, whose record stays',
    content: `userId,a\n${mine},x\n20001,jane_doe\n`,
    left: 'userId,a\n20001,jane_doe\n',
  },
  { name: 'gzip', content: gzipSync(`userId\n${mine}\n${other}\n`), left: `userId\n${other}\n`, unpack: gunzipSync },
  {
    name: 'gzip with the name of the file',
    content: gzipMember(`userId\n${mine}\n${other}\n`, { name: 'a.csv' }),
    left: `userId\n${other}\n`,
    unpack: gunzipSync,
  },
  {
    name: 'two members of gzip',
    content: Buffer.concat([gzipSync(`userId\n${mine.slice(0, 3)}`), gzipSync(`45\n${other}\n`)]),
    left: `userId\n${other}\n`,
    unpack: gunzipSync,
  },
  {
    name: 'zstd',
    content: zstdCompressSync(`{"userId":"${mine}"}\n{"userId":"${other}"}`),
    left: `{"userId":"${other}"}`,
    unpack: zstdDecompressSync,
  },
]

const kept: { name: string; content: string | Buffer; reason: RegExp }[] = [
  {
    name: 'somebody pending in base64 in the header of what is of subjects alone',
    content: `userId,${Buffer.from('hello jane_doe, how are you').toString('base64')}\n${mine},x\n`,
    reason: /not confirmed/,
  },
  {
    name: 'bytes that are no UTF-8, in a record of somebody else',
    content: Buffer.from(`userId,a\n${mine},x\n${other},caf\xe9\n`, 'latin1'),
    reason: /not read to its end/,
  },
  { name: 'nobody of ours as an owner', content: `userId,friend\n${other},${mine}\n`, reason: /none of its records/ },
  {
    name: 'two files in one, with their columns in another order',
    content: `userId,a\n${mine},x\na,userId\n${mine},${other}\n`,
    reason: /second header/,
  },
  {
    name: 'the same, with other names',
    content: `userId,a\n${mine},x\n"a","User ID"\n${mine},${other}\n`,
    reason: /second header/,
  },
  {
    name: 'the same, with another name for the owner',
    content: `userId,friend,a\n${mine},${other},x\nfriend,customer,a\n${mine},${other},y\n`,
    reason: /second header/,
  },
  {
    name: 'the same, with no other name that is the same',
    content: `userId,a,b\n${mine},x,y\nc,User ID,d\n${mine},${other},z\n`,
    reason: /second header/,
  },
  {
    name: 'the same, where half of the names are',
    content: `userId,a\n${mine},x\ncustomer,a\n${mine},y\n`,
    reason: /second header/,
  },
  {
    name: 'an owner that is a list, of which one is ours',
    content: `{"userId":"${mine}"}\n{"userId":["${mine}","${other}"]}\n`,
    reason: /neither text nor a whole number/,
  },
  {
    name: 'a record of somebody else whose owner is called otherwise',
    content: `{"userId":"${mine}"}\n{"user_id":"${other}"}\n`,
    reason: /exactly once/,
  },
  {
    name: 'a line end that is escaped, as in files of MySQL, behind which ours goes on',
    content: `userId,a\n${mine},Hello\\\nwell\\, goodbye\n${other},y\n`,
    reason: /behind its line end/,
  },
  { name: 'a row that is too short', content: `userId,a\n${mine},x\n${other}\n`, reason: /other fields/ },
  {
    name: 'quotes that enclose another row',
    content: `userId,a\n${mine},"x\n${other},y"\n`,
    reason: /more than one line/,
  },
  { name: 'quotes that enclose ours', content: `userId,a\n${other},"x\n${mine},y"\n`, reason: /more than one line/ },
  { name: 'a quote inside a field', content: `userId,a\n${mine},x\n${other},x"y\n`, reason: /not valid CSV/ },
  {
    name: 'a CR inside a row of somebody else',
    content: `userId,a\n${mine},x\n${other},x\ry\n`,
    reason: /more than one line/,
  },
  { name: 'a line that is no record', content: `{"userId":"${mine}"}\n{"count":2}\n`, reason: /exactly once/ },
  {
    name: 'a record of somebody else that names its owner twice',
    content: `{"userId":"${mine}"}\n{"userId":"${other}","userId":"${mine}"}\n`,
    reason: /exactly once/,
  },
  {
    name: 'an owner further inside ours',
    content: `{"userId":"${other}"}\n{"userId":"${mine}","a":{"userId":"${other}"}}\n`,
    reason: /further inside/,
  },
  {
    name: 'somebody pending in a record of ours',
    content: `userId,a\n${other},x\n${mine},sent to 20001\n`,
    reason: /not confirmed/,
  },
  {
    name: 'somebody pending in base64 in a record of ours',
    content: `userId,a\n${other},x\n${mine},${Buffer.from('hello jane_doe, how are you').toString('base64')}\n`,
    reason: /not confirmed/,
  },
  {
    name: 'owners that may all be rounded',
    content: '{"userId":1234567890123456800}\n{"userId":9234567890123457000}\n',
    reason: /last digits/,
  },
  {
    name: 'a header with somebody pending in it, and a record of ours',
    content: `userId,jane_doe\n${mine},x\n${other},y\n`,
    reason: /not confirmed/,
  },
  {
    name: 'another compression than can be written',
    content: deflateSync(`userId,a\n${mine},x\n${other},${'y'.repeat(500)}\n`),
    reason: /not in the transfer manifest/,
  },
  {
    name: 'gzip in gzip',
    content: gzipSync(gzipSync(`userId\n${mine}\n${other}\n`)),
    reason: /not in the transfer manifest/,
  },
  {
    name: 'a compression that is cut off',
    content: gzipSync(`userId\n${mine}\n${other}\n`).subarray(0, -4),
    reason: /not read to its end/,
  },
]

const writtenOf = (judged: Judgement): Written => {
  if (judged.kind !== 'rewrite') throw new Error(`expected to rewrite, got ${JSON.stringify(judged)}`)
  return judged.written
}

describe('a version with records of subjects and of others', () => {
  for (const { name, content, left, records = 1, unpack = (bytes: Buffer) => bytes } of rewritten)
    for (const lengths of [[1e6], [1], [3, 7, 64]])
      test(`is rewritten without those of subjects, all else byte for byte: ${name}, in pieces of ${lengths}`, async () => {
        const found = await judge(content, lengths)
        expect(found.judged).toMatchObject({ kind: 'rewrite', records, sha256: sha256Of(Buffer.from(content)) })
        expect(unpack(found.left).toString()).toBe(left)
        expect(found.ends).toBe(1)
        const written = writtenOf(found.judged)
        expect(written).toMatchObject({ sha256: sha256Of(found.left), size: found.left.length })
        expect(await isAsWritten(inPieces(found.left, lengths), written)).toBe(true)
      })

  for (const { name, content, reason } of kept)
    test(`is kept: ${name}`, async () => {
      expect((await judge(content)).judged).toEqual({ kind: 'keep', reason: expect.stringMatching(reason) })
    })

  test('is kept at a line that nobody could hold, without reading on', async () => {
    let read = 0
    async function* endless() {
      yield Buffer.from(`{"userId":"${mine}"}\n{"userId":"${other}","text":"`)
      for (; read < 100; read++) yield Buffer.alloc(1 << 20, 'some words ')
    }
    const judged = await judgeOwnership(endless(), {
      ...{ owner: 'userId', key: 'a', scanned: { sha256: '' }, isTransferred, pending },
      remaining: { write() {}, end() {} },
    })
    expect(judged).toEqual({ kind: 'keep', reason: expect.stringMatching(/too long/) })
    expect(read).toBeLessThan(5)
  })

  test('is kept where a few bytes stand for what would fill a disk', async () => {
    const far = Array.from(
      { length: 60_000 },
      (_, at) => `{"userId":"9${at}","a":"${sha256Of(Buffer.from(`${at}`))}"}\n`,
    )
    const content = zstdCompressSync(`{"userId":"${mine}"}\n${far.join('').repeat(8)}`, {
      params: { [constants.ZSTD_c_enableLongDistanceMatching]: 1, [constants.ZSTD_c_windowLog]: 23 },
    })
    const { judged, left } = await judge(content, [1 << 16])
    expect(judged).toEqual({ kind: 'keep', reason: expect.stringMatching(/several times as large/) })
    expect(left.length).toBeLessThan(5 * content.length)
  })

  test('goes as a whole where all records are of subjects, also where one of their fields is called like the owner', async () => {
    const { judged } = await judge(`userId,a\n${mine},userId\n`)
    expect(judged).toMatchObject({ kind: 'delete', records: 1 })
  })

  test('is not taken for written where a bit is another one, something is missing or follows', async () => {
    for (const pack of [(text: string) => Buffer.from(text), gzipSync, zstdCompressSync]) {
      const { judged, left } = await judge(pack(`userId,a\n${mine},x\n${other},y\n`))
      const written = writtenOf(judged)
      const isWritten = (bytes: Buffer) => isAsWritten(inPieces(bytes, [1e6]), written)
      expect(await isWritten(left)).toBe(true)
      for (let at = 0; at < left.length; at++) {
        const flipped = Buffer.from(left)
        flipped[at]! ^= 1
        expect(await isWritten(flipped)).toBe(false)
        expect(await isWritten(left.subarray(0, at))).toBe(false)
      }
      expect(await isWritten(Buffer.concat([left, Buffer.from('\n')]))).toBe(false)
    }
  })

  test('nor is it where exactly what was put is there, and that is not what was to stay or cannot be read to its end', async () => {
    const { judged, left } = await judge(gzipSync(`userId,a\n${mine},x\n${other},y\n`))
    const written = writtenOf(judged)
    const isWritten = (bytes: Buffer, change: Partial<Written> = {}) =>
      isAsWritten(inPieces(bytes, [1e6]), { ...written, sha256: sha256Of(bytes), size: bytes.length, ...change })
    expect(await isWritten(left)).toBe(true)
    const { content } = written
    const another = `userId,a\n${other},z\n`
    expect(await isWritten(gzipSync(another))).toBe(false)
    expect(
      await isWritten(gzipSync(another), { content: { ...content, sha256: sha256Of(Buffer.from(another)) } }),
    ).toBe(true)
    expect(await isWritten(gunzipSync(left))).toBe(false)
    expect(await isWritten(zstdCompressSync(gunzipSync(left)))).toBe(false)
    // All of the content is there, and not all of its compression.
    for (const cut of [1, 4, 8]) expect(await isWritten(left.subarray(0, -cut))).toBe(false)
    expect(await isWritten(Buffer.concat([left, Buffer.from('more')]))).toBe(false)
    expect(await isWritten(left, { size: left.length + 1 })).toBe(false)
  })

  test('has every line in one of both places, whoever they are of and however it is cut and packed', async () => {
    const line = fc.record({
      owner: fc.constantFrom(mine, '1999', other, '20001', 'x'),
      text: fc.constantFrom('', 'a', '"q"', 'ä', 'y z'),
    })
    const packings = [
      { pack: (text: string) => Buffer.from(text), unpack: (bytes: Buffer) => bytes },
      { pack: (text: string) => gzipSync(text), unpack: (bytes: Buffer) => gunzipSync(bytes) },
      { pack: (text: string) => zstdCompressSync(text), unpack: (bytes: Buffer) => zstdDecompressSync(bytes) },
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 60 }),
        fc.constantFrom('csv', 'json'),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.constantFrom(...packings),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 }),
        async (records, kind, end, isEnded, { pack, unpack }, lengths) => {
          const write = ({ owner, text }: { owner: string; text: string }) =>
            kind === 'csv' ? `${owner},${text}` : JSON.stringify({ userId: owner, text })
          const rows = records.map((each) => ({ isOurs: isTransferred(each.owner), text: write(each) + end }))
          if (!isEnded) rows.at(-1)!.text = rows.at(-1)!.text.slice(0, -end.length)
          const head = kind === 'csv' ? `userId,text${end}` : ''
          const { judged, left } = await judge(pack(head + rows.map(({ text }) => text).join('')), lengths)
          const staying = rows.filter(({ isOurs }) => !isOurs)
          if (staying.length === rows.length || staying.length === 0)
            expect(judged.kind).toBe(staying.length === 0 ? 'delete' : 'keep')
          else {
            expect(judged).toMatchObject({ kind: 'rewrite', records: rows.length - staying.length })
            expect(unpack(left).toString()).toBe(head + staying.map(({ text }) => text).join(''))
            expect(await isAsWritten(inPieces(left, lengths), writtenOf(judged))).toBe(true)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
