import { describe, expect, test } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'

const head = 'From: a@example.org\nSubject: x\nMIME-Version: 1.0\n'

async function linksOf(message: string, lengths: readonly number[] = [1000]) {
  const { reading, contents } = await collect(inPieces(Buffer.from(message), [...lengths]))
  expect(reading.gaps).toEqual([])
  return textsOf(contents)['mail/links']?.trim().split('\n')
}

/** As Proofpoint spells a link in version 2. */
const inSecond = (link: string) =>
  `https://urldefense.proofpoint.com/v2/url?u=${link
    .replace(/[^A-Za-z0-9./]/g, (sign) => `-${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('/', '_')}&d=DwMFaQ&c=x9-_&r=y&m=z&s=0&e=`

const percentEncoded = (link: string) =>
  link.replace(/[^A-Za-z0-9./]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

describe('links that URL Defense rewrote, in a message', () => {
  const link = 'https://app.example.com/users/jane_doe/6f1e2d3c-4b5a?to=jane_doe@example.org'

  test('are there as they were, wherever they stand and however the message is cut', async () => {
    const written = inSecond(link)
    const plain = `${head}\nsee <${written}> and ${written}\n`
    const html = `${head}Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<a href=3D"${written
      .replaceAll('=', '=3D')
      .replaceAll('&', '&amp;')
      .replace(/.{50}/g, '$&=\n')}">it</a>\n`
    const encoded = `${head}Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n${Buffer.from(written).toString('base64')}\n`
    for (const lengths of [[1], [17], [100_000]]) {
      expect(await linksOf(plain, lengths)).toEqual([percentEncoded(link), percentEncoded(link)])
      expect(await linksOf(html, lengths)).toContain(percentEncoded(link))
      expect(await linksOf(encoded, lengths)).toEqual([percentEncoded(link)])
    }
  })

  test('are there where their characters are listed behind them, one by one and several at a time', async () => {
    const listed = Buffer.from('%#====').toString('base64url')
    const written = `https://urldefense.com/v3/__https://x.example/jane_doe?to=jane*40example.org*a**C__;${listed}!!Ab-1!Cd$`
    expect(await linksOf(`${head}\nsee ${written} now\n`)).toEqual([
      'https://x.example/jane_doe?to=jane%40example.org#a====',
    ])
  })

  test('are there where they were rewritten again', async () => {
    const again = inSecond(inSecond(link).replace(/&d=.*/, ''))
    const nested = `https://urldefense.com/v3/__${inSecond('https://x.example/jane_doe')}__;!!Ab!Cd$`
    expect((await linksOf(`${head}\n${again}\n`))?.at(-1)).toBe(percentEncoded(link))
    expect((await linksOf(`${head}\n${nested}\n`))?.at(-1)).toBe(percentEncoded('https://x.example/jane_doe'))
  })

  test('are none where the name alone stands, or a link is of another kind', async () => {
    const text = 'urldefense and https://urldefense.com/v4/x and https://urldefense.proofpoint.com/v2/url?u=\nurldefens'
    expect(await linksOf(`${head}\n${text}`)).toBeUndefined()
  })
})
