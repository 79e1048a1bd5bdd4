import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { collect, inPieces } from '../collect.ts'
import { expectedOf } from './corpus-columns.ts'
import { type ReadTable, testDamage } from './damaged-table.ts'

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

const read: ReadTable = async (bytes) => {
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

  testDamage(bytes, read, { shortest: 5, step, noticed: 3 })

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
