import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { scanObject } from '../../../lib/scan/scan-object.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { collect, inPieces, textsOf } from '../collect.ts'

const made = readFileSync(new URL('../../corpus/git-export/export.bin', import.meta.url))
const read = async (text: string, lengths = [100, 7]) => {
  const { reading, contents } = await collect(inPieces(Buffer.from(text), lengths))
  return { gaps: reading.gaps.map(({ reason }) => reason), texts: textsOf(contents) }
}

describe('what git fast-export writes', () => {
  test('has people at the end of messages without a line end', async () => {
    const index = makeIndex(['bob_smith77', 'jane.doe@example.org', 'alice.smith', '5696621'])
    const found = new Set<number>()
    const { complete } = await scanObject(inPieces(made, [7]), index, ({ ordinal }) => found.add(ordinal))
    expect({ complete, found: found.size }).toEqual({ complete: true, found: 4 })
  })

  test('is the same, however it is cut', async () => {
    const whole = await read(String(made), [1e6])
    for (const lengths of [[1], [2, 3], [64]]) expect(await read(String(made), lengths)).toEqual(whole)
  })

  test.each([
    {
      name: 'of nothing',
      text: 'blob\nmark :1\ndata 0\nreset refs/x\n',
      shown: 'blob\nmark :1\ndata 0\nreset refs/x\n',
    },
    { name: 'that looks like a length', text: 'blob\ndata 7\ndata 99done\n', shown: 'blob\ndata 7\ndata 99\ndone\n' },
    {
      name: 'that is cut off',
      text: 'feature done\nblob\ndata 99\nbob_w77',
      shown: 'feature done\nblob\ndata 99\nbob_w77',
    },
    { name: 'with another length', text: 'blob\ndata x\nbob_w77from :1\n', shown: 'blob\ndata x\nbob_w77from :1\n' },
  ])('has data $name', async ({ text, shown }) => {
    const end = shown.indexOf('\n') + 1
    expect(await read(text, [1])).toEqual({
      gaps: [],
      texts: { 'git-export/head': shown.slice(0, end), 'git-export/text': shown.slice(end) },
    })
  })

  test('is no text where a file in it is none', async () => {
    expect((await read('blob\nmark :1\ndata 3\na\x01b\n')).gaps).toEqual(['not-text'])
  })
})
