import { expect, test } from 'vitest'
import { type PlacedOccurrence, scanObject } from '../../../lib/scan/scan-object.ts'
import { tarOf } from '../../decode/archive/tar-writer.ts'
import { zipOf } from '../../decode/archive/zip-writer.ts'
import { gzipMember } from '../../decode/gzip-member.ts'
import { makeIndex } from '../../subject-index/make-index.ts'

const uuid = '550e8400-e29b-41d4-a716-446655440000'
const longest = 'h'.repeat(254)
const index = makeIndex(['1234567890123456789', 'bob@example.com', 'bob.smith', uuid, longest], {
  pending: ['later.person'],
})

async function placesIn(bytes: Uint8Array, size: number): Promise<string[]> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const found: PlacedOccurrence[] = []
  await scanObject(pieces(), index, (each) => found.push(each))
  return found.map(({ path, record, offset }) => `${path.join('/')} ${record} ${offset}`).sort()
}

const names = [
  { name: 'an address before an extension', text: 'home/bob@example.com.jsonl', at: [5] },
  { name: 'a dotted handle between words', text: 'export_bob.smith-2026.csv', at: [7] },
  { name: 'a UUID behind a word', text: `cafe-${uuid}.json`, at: [5] },
  { name: 'digits between words', text: 'a_1234567890123456789.b', at: [2] },
  { name: 'an address that is the name', text: 'bob@example.com', at: [0] },
  { name: 'twice in one name', text: 'bob@example.com.a/bob@example.com.b', at: [0, 18] },
  { name: 'in a long name', text: `${'x.'.repeat(2500)}bob@example.com.gz`, at: [5000] },
  { name: 'at its end', text: 'export-bob.smith', at: [7] },
  { name: 'behind an escape', text: '%22bob.smith_2026', at: [3] },
  { name: 'in a form', text: 'bob%40example.com', at: [0] },
  { name: 'as long as any', text: `export-${longest}_2026`, at: [7] },
  { name: 'of somebody without a confirmed transfer', text: 'later.person-2026', at: [] },
  { name: 'a longer handle', text: 'bobby.smithson.csv', at: [] },
]

test.each(names)(
  'an identifier is found in the names of members as in the key of an object: $name',
  async ({ text, at }) => {
    for (const size of [1, 13, 100_000]) {
      const zip = zipOf([
        { name: 'b', data: 'x' },
        { name: text, data: 'x' },
      ])
      expect(await placesIn(zip, size)).toEqual(at.map((place) => `zip/names 2 ${place + 3}`).sort())
      const gzip = gzipMember('x', { name: text })
      expect(await placesIn(gzip, size)).toEqual(at.map((place) => `gzip/header/name 1 ${place}`).sort())
    }
  },
)

test('where a long name is cut to be looked at, nothing begins or ends', async () => {
  for (const before of [3500, 4000]) {
    const names = Array.from({ length: 200 }, (_, more) => `${'x'.repeat(before + more)}.abob.smith.bob.smithson.csv`)
    const found = `${'x'.repeat(before)}.bob.smith.csv`
    const listed = [...names, found].map((name) => ({ name, data: 'x' }))
    expect(await placesIn(zipOf(listed), 10_000)).toEqual([
      `zip/names ${names.length + 1} ${names.join('..').length + 2 + before + 1}`,
    ])
  }
})

test('contents have no parts, only runs', async () => {
  expect(await placesIn(tarOf({ data: 'bob.smith-2026' }), 1000)).toEqual([])
  expect(await placesIn(tarOf({ data: 'bob.smith 2026' }), 1000)).toEqual(['tar/member-1 1 0'])
})
