import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { directoryStores } from '../../lib/local/directory-store.ts'
import { nodeFileSystem } from '../../lib/local/file-system.ts'
import { deleting, isMoment, openStore } from '../support/pipeline.ts'
import { jsonRecords, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'

/** Runs over a directory in which something is mounted, or not any more, between two listings. It is from the same disk, so that no device number tells. */

const theirs = jsonRecords([somebodyElse(1)])
const mixed = jsonRecords([transferred(1), somebodyElse(1)])

/** `mounted`: in which listings of two passes something is, or of three of which the second finds something else. */
type Change = { name: string; mounted: string[]; passes?: number; why: RegExp }

const first = ['0 opening', '0 closing']
const gone = /^mounts: 1 file system of the first pass not there any more/
const vanished = /^mounts: 1 file system of a later listing not there any more/
const over = /^mounted over: 1 place since the first listing/
const changes: Change[] = [
  { name: 'unmounted before the second pass', mounted: first, why: gone },
  { name: 'mounted only while the first pass scans', mounted: ['0 closing'], why: vanished },
  { name: 'unmounted while the second pass scans', mounted: [...first, '1 opening'], why: gone },
  { name: 'mounted again only while the second pass scans', mounted: [...first, '1 closing'], why: gone },
  { name: 'mounted before the second pass', mounted: ['1 opening', '1 closing'], why: over },
  { name: 'mounted while the first pass scans', mounted: ['0 closing', '1 opening', '1 closing'], why: over },
  { name: 'mounted while the second pass scans', mounted: ['1 closing'], why: over },
  { name: 'mounted for the first listing of the second pass', mounted: ['1 opening'], why: vanished },
  { name: 'mounted in the second of three passes', mounted: ['1 opening', '1 closing'], passes: 3, why: vanished },
  { name: 'mounted while the second of three passes scans', mounted: ['1 closing'], passes: 3, why: vanished },
]

async function runWith(mounted: string[], passes = 2) {
  const place = await openStore({}, { channel: deleting }, { passes })
  const store = join(place.root, 'store')
  const at = join(store, 'disk')
  mkdirSync(at, { recursive: true })
  writeFiles(store, { 'others.jsonl': theirs, 'disk/mixed.jsonl': mixed })
  writeFiles(place.root, { 'new.jsonl': theirs })
  let isMounted = false
  const mountPoints = async () => (isMounted ? [Buffer.from(at)] : [])
  return place.run({
    wrap: (ports) => ({ ...ports, stores: directoryStores({ ...nodeFileSystem, mountPoints }) }),
    before(moment) {
      if (isMoment(moment, { task: 'take-inventory' })) isMounted = mounted.includes(`${moment.pass} ${moment.listing}`)
      const late = join(store, 'late.jsonl')
      if (isMoment(moment, { task: 'execute-deletion', pass: 1 })) rmSync(late)
      if (!isMoment(moment, { task: 'execute-deletion', pass: 0 })) return
      renameSync(join(at, 'mixed.jsonl'), join(place.root, 'aside.jsonl'))
      renameSync(join(place.root, 'new.jsonl'), join(at, 'new.jsonl'))
      if (passes > 2) writeFileSync(late, mixed)
    },
  })
}

describe('a store is incomplete where a directory of it is', () => {
  for (const { name, mounted, passes, why } of changes)
    it(name, async () => {
      const ended = await runWith(mounted, passes)
      expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(why)])
    })
})

it.each([2, 3])('a store is verified where one is mounted at all times of %s passes', async (passes) => {
  const mounted = [0, 1, 2].flatMap((pass) => [`${pass} opening`, `${pass} closing`])
  expect(await runWith(mounted, passes)).toMatchObject({ store: 'verified' })
})
