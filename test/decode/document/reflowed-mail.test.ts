import { describe, expect, test } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'

async function read(text: string, lengths = [50]) {
  const { reading, contents } = await collect(inPieces(Buffer.from(text), lengths))
  return { gaps: [...new Set(reading.gaps.map(({ reason }) => reason))], texts: textsOf(contents) }
}

const head = 'From: a@example.org\nSubject: x\nMIME-Version: 1.0\n'

describe('a message', () => {
  test('whose lines are broken within words has each paragraph once more as a line, however it is cut', async () => {
    for (const encoding of ['7bit', 'quoted-printable'])
      for (const end of ['\n', '\r\n'])
        for (const lengths of [[1], [13], [1000]]) {
          const blank = encoding === '7bit' ? ' ' : '=20'
          const body = 'see jane.d \noe@example. \norg\n\n> and 12345 \n6789\nas it is\nlast 123 \n45'.replaceAll(
            ' \n',
            `${blank}\n`,
          )
          const text = `${head}Content-Type: text/plain; format=flowed; delsp=yes\nContent-Transfer-Encoding: ${encoding}\n\n${body}`
          const { gaps, texts } = await read(text.replaceAll('\n', end), lengths)
          const lines = texts['mail/part-1']!.split('\n')
          for (const line of ['see jane.doe@example.org', '> and 123456789', 'as it is', 'last 12345'])
            expect(lines).toContain(line)
          expect(gaps).toEqual([])
        }
  })

  const flowed = `${head}Content-Type: text/plain; format=flowed; delsp=yes\n\n`

  test('that is quoted has its paragraphs without what quotes their lines', async () => {
    const { texts } = await read(`${flowed}> see jane.d \n> oe@example. \n>org\n\n> > 12345 \n> > 6789\n`)
    const lines = texts['mail/part-1']!.split('\n')
    expect(lines).toContain('> see jane.doe@example.org')
    expect(lines).toContain('> > 123456789')
  })

  test('with a paragraph of any length has every word of it whole', async () => {
    const broken = Array.from({ length: 4000 }, (_, at) => `words, user${at} \n_x, and some more of them ${at} `)
    const { texts, gaps } = await read(`${flowed}${broken.join('\n')}\n`, [65_536])
    const words = new Set(texts['mail/part-1']!.split(/[ ,\n]+/))
    expect(broken.filter((_, at) => !words.has(`user${at}_x`))).toEqual([])
    expect(gaps).toEqual([])
  })

  test('has what was broken off at both ends of a line that is too long to be held', async () => {
    const long = `oe@example.org ${'words '.repeat(30_000)}12345 `
    const { texts } = await read(`${flowed}jane.d \n${long}\n6789\n`, [5000])
    expect(texts['mail/part-1']).toContain(`${long}\n`)
    const words = texts['mail/part-1']!.split(/[ \n]+/)
    expect(words).toContain('jane.doe@example.org')
    expect(words).toContain('123456789')
  })

  test('has the parts behind one that is broken or folded, whether or not it is told where that ends', async () => {
    const secret = Buffer.from('user jane_w77 was here').toString('base64')
    for (const boundary of ['boundary="zz"', 'boundary*0="z"; boundary*1="z"', "boundary*=us-ascii''zz"])
      for (const type of ['text/plain; format=flowed; delsp=yes', 'text/calendar', 'text/plain'])
        for (const encoding of ['7bit', 'quoted-printable']) {
          const first = `Content-Type: ${type}\nContent-Transfer-Encoding: ${encoding}\n\nsome text\n`
          const second = `Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n${secret}\n`
          const { texts } = await read(
            `${head}Content-Type: multipart/mixed; ${boundary}\n\n--zz\n${first}--zz\n${second}--zz--\n`,
          )
          expect([boundary, type, encoding, ...Object.values(texts)]).toContain('user jane_w77 was here')
        }
  })

  test('has folded bodies that are not encoded unfolded, by their type, their name or their first line', async () => {
    const calendar = 'BEGIN:VCALENDAR\nATTENDEE:mailto:jane.d\n oe@example.org\nEND:VCALENDAR\n'
    const entry = '# made today\n\ndn: cn=x\nmail: jane.d\n oe@example.org\n'
    for (const [type, body] of [
      ['text/calendar', calendar],
      ['application/ics', calendar],
      ['application/octet-stream', calendar],
      ['text/plain; name=x.ldif', entry],
    ]) {
      const { texts } = await read(`${head}Content-Type: ${type}\n\n${body}`)
      expect(texts['mail/part-1/folded/unfolded'], type).toContain('jane.doe@example.org')
    }
  })

  test('that has a line without an end is read as it is', async () => {
    const body = Buffer.alloc(1e6, 'ab').toString('base64')
    const text = `${head}Content-Type: text/plain; delsp=yes\nContent-Transfer-Encoding: base64\n\n${body.replace(/.{76}/g, '$&\n')}\n`
    const { gaps, texts } = await read(text, [65_536])
    expect(texts['mail/part-1']).toBe('ab'.repeat(5e5))
    expect(gaps).toEqual([])
  })

  test('has the parameters of a field that are in parts in any order, each as a line', async () => {
    const field = `Content-Disposition: attachment; filename*1="mith@x.org"; filename*0*=iso-8859-1''f%FCr%20s; filename*2*=%2Etxt; other*0=a; other*1=b`
    const { gaps, texts } = await read(`${head}${field}\n\nx\n`)
    expect(texts['mail/fields']).toBe('für smith@x.org.txt\rab\n')
    expect(gaps).toEqual([])
    expect((await read(`${head}${field.replace('iso-8859-1', 'x-none')}\n\nx\n`)).gaps).toContain('unsupported-format')
    const twice = 'Content-Disposition: attachment; f*1="th@x.org"; f*0=smi; f*1="b"'
    expect((await read(`${head}${twice}\n\nx\n`)).texts['mail/fields']).toBe('smith@x.org\rsmib\n')
  })
})
