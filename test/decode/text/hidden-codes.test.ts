import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { collect, inPieces } from '../collect.ts'

const code = gzipSync('bob_smith77 and jane.doe@example.org wrote to each other').toString('base64')
const commit = 'commit refs/heads/main\nauthor x <x@example.com> 1 +0000\n'
const line = `a line about nothing, and ${code} in it\n`

/** Each format reads its text in a way of its own, and none may leave out to look what is hidden in it. */
test.each<{ format: string; text: string; encoding?: BufferEncoding }>([
  { format: 'cut-lines', text: `{"log":"${code}\\n","stream":"stdout","time":"x"}\n{"log":"x\\n"}\n` },
  { format: 'doubled-at', text: `head\t1.1;\naccess;\n\n1.1\nlog\n@${code}\n@\n` },
  {
    format: 'escaped-bytes',
    text: `VERSION=3\nformat=print\ntype=btree\nHEADER=END\n key\n value\nDATA=END\n${code}\n`,
  },
  { format: 'folded', text: `BEGIN:VCARD\r\nVERSION:3.0\r\nX-KEPT:${code}\r\nEND:VCARD\r\n` },
  { format: 'git-export', text: `${commit}data ${line.length}\n${line}` },
  { format: 'ion', text: `$ion_1_0 {Item:{Id:103.,Kept:"${code}"}}\n` },
  { format: 'separated', text: `8=FIX.4.4\x019=70\x0135=D\x0158=${code}\x0110=004\x01\n` },
  { format: 'utf-16', text: `\ufeff${line}`, encoding: 'utf16le' },
])('gzip in base64 is a gap in a text of $format', async ({ format, text, encoding = 'utf8' }) => {
  for (const lengths of [[1e6], [50]]) {
    const { reading } = await collect(inPieces(Buffer.from(text, encoding), lengths))
    expect(new Set(reading.gaps.map(({ reason, path }) => `${reason} ${path[0]}`))).toEqual(
      new Set([`unsupported-format ${format}`]),
    )
  }
})
