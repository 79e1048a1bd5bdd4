import { describe, expect, test } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'
import { corpusOf } from './corpus-columns.ts'

const files = [
  { name: 'small', step: 11 },
  { name: 'small-zstd', step: 11 },
  { name: 'small-stream', step: 7 },
].map((file) => ({ ...file, ...corpusOf('arrow').find(({ name }) => name === file.name)! }))

/** The lines of all values, and whether everything was read. */
async function read(bytes: Uint8Array): Promise<{ complete: boolean; lines: string[] }> {
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

  test('is never complete when it was cut off', async () => {
    // Before that it is text.
    for (let length = 7; length < bytes.length; length++)
      expect((await read(bytes.subarray(0, length))).complete, `${length} bytes`).toBe(false)
  })

  // Nothing in Arrow checks the bytes of values themselves.
  test('is never complete with fewer values or more, whichever bit flips', async () => {
    let noticed = 0
    for (let bit = 0; bit < bytes.length * 8; bit += step) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      const found = await read(damaged)
      if (!found.complete) noticed += 1
      else if (found.lines.length !== whole.lines.length) expect.fail(`bit ${bit & 7} of byte ${bit >> 3}`)
    }
    expect(noticed).toBeGreaterThan((bytes.length * 4) / step)
  })

  test('is never complete with anything but text behind it, and text is read', async () => {
    for (const more of ['\x01\x02', '\0\0\0\0', String(bytes)]) {
      const { reading } = await collect(inPieces(Buffer.concat([bytes, Buffer.from(more, 'latin1')]), [64]))
      expect(reading.complete).toBe(false)
    }
    const { contents } = await collect(inPieces(Buffer.concat([bytes, Buffer.from('user 1234567890\n')]), [64]))
    expect(Object.values(textsOf(contents)).join('')).toContain('user 1234567890')
  })
})
