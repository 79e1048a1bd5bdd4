import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IndexInvalid } from '../../lib/errors.ts'
import { createConfirm } from '../../lib/subject-index/confirm.ts'
import { createTableWriter, openTable } from '../../lib/subject-index/digest-table.ts'
import { sourceOfBytes } from '../../lib/subject-index/index-source.ts'
import { createKeyedDigest } from '../../lib/subject-index/keyed-digest.ts'

const key = Buffer.alloc(32, 3)

function digestOf(text: string): Buffer {
  const keyed = createKeyedDigest(key)
  keyed.compute(1, Buffer.from(text), 0, text.length)
  const bytes = Buffer.alloc(16)
  keyed.digest.forEach((word, at) => {
    bytes.writeUInt32BE(word, at * 4)
  })
  return bytes
}

/** A lookup over these texts, and the texts in the order of their digests. */
function lookupOf(texts: string[], shardBits = 0) {
  const sorted = texts.map((text) => ({ text, digest: digestOf(text) })).sort((x, y) => x.digest.compare(y.digest))
  const parts: Uint8Array[] = []
  const writer = createTableWriter(shardBits, (bytes) => parts.push(bytes.slice()))
  writer.write(Buffer.concat(sorted.map(({ digest }) => digest)))
  const header = writer.finish()
  const table = openTable(sourceOfBytes(Buffer.concat(parts)), 0, header, (what) => new IndexInvalid(what))
  const { find, confirm } = createConfirm(table, key)
  return { sorted: sorted.map(({ text }) => text), find, confirm }
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => String(1_000_000 + n))

describe('exact lookup', () => {
  const sets: { name: string; texts: string[] }[] = [
    { name: 'one entry', texts: numbers(1) },
    { name: 'two entries', texts: numbers(2) },
    { name: 'many entries', texts: numbers(3000) },
    {
      name: 'entries whose digests crowd at the beginning',
      texts: numbers(3000).filter((text) => digestOf(text)[0]! < 20),
    },
    { name: 'entries whose digests crowd at the end', texts: numbers(3000).filter((text) => digestOf(text)[0]! > 230) },
  ]
  for (const { name, texts } of sets)
    it.each([0, 1, 4, 12])(`finds every entry at its place and nothing else: ${name}, 2^%i shards`, (shardBits) => {
      const { sorted, find } = lookupOf(texts, shardBits)
      expect(sorted.map((text) => find(1, Buffer.from(text), 0, text.length))).toStrictEqual([...sorted.keys()])
      for (const text of texts) {
        expect(find(2, Buffer.from(text), 0, text.length)).toBe(-1)
        expect(find(1, Buffer.from(`${text}0`), 0, text.length + 1)).toBe(-1)
      }
    })

  it('finds nothing among no entries', () => {
    expect(lookupOf([]).find(1, Buffer.from('123'), 0, 3)).toBe(-1)
  })

  it('remembers answers for the very bytes and shape, however their hashes collide', () => {
    const pool = ['1000', '1001', '10001', '100', '1002', '1000100', '10', '1010']
    const { confirm, find } = lookupOf(['1000', '10001', '1002', '100'])
    const asked = fc.record({ text: fc.constantFrom(...pool), shape: fc.constantFrom(1, 4), at: fc.nat(3) })
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 20 }), (questions) => {
        for (const { text, shape, at } of questions) {
          const bytes = Buffer.from('9'.repeat(at) + text)
          expect(confirm(shape, bytes, at, text.length, 5, 9)).toBe(find(shape, bytes, at, text.length))
        }
      }),
      { numRuns: 1000 },
    )
  })
})
