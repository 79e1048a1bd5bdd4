import { lstatSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { directoryDeletions } from '../../lib/local/directory-deletion.ts'
import { directoryStores } from '../../lib/local/directory-store.ts'
import { type FileSystem, nodeFileSystem } from '../../lib/local/file-system.ts'
import type { Ports } from '../../lib/ports.ts'
import { type Moment, openStore } from '../support/pipeline.ts'
import { jsonRecords, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'

/** What a run costs a store: every object is opened once in a pass and its bytes are read once, but for a sample that is read twice. */

type Count = { opened: number; bytes: number }

/** The real file system, counting what is opened and read, by path below `root`. */
function counting(root: string, counts: Map<string, Count>): FileSystem {
  return {
    ...nodeFileSystem,
    async open(path, flags) {
      const file = await nodeFileSystem.open(path, flags)
      const key = relative(root, path.toString())
      const count = counts.get(key) ?? { opened: 0, bytes: 0 }
      counts.set(key, count)
      count.opened++
      return {
        ...file,
        async read(buffer, position) {
          const got = await file.read(buffer, position)
          count.bytes += got
          return got
        },
      }
    },
  }
}

const big = jsonRecords(numbers(60_000).map((n) => somebodyElse(n % 1000)))
const files = {
  'a.jsonl': jsonRecords(numbers(20).map(somebodyElse)),
  'big.jsonl': big,
  'deep/er/b.jsonl.gz': gzipSync(big),
  empty: '',
  'ours.jsonl': jsonRecords(numbers(10).map(transferred)),
  '.snapshot/daily/a.jsonl': jsonRecords([somebodyElse(1)]),
}

async function run(channel: Record<string, unknown>) {
  const place = await openStore({}, { channel })
  const store = join(place.root, 'store')
  writeFiles(store, files)
  /** What the reading side and the deleting side did, in each pass. */
  const reading: Map<string, Count>[] = []
  const deleting = new Map<string, Count>()
  let pass = 0
  const current = () => {
    reading[pass] ??= new Map()
    return reading[pass]!
  }
  const stores = {
    open: (...config: Parameters<Ports['stores']['open']>) =>
      directoryStores(counting(store, current())).open(...config),
  }
  const sizes: Record<string, number>[] = []
  const ended = await place.run({
    wrap: (ports) => ({ ...ports, stores, storeDeletions: directoryDeletions(counting(store, deleting)) }),
    before(moment: Moment) {
      pass = moment.pass ?? pass
      if (moment.task === 'plan-batches')
        sizes[pass] = Object.fromEntries(
          Object.keys(files)
            .filter((key) => lstatSync(join(store, key), { throwIfNoEntry: false }) !== undefined)
            .map((key) => [key, lstatSync(join(store, key)).size]),
        )
    },
  })
  return { ended, reading, deleting, sizes }
}

describe('a run', () => {
  it('opens every object once and reads its bytes once, in each pass, and those of a sample twice', async () => {
    const { ended, reading, deleting, sizes } = await run({ kind: 'delete-files', owner: 'user_id' })
    expect(ended.store, ended.why).toBe('verified')
    expect(reading).toHaveLength(2)
    for (const [pass, counts] of reading.entries()) {
      const opened = [...counts.values()].map((count) => count.opened)
      expect(Object.fromEntries(counts)).toEqual(
        Object.fromEntries(
          Object.entries(sizes[pass]!).map(([key, bytes]) => {
            const times = counts.get(key)?.opened === 2 ? 2 : 1
            return [key, { opened: times, bytes: times * bytes }]
          }),
        ),
      )
      const twice = opened.filter((each) => each === 2).length
      expect(twice).toBeGreaterThan(0)
      expect(twice).toBeLessThan(opened.length / 2)
    }
    expect(Object.keys(sizes[1]!)).toEqual(Object.keys(files).filter((key) => key !== 'ours.jsonl'))
    // Before it is deleted a file is read once more: what is deleted is what was judged.
    expect(deleting.get('ours.jsonl')).toEqual({ opened: 1, bytes: files['ours.jsonl'].length })
    expect([...deleting.keys()].sort()).toEqual(['', 'ours.jsonl'])
  })

  it('asks for one pass where nothing can be deleted', async () => {
    const { ended, reading } = await run({ kind: 'none' })
    expect(ended.store).toBe('residual')
    expect(reading).toHaveLength(1)
    expect([...reading[0]!.values()].filter(({ opened }) => opened === 1).length).toBeGreaterThan(3)
  })
})
