import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isInRange } from '../../lib/inventory/listing-order.ts'
import { isMoment, openStore } from '../support/pipeline.ts'

/** A share that is not mounted lists like a store that is clean: what is always there tells them apart. */

const files = { 'a.txt': 'nothing\n', 'b.txt': 'nothing\n', 'c.txt': 'nothing\n', 'd.txt': 'nothing\n' }

/** Listed `perPage` versions at a time, cut at `cuts`. `isGone`: the marker, when it is listed again. */
async function scanned(marker: string, { perPage = 1000, cuts = [] as string[], isGone = false } = {}) {
  const place = await openStore(files, { segments: 4, marker })
  return place.run({
    before(moment) {
      if (isGone && isMoment(moment, { listing: 'closing' })) rmSync(join(place.root, 'store', marker), { force: true })
    },
    wrap: (ports) => {
      const open: typeof ports.stores.open = async (config) => {
        const store = await ports.stores.open(config)
        return {
          ...store,
          boundaries: async () => cuts,
          async list(cursor, _limit, segment = {}) {
            const { versions, ...page } = await store.list(undefined, 1000)
            const range = { ...segment, ...(cursor !== undefined && { after: cursor }) }
            const rest = versions.filter(({ key }) => isInRange(key, range))
            const listed = rest.slice(0, perPage)
            return { ...page, versions: listed, ...(rest.length > perPage && { next: listed.at(-1)!.key }) }
          },
        }
      }
      return Object.create(ports, { stores: { value: { ...ports.stores, open } } })
    },
  })
}

const ways = [
  { way: 'in one page' },
  { way: 'in pages', perPage: 1 },
  { way: 'in segments', cuts: ['a.txt', 'c'] },
  { way: 'in segments and pages', cuts: ['b'], perPage: 1 },
]
const missing = expect.stringContaining('failure: StoreUnavailable in')

describe.each(ways)('a store with a marker that is listed $way', (how) => {
  it.each(Object.keys(files))('is verified where %s is it', async (marker) => {
    expect((await scanned(marker, how)).verdict).toBe('verified')
  })

  it.each(['a', 'bb', 'z.txt'])('is incomplete where %s is it, which is not there', async (marker) => {
    const { verdict, why } = await scanned(marker, how)
    expect([verdict, why]).toEqual(['incomplete', missing])
  })

  it('is incomplete where it was gone when it was listed again', async () => {
    const { verdict, why } = await scanned('c.txt', { ...how, isGone: true })
    expect([verdict, why]).toEqual(['incomplete', missing])
  })
})
