import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeObject } from '../../../lib/decode/decode-object.ts'
import { inPieces } from '../collect.ts'

/** Files of Java, which writes some parts that the libraries in C++ and Python do not: see `Generate.java` and `GenerateTrino.java` in each corpus. */
const files = ['orc', 'parquet'].flatMap((format) => {
  const corpus = new URL(`../../corpus/${format}/`, import.meta.url)
  return readdirSync(corpus)
    .filter((name) => /^(?:java-.*|trino-snappy)\.bin$/.test(name))
    .map((name) => ({ name: `${format}/${name}`, bytes: readFileSync(new URL(name, corpus)) }))
})

const cuts = 12

describe('a file of columns that Java wrote', () => {
  test.each(files)('is never complete when it was cut off: $name', async ({ bytes }) => {
    for (let cut = 1; cut <= cuts; cut++) {
      const length = Math.floor((bytes.length * cut) / (cuts + 1))
      const { complete } = await decodeObject(inPieces(bytes.subarray(0, length), [4000]), () => ({
        write() {},
        end() {},
      }))
      expect(complete, `${length} bytes`).toBe(false)
    }
  })

  test.each(files)('is never complete with zeros in place of a part: $name', async ({ bytes }) => {
    for (let part = 1; part < cuts; part++) {
      const damaged = Buffer.from(bytes)
      const from = Math.floor((bytes.length * part) / cuts)
      damaged.fill(0, from, from + Math.floor(bytes.length / cuts))
      const { complete } = await decodeObject(inPieces(damaged, [4000]), () => ({ write() {}, end() {} }))
      expect(complete, `from ${from} on`).toBe(false)
    }
  })
})
