import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { waitForNextTick } from '../../lib/local/change-tick.ts'
import { openDirectoryStore } from '../../lib/local/directory-store.ts'
import { type FileSystem, nodeFileSystem } from '../../lib/local/file-system.ts'
import { listAll } from '../contracts/store.ts'
import { opening, overwrite, write } from './directory-fixture.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const second = 1_000_000_000n

/** The real file system, but it keeps whole seconds. */
const coarse: FileSystem = {
  ...nodeFileSystem,
  lstat: async (path) => floored(await nodeFileSystem.lstat(path)),
  async open(path, flags) {
    const file = await nodeFileSystem.open(path, flags)
    return { ...file, stat: async () => floored(await file.stat()) }
  },
}

function floored<S extends { mtimeNs: bigint; ctimeNs: bigint }>(stat: S): S {
  const floor = (ns: bigint) => ns - (ns % second)
  return Object.assign(stat, { mtimeNs: floor(stat.mtimeNs), ctimeNs: floor(stat.ctimeNs) })
}

describe('a file system that keeps whole seconds', () => {
  it('lists another version of what is changed right after it was read, in the second in which it was written', async () => {
    const root = temporaryDirectory()
    const store = await openDirectoryStore(root, coarse)
    await setTimeout(1100 - (Date.now() % 1000))
    write(root, 'a', 'nobody!')
    const [version] = await listAll(store)
    const opened = await opening(store, version!)
    for await (const _ of opened.chunks);
    expect(await opened.settle()).toEqual({ kind: 'unchanged' })
    overwrite(`${root}/a`, '5696621')
    await opened.close()
    const [later] = await listAll(store)
    expect(later!.versionId).not.toBe(version!.versionId)
  })
})

const cases = [
  { name: 'changed this second', ctimeMs: 1_700_000_000_000, nowMs: 1_700_000_000_400, waits: true },
  { name: 'changed a step of FAT ago', ctimeMs: 1_700_000_000_000, nowMs: 1_700_000_002_100, waits: true },
  { name: 'changed long ago', ctimeMs: 1_700_000_000_000, nowMs: 1_700_000_003_000, waits: false },
  { name: 'changed by a clock that is far ahead', ctimeMs: 1_700_000_003_000, nowMs: 1_700_000_000_000, waits: false },
  {
    name: 'changed just now, with more than seconds kept',
    ctimeMs: 1_700_000_000_001,
    nowMs: 1_700_000_000_002,
    waits: false,
  },
]

describe('what was', () => {
  for (const { name, ctimeMs, nowMs, waits } of cases)
    it(`${name} is ${waits ? 'waited for' : 'read at once'}`, async () => {
      const began = performance.now()
      await waitForNextTick({ ctimeNs: BigInt(ctimeMs) * 1_000_000n }, () => nowMs)
      expect(performance.now() - began > 500).toBe(waits)
    })
})
