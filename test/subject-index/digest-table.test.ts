import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IndexInvalid } from '../../lib/errors.ts'
import { createTableWriter, openTable } from '../../lib/subject-index/digest-table.ts'
import { type IndexSource, sourceOfBytes } from '../../lib/subject-index/index-source.ts'

const digestOf = (n: number) => createHash('sha256').update(String(n)).digest().subarray(0, 16)
const wordsOf = (digest: Buffer) => Uint32Array.from({ length: 4 }, (_, word) => digest.readUInt32BE(word * 4))

const count = 3000
const sorted = Array.from({ length: count }, (_, n) => digestOf(n)).sort((a, b) => a.compare(b))
const parts: Uint8Array[] = []
const writer = createTableWriter(4, (bytes) => parts.push(bytes.slice()))
writer.write(Buffer.concat(sorted))
const header = writer.finish()
const bytes = Buffer.concat(parts)

const damaged = (what: string) => new IndexInvalid(what)
/** As a file has them: what is asked for is put where it is wanted. */
const copied: IndexSource = {
  size: bytes.length,
  read(from, to, memory) {
    if (memory === undefined) return bytes.subarray(from, to)
    memory.set(bytes.subarray(from, to))
    return memory
  },
}

describe('a table of digests of which few shards are kept', () => {
  it.each([
    { name: 'views', source: sourceOfBytes(bytes) },
    { name: 'copies', source: copied },
  ])('finds each at its place in any order, and no other, from $name', ({ source }) => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 4000, 12_000, 2 ** 20),
        fc.array(fc.nat({ max: count + 50 }), { minLength: 100, maxLength: 300 }),
        (mostKept, asked) => {
          const table = openTable(source, 0, header, damaged, mostKept)
          for (const n of asked) {
            const digest = digestOf(n)
            const place = sorted.findIndex((each) => each.equals(digest))
            expect(table.find(wordsOf(digest))).toBe(place)
            if (place !== -1) expect(table.at(place)).toBe(digest.toString('hex'))
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  it('names a damaged shard whenever it is read, and goes on to serve the others', () => {
    const changed = Buffer.from(bytes)
    changed[5]! ^= 1
    const table = openTable(sourceOfBytes(changed), 0, header, damaged, 4000)
    for (let turn = 0; turn < 3; turn++) {
      expect(() => table.find(wordsOf(sorted[3]!))).toThrow('digests, shard 1 of 16')
      expect(table.find(wordsOf(sorted[count - 1]!))).toBe(count - 1)
    }
  })
})
