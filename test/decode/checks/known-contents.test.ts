import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { collect, inPieces } from '../collect.ts'

const corpus = new URL('../../corpus/known/', import.meta.url)
const names = readdirSync(corpus).filter((name) => name.endsWith('.bin'))

describe('what programs put into every document', () => {
  test.each(names)('is known byte for byte, however it is cut: %s', async (name) => {
    const bytes = readFileSync(new URL(name, corpus))
    for (const lengths of [[1e6], [1], [511, 2]]) {
      const { reading, contents } = await collect(inPieces(bytes, lengths))
      expect(reading.gaps).toEqual([])
      expect(contents.get('')?.bytes).toEqual(bytes)
    }
  })

  test.each(names)('is not known any more with one bit, one byte less or one more: %s', async (name) => {
    const bytes = readFileSync(new URL(name, corpus))
    const others = [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from(' ')])]
    for (const at of [0, 508, 600, bytes.length - 1]) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 1
      others.push(damaged)
    }
    for (const other of others) expect((await collect(inPieces(other, [1e6]))).reading.complete).toBe(false)
  })
})
