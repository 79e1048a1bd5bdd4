import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { scanObject } from '../../../lib/scan/scan-object.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { collect, inPieces, textsOf } from '../collect.ts'

const made = readFileSync(new URL('../../corpus/git-export/export.bin', import.meta.url))
const read = async (bytes: string | Uint8Array, lengths = [100, 7]) => {
  const { reading, contents } = await collect(inPieces(Buffer.from(bytes), lengths))
  return { gaps: reading.gaps.map(({ reason, path }) => [reason, ...path].join(' ')), texts: textsOf(contents) }
}
const data = (bytes: string | Uint8Array) => Buffer.concat([Buffer.from(`data ${bytes.length}\n`), Buffer.from(bytes)])
const blob = (bytes: string | Uint8Array) => Buffer.concat([Buffer.from('blob\nmark :1\n'), data(bytes)])
const commit = 'commit refs/heads/main\nauthor x <x@example.com> 1 +0000\n'

describe('what git fast-export writes', () => {
  test('has people at the end of messages without a line end', async () => {
    const index = makeIndex(['bob_smith77', 'jane.doe@example.org', 'alice.smith', '5696621'])
    const found = new Set<number>()
    const { complete } = await scanObject(inPieces(made, [7]), index, ({ ordinal }) => found.add(ordinal))
    expect({ complete, found: found.size }).toEqual({ complete: true, found: 4 })
  })

  test('is the same, however it is cut', async () => {
    const whole = await read(made, [1e6])
    for (const lengths of [[1], [2, 3], [64]]) expect(await read(made, lengths)).toEqual(whole)
  })

  test.each([
    { name: 'a calendar', file: 'BEGIN:VCALENDAR\r\nX:bob\r\n _w77\r\nEND:VCALENDAR\r\n', path: 'folded/unfolded' },
    { name: 'HTML', file: '<!DOCTYPE html><p>bob<b>_w77</b></p>', path: 'xml/text' },
    { name: 'gzip', file: gzipSync('bob_w77'), path: 'gzip' },
  ])('has $name as a content of its own', async ({ file, path }) => {
    const { gaps, texts } = await read(Buffer.concat([blob(file), Buffer.from(`${commit}data 1\nx`)]))
    expect(gaps).toEqual([])
    expect(texts[`git-export/blob-1/${path}`]).toContain('bob_w77')
  })

  test.each([
    { name: 'a file', before: 'M 100644 inline a/b.txt\n' },
    { name: 'a note', before: 'N inline :1\n' },
  ])('has $name in a commit as a content of its own', async ({ before }) => {
    const { texts } = await read(
      Buffer.concat([Buffer.from(`${commit}data 1\nx${before}`), data('bob_w77'), data('y')]),
    )
    expect(texts).toEqual({
      'git-export/blob-1': 'bob_w77',
      'git-export/text': `${commit}data 1\nx\n${before}data 7\ndata 1\ny`,
    })
  })

  test('has a message that begins like a container as a content of its own', async () => {
    const card = 'BEGIN:VCARD\r\nX:bob\r\n _w77\r\nEND:VCARD\r\n'
    const { gaps, texts } = await read(Buffer.concat([Buffer.from(commit), data(card), Buffer.from('from :1\n')]))
    expect(gaps).toEqual([])
    expect(texts['git-export/blob-1/folded/unfolded']).toContain('bob_w77')
  })

  test('has a file in a format that is not read unverified', async () => {
    expect((await read(blob('!Type:Bank\nPbob_w77\n^\n'))).gaps).toEqual(['unsupported-format git-export blob-1'])
  })

  test.each([
    { name: 'of nothing', text: `blob\nmark :1\ndata 0\n${commit}data 1\nx` },
    { name: 'behind options', text: `# x\nfeature done\noption git quiet\nprogress x\n\n${commit}data 1\nx` },
    { name: 'behind a tag', text: 'tag v1\nfrom :1\ntagger x <x@example.com> 1 +0000\ndata 1\nx' },
  ])('has data $name', async ({ text }) => {
    expect(await read(`${text}done\n`, [1])).toEqual({ gaps: [], texts: { 'git-export/text': `${text}\ndone\n` } })
  })

  test.each([
    { name: 'data that is cut off', text: 'blob\ndata 99\nbob_w77', gap: 'truncated' },
    { name: 'a message that is cut off', text: `${commit}data 99\nbob_w77`, gap: 'truncated' },
    { name: 'data with another length', text: 'blob\nmark :1\ndata x\nbob_w77from :1\n' },
    { name: 'data up to a mark', text: 'blob\ndata <<END\ndata 4\nEND\n' },
    { name: 'data that ends within a line', text: `${commit}data 3\nto bob_w77\nfrom :1\n` },
    { name: 'line ends of Windows', text: `${commit}data 6\nby bobM 100644 :1 a\n`.replaceAll('\n', '\r\n') },
  ])('is not clean with $name', async ({ text, gap = 'unsupported-format' }) => {
    expect((await read(text)).gaps).toEqual([`${gap} git-export`])
  })

  test.each([
    'commit 0123456789abcdef0123456789abcdef01234567\nAuthor: x <x@example.com>\n\n    data x\n',
    'reset the password\nfrom the beginning\n',
    '# reset\nblob storage is data x\n',
    'blob\ndata is text\n',
  ])('is not %j', async (text) => {
    expect(await read(text)).toEqual({ gaps: [], texts: { '': text } })
  })
})
