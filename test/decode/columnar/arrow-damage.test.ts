import { describe, expect, test } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'
import { corpusOf } from './corpus-columns.ts'
import { type ReadTable, testDamage } from './damaged-table.ts'

const files = [
  { name: 'small', step: 11 },
  { name: 'small-zstd', step: 11 },
  { name: 'small-stream', step: 7 },
].map((file) => ({ ...file, ...corpusOf('arrow').find(({ name }) => name === file.name)! }))

const read: ReadTable = async (bytes) => {
  const { reading, contents } = await collect(inPieces(bytes, [2000]))
  const values = [...contents].filter(([path]) => /\/column-\d+$/.test(path))
  return { complete: reading.complete, lines: values.flatMap(([, { bytes }]) => String(bytes).split('\n')) }
}

describe.each(files)('Arrow ($name)', async ({ bytes, expected, step }) => {
  const whole = await read(bytes)

  test('is complete when nothing is wrong with it', () => {
    expect(whole.complete).toBe(true)
    expect(whole.lines).toEqual(expect.arrayContaining(Object.values(expected.columns).flat()))
  })

  testDamage(bytes, read, { shortest: 7, step, noticed: 4 })

  test('is never complete with anything but text behind it, and text is read', async () => {
    for (const more of ['\x01\x02', '\0\0\0\0', String(bytes)]) {
      const { reading } = await collect(inPieces(Buffer.concat([bytes, Buffer.from(more, 'latin1')]), [64]))
      expect(reading.complete).toBe(false)
    }
    const { contents } = await collect(inPieces(Buffer.concat([bytes, Buffer.from('user 1234567890\n')]), [64]))
    expect(Object.values(textsOf(contents)).join('')).toContain('user 1234567890')
  })
})
