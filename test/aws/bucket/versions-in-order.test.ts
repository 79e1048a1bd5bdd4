import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Marker, Pages } from '../../../lib/aws/bucket/listing-pages.ts'
import { versionsInOrder } from '../../../lib/aws/bucket/versions-in-order.ts'
import { EvidenceConflict } from '../../../lib/errors.ts'
import { compareVersions } from '../../../lib/inventory/listing-order.ts'
import type { ListedVersion } from '../../../lib/inventory/object-version.ts'

/** From S3's order, by key and then by age, to the order of listings. */

const conflict = (expected: string) => new EvidenceConflict(`store sg: listing: expected ${expected}`)

const version = (key: string, versionId: string): ListedVersion => ({
  kind: 'object',
  key,
  versionId,
  current: false,
  size: 1,
  modifiedAt: '2026-01-01T00:00:00.000Z',
})

/** As S3 lists: keys in order, the versions of one key in any order that stays the same. */
function paged(listed: readonly ListedVersion[], pageSize: number): { pages: Pages; asked: () => number } {
  let asked = 0
  const place = ({ key, id }: Marker) =>
    id === undefined
      ? listed.filter((each) => Buffer.compare(Buffer.from(each.key), Buffer.from(key)) <= 0).length
      : listed.findIndex((each) => each.key === key && each.versionId === id) + 1
  return {
    asked: () => asked,
    async pages(after) {
      asked++
      const from = after === undefined ? 0 : place(after)
      const versions = listed.slice(from, from + pageSize)
      const last = versions.at(-1)
      return from + pageSize < listed.length && last
        ? { versions, next: { key: last.key, id: last.versionId } }
        : { versions }
    },
  }
}

async function all(pages: Pages, start: Parameters<typeof versionsInOrder>[1], most: number) {
  const listing = versionsInOrder(pages, start, conflict, most)
  const seen: { version: ListedVersion; behind: string | undefined }[] = []
  for (let next = await listing.peek(); next !== undefined; next = await listing.peek()) {
    seen.push({ version: next, behind: listing.behind() })
    listing.take()
  }
  return seen
}

const keys = fc.uniqueArray(fc.constantFrom('a', 'b', 'b/c', 'é', '\ue000', '\u{1f600}', 'z'), { maxLength: 5 })
const listings = keys.chain((names) =>
  fc.tuple(
    ...names
      .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map((key) =>
        fc
          .uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 15 })
          .map((ids) => ids.map((id) => version(key, `v${id}`))),
      ),
  ),
)

it('hands out every version once, in order, however it is paged, held and resumed', async () => {
  await fc.assert(
    fc.asyncProperty(
      listings,
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 5 }),
      async (groups, page, most) => {
        const listed = groups.flat()
        const { pages } = paged(listed, page)
        const whole = await all(pages, { behind: undefined, after: undefined }, most)
        expect(whole.map((each) => each.version)).toEqual(listed.toSorted(compareVersions))
        for (const [at, { version: after }] of whole.entries()) {
          const behind = whole[at + 1]?.behind
          const rest = await all(pages, { behind, after }, most)
          expect(rest).toEqual(whole.slice(at + 1))
        }
      },
    ),
    { numRuns: 300 },
  )
})

it('asks for each page once where no key has more versions than are held', async () => {
  const listed = Array.from({ length: 1000 }, (_, n) =>
    version(`k${String(n >> 2).padStart(4, '0')}`, `v${9 - (n & 3)}`),
  )
  const { pages, asked } = paged(listed, 100)
  expect(await all(pages, { behind: undefined, after: undefined }, 4)).toHaveLength(1000)
  expect(asked()).toBe(10)
})

it('of a key with very many versions it lists again rather than holding more', async () => {
  const listed = Array.from({ length: 1000 }, (_, n) => version('k', `v${String((n * 617) % 1000).padStart(4, '0')}`))
  const { pages, asked } = paged(listed, 100)
  const seen = await all(pages, { behind: undefined, after: undefined }, 250)
  expect(seen.map((each) => each.version)).toEqual(listed.toSorted(compareVersions))
  expect(asked()).toBe(40)
})

it('does not go in circles with a server that does', async () => {
  const { pages } = paged([version('k', 'a'), version('k', 'b'), version('k', 'c')], 2)
  const circling: Pages = async (after) => ({
    ...(await pages(after)),
    next: { key: 'k', id: after?.id === 'a' ? 'b' : 'a' },
  })
  await expect(all(circling, { behind: undefined, after: undefined }, 10)).rejects.toThrow(EvidenceConflict)
  await expect(all(circling, { behind: undefined, after: undefined }, 1)).rejects.toThrow(EvidenceConflict)
})

it('refuses a version that comes twice, also where only one of them is held', async () => {
  for (const most of [1, 2, 10])
    await expect(
      all(
        paged([version('k', 'b'), version('k', 'c'), version('k', 'a'), version('k', 'c')], 2).pages,
        { behind: undefined, after: undefined },
        most,
      ),
    ).rejects.toThrow(EvidenceConflict)
})
