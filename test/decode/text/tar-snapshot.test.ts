import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { scanObject } from '../../../lib/scan/scan-object.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { collect, inPieces } from '../collect.ts'

const made = readFileSync(new URL('../../corpus/separated/snapshot.bin', import.meta.url))
const latin1 = made.toString('latin1')
const gapsOf = async (text: string, lengths = [1000]) =>
  (await collect(inPieces(Buffer.from(text, 'latin1'), lengths))).reading.gaps.map(({ reason }) => reason)

describe('what GNU tar keeps of an incremental archive', () => {
  test('has people in the names of files, behind the letters that say what became of these', async () => {
    const index = makeIndex(['bob_moved', 'jane.doe@example.org', '5696621', 'Nora'])
    const found = new Set<number>()
    const { complete } = await scanObject(inPieces(made, [7]), index, ({ ordinal }) => found.add(ordinal))
    expect({ complete, found: found.size }).toEqual({ complete: true, found: 4 })
  })

  test('is read, however it is cut', async () => {
    for (const lengths of [[1], [13, 64, 5]]) expect(await gapsOf(latin1, lengths)).toEqual([])
  })

  test('may have directories without entries', async () => {
    expect(await gapsOf(`${latin1}0\x001796068006\x000\x0065024\x001\x00data/empty\0\0\0`)).toEqual([])
  })

  test.each([
    { name: 'a number that is none', text: latin1.replace('\0data\0', '\0x\0data\0') },
    { name: 'an entry of which nobody knows what became', text: latin1.replace('\0Njane', '\0Qjane') },
    { name: 'something between directories', text: latin1.replace('5696621\0\0\x000', '5696621\0\0x\x000') },
    { name: 'a word for a number', text: latin1.replace('\x0065024\0', '\x00bob_w77\0') },
    { name: 'an entry behind the last one', text: latin1.replace('5696621\0\0', '5696621\0\0Ybob') },
    { name: 'no number', text: latin1.replace('\x0065024\0', '\0\0') },
    { name: 'another control byte', text: latin1.replace('Nora', 'No\x01ra') },
  ])('is no text with $name', async ({ text }) => {
    expect(text).not.toBe(latin1)
    expect(new Set(await gapsOf(text))).toEqual(new Set(['not-text']))
  })

  test('is not complete where it is cut off, but before a directory', async () => {
    const whole = /^.*\n\d+\0\d+\0|\0\0\0/g
    const ends = Array.from(latin1.matchAll(whole), (each) => each.index + each[0].length)
    for (let length = 'GNU tar-1.34-2\n1'.length; length < made.length; length++)
      if (!ends.includes(length))
        expect([length, await gapsOf(latin1.slice(0, length))]).toEqual([length, ['not-text']])
  })
})
