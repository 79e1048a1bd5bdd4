import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { collect, inPieces } from '../collect.ts'
import { expectedOf } from './corpus-columns.ts'

const corpus = new URL('../../corpus/parquet/', import.meta.url)
const files = ['small-plain', 'small-dictionary'].map((name) => ({
  name,
  bytes: readFileSync(new URL(`${name}.bin`, corpus)),
  values: Object.values(expectedOf(name, corpus).columns).flat(),
}))

/** The lines of all values, how many there are in columns and their dictionaries, and whether everything was read. */
async function read(bytes: Uint8Array): Promise<{ complete: boolean; lines: Set<string>; values: number }> {
  let text = ''
  let values = 0
  const open = (path: readonly string[]) => ({
    write(chunk: Uint8Array) {
      if (!path[1]?.startsWith('row-group')) return
      const some = Buffer.from(chunk).toString('latin1')
      text += some
      if (path.length === 3 || path[3] === 'dictionary') values += some.split('\n').length - 1
    },
    end() {},
  })
  const { complete } = await decodeObject(inPieces(bytes, [2000]), open)
  return { complete, lines: new Set(text.split('\n')), values }
}

describe.each(files)('a Parquet file ($name)', ({ bytes, values }) => {
  test('is complete when nothing is wrong with it', async () => {
    const { complete, lines } = await read(bytes)
    expect(complete).toBe(true)
    for (const value of values) expect(lines).toContain(value)
  })

  test('is never complete when it was cut off', async () => {
    for (let length = 5; length < bytes.length; length++)
      expect((await read(bytes.subarray(0, length))).complete).toBe(false)
  })

  test('is never complete without all its values, whichever bit flips', async () => {
    let noticed = 0
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      const { complete, lines } = await read(damaged)
      if (!complete) noticed += 1
      else if (!values.every((value) => lines.has(value))) expect.fail(`bit ${bit & 7} of byte ${bit >> 3}`)
    }
    expect(noticed).toBeGreaterThan(bytes.length * 4)
  })

  test('is never complete with something behind it, or between its parts', async () => {
    for (const more of ['x', 'user 1234567890\n', '\0\0\0\0']) {
      const { reading, contents } = await collect(inPieces(Buffer.concat([bytes, Buffer.from(more)]), [64]))
      expect(reading.complete).toBe(false)
      expect(String(contents.get('parquet')!.bytes)).toContain(more)
    }
  })

  test('is a gap, and is not held, when it is larger than what may be held', async () => {
    const { reading } = await collect(inPieces(bytes, [64]), { ...defaultLimits, heldBytes: 500 })
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['limit'])
    expect(reading.bytes).toBe(bytes.length)
  })
})

/** Most writers leave checksums out. A flipped bit may make another value then, of those that it is written in, or a null one. */
describe.each(['fastparquet-none', 'duckdb-snappy', 'polars'])('a Parquet file without checksums (%s)', (name) => {
  test('is never complete with fewer values, whichever bit flips', async () => {
    const bytes = readFileSync(new URL(`${name}.bin`, corpus))
    const whole = await read(bytes)
    expect(whole.complete).toBe(true)
    let noticed = 0
    for (let bit = 0; bit < bytes.length * 8; bit += 151) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      const { complete, values } = await read(damaged)
      if (!complete) noticed += 1
      else if (values < whole.values) expect.fail(`bit ${bit & 7} of byte ${bit >> 3}`)
    }
    expect(noticed).toBeGreaterThan(50)
  })
})
