import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { directoryStores } from '../../lib/local/directory-store.ts'
import { nodeFileSystem } from '../../lib/local/file-system.ts'
import { isMoment, openPlace } from '../support/pipeline.ts'
import { jsonRecords, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'

/** Runs over a directory in which something is mounted, or not any more, between two listings. It is from the same disk, so that no device number tells. */

const theirs = jsonRecords([somebodyElse(1)])
const mixed = jsonRecords([transferred(1), somebodyElse(1)])

type Change = { name: string; mounts: [boolean, boolean]; why: RegExp }

const changes: Change[] = [
  {
    name: 'unmounted before the second pass',
    mounts: [true, false],
    why: /^mounts: 1 file system of the first pass not there any more/,
  },
  {
    name: 'mounted before the second pass',
    mounts: [false, true],
    why: /^mounted over: 1 place since the first listing/,
  },
]

async function runWith([before, after]: Change['mounts']) {
  const place = await openPlace((root) => ({
    stores: [
      { id: 'sg', root: join(root, 'store'), country: 'SG', channel: { kind: 'delete-files', owner: 'user_id' } },
    ],
  }))
  const store = join(place.root, 'store')
  const at = join(store, 'disk')
  mkdirSync(at, { recursive: true })
  writeFiles(store, { 'others.jsonl': theirs, 'disk/mixed.jsonl': mixed })
  writeFiles(place.root, { 'other/new.jsonl': theirs })
  let isMounted = before
  const mountPoints = async () => (isMounted ? [Buffer.from(at)] : [])
  return place.run({
    wrap: (ports) => ({ ...ports, stores: directoryStores({ ...nodeFileSystem, mountPoints }) }),
    before(moment) {
      if (!isMoment(moment, { task: 'execute-deletion', pass: 0 })) return
      isMounted = after
      renameSync(at, join(place.root, 'aside'))
      renameSync(join(place.root, 'other'), at)
    },
  })
}

describe('a store is incomplete where a directory of it is', () => {
  for (const { name, mounts, why } of changes)
    it(name, async () => {
      const ended = await runWith(mounts)
      expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(why)])
    })
})
