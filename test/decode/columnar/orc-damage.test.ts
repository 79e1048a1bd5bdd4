import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { collect, inPieces } from '../collect.ts'
import { expectedOf } from './corpus-columns.ts'

const corpus = new URL('../../corpus/orc/', import.meta.url)
const files = [
  { name: 'small', step: 5 },
  { name: 'small-zlib', step: 3 },
].map(({ name, step }) => ({
  name,
  step,
  bytes: readFileSync(new URL(`${name}.bin`, corpus)),
  values: Object.values(expectedOf(name, corpus).columns).flat(),
}))

/** The lines of all values, and whether everything was read. */
async function read(bytes: Uint8Array): Promise<{ complete: boolean; lines: string[] }> {
  let text = ''
  const open = (path: readonly string[]) => ({
    write(chunk: Uint8Array) {
      if (path[2]?.startsWith('column') && !path.at(-1)!.startsWith('row'))
        text += Buffer.from(chunk).toString('latin1')
    },
    end() {},
  })
  const { complete } = await decodeObject(inPieces(bytes, [2000]), open)
  return { complete, lines: text.split('\n') }
}

describe.each(files)('an ORC file ($name)', async ({ bytes, values, step }) => {
  const whole = await read(bytes)

  test('is complete when nothing is wrong with it', async () => {
    expect(whole.complete).toBe(true)
    for (const value of values) expect(whole.lines).toContain(value)
  })

  test('is never complete when it was cut off', async () => {
    for (let length = 5; length < bytes.length; length++)
      expect((await read(bytes.subarray(0, length))).complete).toBe(false)
  })

  // Nothing in ORC checks the bytes of values themselves.
  test('is never complete with fewer values or more, whichever bit flips', async () => {
    let noticed = 0
    for (let bit = 0; bit < bytes.length * 8; bit += step) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      const found = await read(damaged)
      if (!found.complete) noticed += 1
      else if (found.lines.length !== whole.lines.length) expect.fail(`bit ${bit & 7} of byte ${bit >> 3}`)
    }
    expect(noticed).toBeGreaterThan((bytes.length * 3) / step)
  })

  test('is never complete with something behind it', async () => {
    for (const more of ['x', 'user 1234567890\n', '\0\0\0\0']) {
      const { reading, contents } = await collect(inPieces(Buffer.concat([bytes, Buffer.from(more)]), [64]))
      expect(reading.complete).toBe(false)
      expect(String(contents.get('orc')!.bytes)).toContain(more)
    }
  })

  test('is a gap, and is not held, when it is larger than what may be held', async () => {
    const { reading } = await collect(inPieces(bytes, [64]), { ...defaultLimits, heldBytes: 500 })
    expect(reading.gaps.map(({ reason }) => reason)).toEqual(['limit'])
    expect(reading.bytes).toBe(bytes.length)
  })
})
