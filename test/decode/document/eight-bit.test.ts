import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { inPieces } from '../collect.ts'

async function gapsOf(text: string, readsEightBit: boolean, lengths = [1000]) {
  const open = () => ({ readsEightBit, write() {}, end() {} })
  const { gaps } = await decodeObject(inPieces(Buffer.from(text, 'latin1'), lengths), open)
  return [...new Set(gaps.map(({ reason }) => reason))]
}

const lines = 'an ordinary line of ASCII\n'.repeat(5)
const documents = [
  {
    name: 'XML',
    around: (text: string) => `<?xml version="1.0" encoding="ISO-8859-1"?><users><user name="x">${text}</user></users>`,
  },
  { name: 'HTML', around: (text: string) => `<!DOCTYPE html><p>${lines}</p><p>${text}<b>1</b></p>` },
  {
    name: 'markup in XML',
    around: (text: string) => `<?xml version="1.0"?><page>${lines}<![CDATA[<p>${text}<b>1</b></p>]]></page>`,
  },
  {
    name: 'mail',
    around: (text: string) => `Message-ID: <1@x.org>\nSubject: ${text}\nFrom: a@x.org\n\n${lines}${text}\n`,
  },
  {
    name: 'a card',
    around: (text: string) => `BEGIN:VCARD\nVERSION:3.0\nFN:${text}\n 1\nNOTE:${'x'.repeat(60)}\nEND:VCARD\n`,
  },
  { name: 'RTF', around: (text: string) => `{\\rtf1\\ansi ${lines}{\\b ${text}}1}` },
]

describe.each(documents)('$name in an encoding of single bytes', ({ around }) => {
  const text = around('Jos\xe9 M\xfcller')

  test('is text where what stands behind its characters is looked for, however it is cut', async () => {
    for (const lengths of [[1000], [1], [7, 3]]) expect(await gapsOf(text, true, lengths)).toEqual([])
    expect(await gapsOf(text, false)).toEqual(['invalid-utf8'])
  })

  test('is none where its bytes are other than text has', async () => {
    expect(await gapsOf(around('Jos\xe9 \x01'), true)).not.toEqual([])
    const noise = Array.from({ length: 300 }, (_, at) => String.fromCharCode(0x80 + ((at * 37) % 128))).join('')
    expect(await gapsOf(around(noise), true)).not.toEqual([])
  })
})
