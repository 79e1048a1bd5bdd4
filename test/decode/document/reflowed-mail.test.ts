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

  test('that has a line without an end is read in one go', async () => {
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
  })
})
