import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { inPieces } from '../collect.ts'

const row = (...fields: string[]) => `${fields.map((field) => `þ${field}þ`).join('\x14')}\r\n`
const rows = Array.from({ length: 30 }, (_, at) =>
  row(`ABC000${at}`, 'Müller', `bob_w${at}@example.org®second line`, '', '', '', 'ok'),
)
const file = row('DOCID', 'NAME', 'FROM', 'CC', 'BCC', 'A', 'B') + rows.join('')

async function read(text: string, encoding: 'utf8' | 'latin1', lengths = [100, 1]) {
  let bytes = Buffer.alloc(0)
  const { gaps } = await decodeObject(inPieces(Buffer.from(text, encoding), lengths), () => ({
    readsEightBit: true,
    write(chunk) {
      bytes = Buffer.concat([bytes, chunk])
    },
    end() {},
  }))
  return { text: bytes.toString(encoding), gaps: gaps.map(({ reason }) => reason) }
}

describe('a load file of Concordance', () => {
  test.each([
    { name: 'UTF-8', text: file, encoding: 'utf8' as const },
    { name: 'UTF-8 with a byte order mark', text: `\ufeff${file}`, encoding: 'utf8' as const },
    { name: 'Windows-1252', text: file, encoding: 'latin1' as const },
  ])('is read, with other signs between fields: $name', async ({ text, encoding }) => {
    const shown = text.replaceAll('\x14', '\f').replaceAll('þ', encoding === 'utf8' ? 'þ' : '\f')
    for (const lengths of [[1e6], [1], [100, 1]])
      expect(await read(text, encoding, lengths)).toEqual({ text: shown, gaps: [] })
  })

  test.each([
    { name: 'a ^T within a field', text: `${file}${row('a', 'b\x14c')}` },
    { name: 'a ^T behind no field', text: `${file}þa\x14þbþ\r\n` },
    { name: 'a ^T before no field', text: `${file}þaþ\x14b\r\n` },
    { name: 'a ^T behind another character with the last byte of a þ', text: `${file}þa¾\x14þbþ\r\n` },
    { name: 'a ^T behind another character with its first byte', text: `${file}þaé\x14þbþ\r\n` },
    { name: 'a ^T at the end', text: `${file}þaþ\x14` },
    { name: 'another control byte', text: `${file}${row('a', '\x01b')}` },
    { name: 'a ^T in what does not begin so', text: `DOCID\x14NAME\r\n${file}` },
  ])('is no text with $name', async ({ text }) => {
    for (const lengths of [[1e6], [1]])
      expect(new Set((await read(text, 'utf8', lengths)).gaps)).toEqual(new Set(['not-text']))
    expect((await read(text, 'latin1')).gaps).not.toEqual([])
  })

  test.each([
    { name: 'a character of GBK that begins with a þ', value: '\xfeAbob_w77' },
    { name: 'any other þ', value: 'aþb' },
  ])('in eight bits is no text with $name within a field', async ({ value }) => {
    for (const lengths of [[1e6], [1]])
      expect((await read(`${file}${row('1', `x${value}`)}`, 'latin1', lengths)).gaps).toEqual(['not-text'])
  })
})
