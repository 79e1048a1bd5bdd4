import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'

const head = 'From: a@example.org\nSubject: x\nMIME-Version: 1.0\n'
const base64 = (text: string) => Buffer.from(text).toString('base64')

async function read(text: string | Buffer, lengths = [50]) {
  const { reading, contents } = await collect(inPieces(Buffer.from(text), lengths))
  return { gaps: [...new Set(reading.gaps.map(({ reason }) => reason))], texts: textsOf(contents) }
}

describe('a message', () => {
  const lines = fc.array(
    fc.string({ unit: fc.constantFrom('a', '1', ' ', '=', '-', '.', 'F', 'é', ':'), maxLength: 90 }),
    {
      maxLength: 12,
    },
  )
  const quoted = (text: string) =>
    [...Buffer.from(text)]
      .map((byte) => (byte === 10 ? '\n' : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`))
      .join('')
      .replace(/(?:=[0-9A-F]{2}){20}(?!\n)/g, '$&=\n')

  test('gives what its parts hold, however it is cut and nested, beside the text that it is', async () => {
    const part = fc.record({ lines, isBase64: fc.boolean(), width: fc.integer({ min: 1, max: 80 }) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 }),
        async (parts, end, cuts) => {
          const texts = parts.map(({ lines }) => `${lines.join('\n')}\n`)
          const bodies = parts.map(({ isBase64, width }, index) => {
            const text = texts[index]!
            const body = isBase64
              ? base64(text).replace(new RegExp(`.{${width}}`, 'g'), '$&\n')
              : quoted(text).replace(/\n$/, '')
            const encoding = isBase64 ? 'base64' : 'quoted-printable'
            return `--e.${index % 2}\nContent-Type: text/plain\nContent-Transfer-Encoding: ${encoding}\n\n${body}\n`
          })
          const inner = 'Content-Type: multipart/mixed;\n boundary="e.1"\n\n'
          const message = `${head}Content-Type: multipart/mixed; boundary=e.0\n\n--e.0\n${inner}${bodies.join('')}--e.1--\n--e.0--\n`
          const bytes = Buffer.from(message.replaceAll('\n', end))
          const got = await read(bytes, cuts)
          expect(got.texts.mail).toBe(String(bytes))
          for (const [index, text] of texts.entries()) expect(got.texts[`mail/part-${index + 1}`]).toBe(text)
          expect(got.gaps).toEqual([])
        },
      ),
      { numRuns: 100 },
    )
  })

  const encoding = 'Content-Transfer-Encoding: base64\n'
  const shapes = [
    { name: 'as a whole', text: `${head}${encoding}\n${base64('user 17\n')}\n` },
    {
      name: 'behind the number of its bytes and before a property list, as Apple Mail keeps it',
      text: `120       \n${head}${encoding}\n${base64('user 17\n')}\n<?xml version="1.0"?>\n<plist/>\n`,
    },
    {
      name: 'behind a quoted line of a mailbox',
      text: `>From a@example.org Fri\n${head}${encoding}\n${base64('user 17\n')}`,
    },
    { name: 'behind a line of a batch of news', text: `#! rnews 120\n${head}${encoding}\n${base64('user 17\n')}` },
    { name: 'behind what a server said', text: `HTTP/1.1 200 OK\n${head}${encoding}\n${base64('user 17\n')}` },
    { name: 'behind a mark of UTF-8', text: `\ufeff${head}${encoding}\n${base64('user 17\n')}` },
    { name: 'without an end', text: `${head}${encoding}\n${base64('user 17\n')}` },
    { name: 'without an empty line before it', text: `${head}${encoding}${base64('user 17\n')}\n` },
    {
      name: 'in a message within it',
      text: `${head}Content-Type: message/rfc822\n\n\n${head}${encoding}\n${base64('user 17\n')}\n`,
    },
    {
      name: 'in a part whose boundary nobody named',
      text: `${head}\nhello\n\n--x\n${encoding}\n${base64('user 17\n')}\n--x--\n`,
    },
    {
      name: 'quoted in a text',
      text: `${head}\nhello\n\nContent-Type: text/plain\n${encoding}\n${base64('user 17\n')}\n`,
    },
    { name: 'in two padded pieces', text: `${head}${encoding}\n${base64('user')}\n${base64(' 17\n')}\n` },
    {
      name: 'before what a list appended',
      text: `${head}${encoding}\n${base64('user 17\n')}\n_____\nthe list: info\n`,
    },
    {
      name: 'in a mailbox',
      text: `From a@b Sat Jan 31 12:00:00 2026\n${head}${encoding}\n${base64('user 17\n')}\n\nFrom a@b Sat Jan 31 12:00:00 2026\n${head}\nbye\n`,
    },
  ]
  test.each(shapes)('shows what stands in base64 $name', async ({ text }) => {
    const got = await read(text)
    expect(got.texts).toEqual({ mail: text, 'mail/part-1': 'user 17\n' })
    expect(got.gaps).toEqual([])
  })

  test('that a server sent is read as its type says', async () => {
    const response = 'HTTP/1.1 200 OK\r\nServer: x\r\nContent-Type: text/html\r\n\r\n'
    const { texts, gaps } = await read(`${response}<p>id <b>123</b>45</p>\r\n`)
    expect(texts['mail/part-1/xml/text']).toBe('id 12345\n')
    expect(gaps).toEqual([])
  })

  const page = '<p>id <b>123</b>45</p>\n'
  test.each([
    { name: 'as its type says', fields: 'Content-Type: text/html\n' },
    {
      name: 'as its type says, in eight bits',
      fields: 'Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n',
    },
    { name: 'as its name says', fields: 'Content-Type: application/octet-stream; name="a.html"\n' },
    { name: 'as it begins', fields: 'Content-Type: text/plain\n' },
  ])('reads markup that is not encoded, $name', async ({ fields }) => {
    const got = await read(`${head}${fields}\n${page}`)
    expect(got.texts['mail/part-1/xml/text']).toBe('id 12345\n')
    expect(got.gaps).toEqual([])
  })

  test.each(['text/rfc822-headers', 'message/global-headers', 'message/global', 'message/rfc822'])(
    'reads the fields of a message in %s of a report',
    async (type) => {
      const word = (text: string) => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`
      const report = `--b\nContent-Type: ${type}\n\nTo: ${word('é user 123')}\n ${word('45 x')} <a@b.example>\n\n--b--\n`
      const { texts, gaps } = await read(`${head}Content-Type: multipart/report; boundary=b\n\n${report}`)
      expect(texts['mail/fields']).toContain('é user 12345 x')
      expect(gaps).toEqual([])
    },
  )

  test.each(['text/html', 'TEXT/HTML; charset=utf-8', 'text/x-amp-html', 'text/watch-html'])(
    'reads what %s says is markup, however it begins',
    async (type) => {
      for (const fields of [`Content-Type: ${type}\n`, `Content-Type: ${type}\nContent-Transfer-Encoding: base64\n`]) {
        const body = `Dear all,<br>\n${page}`
        const got = await read(
          `${head}${fields}\n${fields.includes('base64') ? Buffer.from(body).toString('base64') : body}`,
        )
        expect(got.texts['mail/part-1/xml/text']).toBe('Dear all,\nid 12345\n')
        expect(got.gaps).toEqual([])
      }
    },
  )

  test.each(['application/rtf', 'text/rtf', 'text/plain; name="a.rtf"'])(
    'reads RTF that is not encoded: %s',
    async (type) => {
      const got = await read(`${head}Content-Type: ${type}\n\n{\\rtf1 id 123{\\b 45}}\n`)
      expect(got.texts['mail/part-1/rtf/text']).toBe('id 12345\n')
      expect(got.gaps).toEqual([])
    },
  )

  test.each(['utf-16', 'utf-16le', 'utf-16be', 'windows-1252', 'shift_jis'])('shows text in %s', async (charset) => {
    const text =
      charset === 'shift_jis' ? 'user 17 日本' : charset === 'windows-1252' ? 'user 17 é' : 'user 17 é😀'.repeat(9_000)
    const units = Buffer.from(`${charset === 'utf-16' ? '\ufeff' : ''}${text}`, 'utf16le')
    const bytes = charset.startsWith('utf-16')
      ? charset === 'utf-16be'
        ? units.swap16()
        : units
      : charset === 'shift_jis'
        ? Buffer.from('757365722031372093fa967b', 'hex')
        : Buffer.from(text, 'latin1')
    const got = await read(
      `${head}${encoding}Content-Type: text/plain; charset="${charset}"\n\n${bytes.toString('base64')}\n`,
    )
    expect(got.gaps).toEqual([])
    expect(got.texts['mail/part-1']!.replace('\ufeff', '')).toBe(text)
  })

  test('shows words of its fields, also where they share a character', async () => {
    const bytes = Buffer.from('é jane_doe')
    const word = (part: Buffer) => `=?utf-8?B?${part.toString('base64')}?=`
    const got = await read(
      `${head}X-A: ${word(bytes.subarray(0, 1))}\n ${word(bytes.subarray(1))} b =?latin1?Q?a=E9_17?=\n\nbody\n`,
    )
    expect(got.texts['mail/fields']).toBe('X-A: é jane_doe b aé 17\n')
    expect(got.gaps).toEqual([])
  })

  test('has gaps for what it does not show', async () => {
    const cases = [
      { text: `${head}${encoding}\n${base64('user 12')}\n!!!\n`, gaps: [] },
      { text: `${head}${encoding}\n${base64('user 1')}\n!!!\n`, gaps: ['corrupt'] },
      {
        text: `${head}${encoding}Content-Type: text/plain; charset=x-nobody\n\n${base64('a')}\n`,
        gaps: ['unsupported-format'],
      },
      { text: `${head}${encoding}Content-Type: multipart/mixed\n\n${base64('a')}\n`, gaps: ['unsupported-format'] },
      { text: `${head}${encoding}Content-Type: message/rfc822\n\n${base64('hello')}\n`, gaps: ['unsupported-format'] },
      {
        text: `${head}${encoding}Content-Type: text/plain; charset=utf-16be\n\n${base64('abc')}\n`,
        gaps: ['not-text'],
      },
      { text: `${head}${encoding}\n${base64('%PDF-1.7\n')}\n`, gaps: ['unsupported-format'] },
      { text: `${head}X: =?x-nobody?Q?a?=\n\n`, gaps: ['unsupported-format'] },
      { text: `${head}\nbegin 644 a\n#86)C\n \nend\n`, gaps: ['unsupported-format'] },
      { text: `${head}\nbegin 100 miles\naway from here\n`, gaps: [] },
      { text: `${head}\nbegin 644 a\nM${'86)C'.repeat(15)}\n`, gaps: ['unsupported-format'] },
      { text: `${head}\n-----BEGIN PGP MESSAGE-----\n\nabc\n`, gaps: ['encrypted'] },
      { text: `${head}\ncaf\xe9\n`, gaps: ['invalid-utf8'] },
    ]
    for (const { text, gaps } of cases) expect((await read(Buffer.from(text, 'latin1'))).gaps, text).toEqual(gaps)
  })
})

describe('a transfer encoding', () => {
  const body = base64('user 17\n')
  test.each([
    'Content-Transfer-Encoding: "base64"',
    'Content-Transfer-Encoding: (x (y)) BASE64 (z)',
    'Content-Transfer-Encoding : base64',
    'content-transfer-encoding\t:base64',
    'Content-Transfer-Encoding:\n base64',
    'Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: Base64',
  ])('is known however it is written: %s', async (field) => {
    for (const text of [`${head}${field}\n\n${body}\n`, `${head}\nhello\n\n${field}\n\n${body}\n`])
      expect(await read(text)).toEqual({ gaps: [], texts: { mail: text, 'mail/part-1': 'user 17\n' } })
  })

  test.each([
    'mac-binhex40',
    'x-uuencode',
    'x-nobody',
    'base 64',
    '7bit base64',
    '(x base64',
    '; base64',
    'x) base64',
    '7bit\nContent-Transfer-Encoding: base64',
  ])('that is not known is a gap: %#', async (name) => {
    expect((await read(`${head}Content-Transfer-Encoding: ${name}\n\n${body}\n`)).gaps).toEqual(['unsupported-format'])
  })

  test('is told in little time behind comments in comments', async () => {
    const comments = Array.from({ length: 400 }, () => ` ${'('.repeat(1000)}`).join('\n')
    const text = `${head}Content-Transfer-Encoding: x\n${comments}\n${comments.replaceAll('(', ')')}\n\n${body}\n`
    const begun = process.threadCpuUsage()
    expect((await read(text, [65_536])).gaps).toEqual(['unsupported-format'])
    const { user, system } = process.threadCpuUsage(begun)
    expect((user + system) / 1e6).toBeLessThan(10)
  })

  test.each(['', '7bit', '8BIT', '"binary"', '(none) 7bit'])('that changes nothing is no gap: %s', async (name) => {
    expect((await read(`${head}Content-Transfer-Encoding: ${name}\n\nuser 17\n`)).gaps).toEqual([])
  })
})

describe('lines that are not decoded', () => {
  const lines = (bytes: Buffer) => bytes.toString('base64').replace(/.{76}/g, '$&\n')
  const packed = gzipSync(`user 17 ${randomBytes(60).toString('hex')}`)
  const opaque = randomBytes(3000)

  test('have the gaps of plain text for what hides its content', async () => {
    const word = gzipSync(`user 17 ${randomBytes(20).toString('hex')}`).toString('base64')
    const cases = [
      { text: `\n{"a":"${packed.toString('base64')}"}\n`, gaps: ['unsupported-format'] },
      { text: `Content-Transfer-Encoding: 7bit\n\n${lines(packed)}\n`, gaps: ['unsupported-format'] },
      { text: `\n> Content-Transfer-Encoding: base64\n>\n> ${lines(packed)}\n`, gaps: ['unsupported-format'] },
      { text: `\n${lines(opaque)}\n`, gaps: ['opaque'] },
      { text: `\n${opaque.toString('base64').repeat(30)}\n`, gaps: ['opaque'] },
      { text: `X-Data: ${packed.toString('hex')}\n\n(hello)\n`, gaps: ['unsupported-format'] },
      {
        text: `X-Data: =?utf-8?Q?${word.slice(0, 30)}?= =?utf-8?Q?${word.slice(30).replaceAll('=', '=3D')}?=\n\n`,
        gaps: ['unsupported-format'],
      },
      {
        text: `${'Content-Transfer-Encoding: base64\n'}\n${base64('user 12')}\n{"a":"${packed.toString('base64')}"}\n`,
        gaps: ['unsupported-format'],
      },
      { text: `\n-----BEGIN PGP MESSAGE----- \n\nabc\n`, gaps: ['encrypted'] },
      { text: `\n  -----BEGIN PGP MESSAGE, PART 1/2-----\t\n\nabc\n`, gaps: ['encrypted'] },
      { text: `\n${lines(Buffer.from('user 17 '.repeat(400)))}\n`, gaps: [] },
    ]
    for (const { text, gaps } of cases) {
      expect((await read(`${head}${text}`)).gaps, text).toEqual(gaps)
      expect((await read(`${head}${text}`.replaceAll('\n', '\r\n'), [7, 30])).gaps, text).toEqual(gaps)
    }
  })

  test('are told from attachments, which are decoded', async () => {
    const encoded = `Content-Transfer-Encoding: base64\n\n${lines(packed)}\n`
    const got = await read(`${head}${encoded}`)
    expect(got.gaps).toEqual([])
    expect(got.texts['mail/part-1/gzip']).toMatch(/^user 17 /)
  })
})

const encoded = `Content-Transfer-Encoding: base64\n\n${base64('user 17')}\n`
const show = async (beginning: string) => (await read(`${beginning}${encoded}`)).texts['mail/part-1']

describe('a message is told', () => {
  test.each([
    ...['Received', 'X-Received', 'Return-Path', 'Delivered-To', 'X-Original-To', 'Envelope-to', 'DKIM-Signature'],
    ...['ARC-Seal', 'ARC-Authentication-Results', 'Message-ID', 'MIME-Version', 'Authentication-Results'],
    'X-Mozilla-Status',
  ])('by %s, before fields that others have too', async (name) => {
    for (const field of [name, name.toUpperCase(), name.toLowerCase()])
      for (const before of ['', '\n', '\ufeff', '1234\n', '>From x\nTo: b\n'])
        expect([field, before, await show(`${before}${field}: x\n y\n`)]).toEqual([field, before, 'user 17'])
  })

  test.each([
    ...['To', 'Cc', 'Bcc', 'Subject', 'Date', 'Sender', 'Reply-To', 'Content-Type', 'Content-Disposition'],
    ...['In-Reply-To', 'References', 'List-Id', 'List-Unsubscribe-Post', 'X-Mailer', 'X-MS-Exchange-Organization'],
    ...['User-Agent', 'Importance', 'Priority', 'Thread-Topic', 'Thread-Index', 'Snapshot-Content-Location'],
  ])('by %s beside one that others have too', async (name) => {
    const value = name === 'Content-Type' ? 'text/plain' : 'x'
    expect(await show(`${name}: ${value}\n`)).toBe('user 17')
    expect(await show(`From: a\n${name}: ${value}\n`)).toBe('user 17')
  })

  test.each([
    ...['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map(
      (day) => `From bob@example.org ${day} Jan  5 09:30:00 2026`,
    ),
    'From - Mon Jan 05 9:30:00 2026',
    'From MAILER-DAEMON Mon, 5 Jan 2026 09:30:00 +0100 2026',
    'From bob 2026-01-05T09:30:00Z',
    'From bob at example.org 2026-01-05 9:30',
  ])('by the line before it in a mailbox: %s', async (line) => {
    expect(await show(`${line}\nName: x\n`)).toBe('user 17')
    const two = await read(`${line}\nName: x\n${encoded}\n${line}\nName: y\n${encoded}`)
    expect(Object.values(two.texts).filter((text) => text === 'user 17')).toHaveLength(2)
  })
})

describe('a text', () => {
  test('that begins like a message and is none is delivered whole and has no gap', async () => {
    const word = fc.constantFrom(
      'From: ',
      'Subject: ',
      'a',
      '\n',
      '\n\n',
      '--',
      '--x',
      'user 17',
      ' ',
      ':',
      '=?',
      '{"a":1}',
      '\r\n',
      'begin 1',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 40 }), async (words) => {
        const text = `From: a\nTo: b\n${words.join('')}`
        const got = await read(text, [7, 30])
        expect(got).toEqual({ gaps: [], texts: { mail: text } })
      }),
      { numRuns: 300 },
    )
    const long = `From: a\nTo: b\n${'x'.repeat(3_000_000)}\n${'y: z\n'.repeat(10_000)}`
    expect((await read(long, [65_536])).gaps).toEqual([])
  })

  test.each([
    'user: 17\nname: bob\n',
    'Date: 2026-01-31\n',
    '{"From: a": 1}\nTo: b\n',
    'From here on\nTo: b\n',
    'time,user\n',
  ])('is not taken for a message for a few words: %s', async (text) => {
    expect((await read(text)).texts).toEqual({ '': text })
  })
})
