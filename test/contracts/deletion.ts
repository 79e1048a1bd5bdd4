import { describe, expect, it } from 'vitest'
import type { ListedVersion } from '../../lib/inventory/object-version.ts'
import type { Chunks, Deleted, Judge, StoreDeletion } from '../../lib/ports.ts'

/** A store to delete in, and hands on it that its owner would have. `list` gives object versions in listing order. */
export type DeletionUnderTest = {
  deletion: StoreDeletion
  /** The same store, opened for deleting again. */
  reopen(): Promise<StoreDeletion>
  list(): Promise<ListedVersion[]>
  write(key: string, body: string): Promise<void>
  /** What is at a key now. */
  read(key: string): Promise<string | undefined>
}

async function readAll(chunks: Chunks): Promise<string> {
  const read: Buffer[] = []
  for await (const chunk of chunks) read.push(Buffer.from(chunk))
  return Buffer.concat(read).toString()
}

/** Reads everything and says delete; `seen` has what it was given, `before` is called in between. */
export function willing(seen: string[] = [], before: () => void | Promise<void> = () => {}): Judge {
  return async (chunks) => {
    seen.push(await readAll(chunks))
    await before()
    return { kind: 'delete' }
  }
}

/** Says that all lines stay but those that begin with `ours`, of which there is one, and `change`s the world before it says so. */
export function rewriting(change: () => void | Promise<void> = () => {}, asWritten?: string): Judge {
  return async (chunks, remaining) => {
    const stays = (await readAll(chunks)).replace(/^ours.*\n/m, '')
    for (let at = 0; at < stays.length; at += 50_000) await remaining!.write(Buffer.from(stays.slice(at, at + 50_000)))
    await remaining!.end()
    await change()
    return {
      kind: 'rewrite',
      records: 1,
      isAsWritten: async (again) => (await readAll(again)) === (asWritten ?? stays),
    }
  }
}

export async function deleteOne(deletion: StoreDeletion, version: ListedVersion, judge: Judge): Promise<Deleted> {
  const [deleted, ...more] = await deletion.deleteVersions([{ version, judge }])
  expect(more).toEqual([])
  return deleted!
}

const keptForAReason = { kind: 'kept', reason: expect.stringMatching(/^[a-z].{5,}[^.]$/) }

const awkwardKeys = [
  'a b+c',
  'a&b<c>"d\'',
  'a&amp;b',
  'a&#13;b',
  'a%20b',
  ' edges ',
  '007',
  'true',
  ']]>',
  'ä/\u{1f600}',
  'line\nfeed',
  'carriage\rreturn',
  'tab\tulator',
  '\u0001',
  '\u0085',
  '\u2028',
  '\ufffe',
]

/** Of a key that MiniStack lists as another one nobody knows what else is at it: it is kept. */
const faithful = awkwardKeys.filter((key) => !key.includes('\r'))

export function deletionContract(name: string, make: () => Promise<DeletionUnderTest>): void {
  describe(`deleting in ${name}`, () => {
    const oneVersion = async (body = 'content') => {
      const store = await make()
      await store.write('a', body)
      const [version, ...more] = await store.list()
      expect(more).toEqual([])
      return { ...store, version: version! }
    }

    it('shows all bytes to the judge, deletes the version, and says how many there were', async () => {
      const { deletion, version, list, write } = await oneVersion('x'.repeat(3 << 20))
      await write('other', 'stays')
      const seen: string[] = []
      expect(await deleteOne(deletion, version, willing(seen))).toEqual({ kind: 'deleted', bytes: 3 << 20 })
      expect(seen).toEqual(['x'.repeat(3 << 20)])
      expect((await list()).map(({ key }) => key)).toEqual(['other'])
    })

    it('finds it gone when it is repeated, and asks nobody', async () => {
      const { deletion, version, reopen } = await oneVersion()
      await deleteOne(deletion, version, willing())
      const seen: string[] = []
      expect(await deleteOne(deletion, version, willing(seen))).toEqual({ kind: 'gone' })
      expect(await deleteOne(await reopen(), version, willing(seen))).toEqual({ kind: 'gone' })
      expect(seen).toEqual([])
    })

    it('keeps it when the judge says so, for the reason of the judge', async () => {
      const { deletion, version, list } = await oneVersion()
      const judge: Judge = async () => ({ kind: 'keep', reason: 'holds a record of somebody else' })
      expect(await deleteOne(deletion, version, judge)).toEqual({
        kind: 'kept',
        reason: 'holds a record of somebody else',
      })
      expect(await list()).toEqual([version])
    })

    const hasty: { name: string; judge: Judge }[] = [
      { name: 'nothing', judge: async () => ({ kind: 'delete' }) },
      {
        name: 'the first chunk only',
        judge: async (chunks) => {
          for await (const _ of chunks) break
          return { kind: 'delete' }
        },
      },
    ]
    for (const { name, judge } of hasty)
      it(`keeps it when the judge has read ${name}`, async () => {
        const { deletion, version, list } = await oneVersion('x'.repeat(3 << 20))
        expect(await deleteOne(deletion, version, judge)).toEqual(keptForAReason)
        expect(await list()).toEqual([version])
      })

    it('keeps it and passes the failure on when the judge fails', async () => {
      const { deletion, version, list } = await oneVersion()
      const judge: Judge = () => Promise.reject(new Error('the judge is ill'))
      await expect(deleteOne(deletion, version, judge)).rejects.toThrow('ill')
      expect(await list()).toEqual([version])
    })

    it('deletes nothing when one judge of many fails', async () => {
      const { deletion, list, write } = await make()
      for (const key of ['a', 'b', 'c']) await write(key, key)
      const versions = await list()
      const ill: Judge = () => Promise.reject(new Error('the judge is ill'))
      const condemned = versions.map((version) => ({ version, judge: version.key === 'a' ? ill : willing() }))
      await expect(deletion.deleteVersions(condemned)).rejects.toThrow('ill')
      expect(await list()).toEqual(versions)
    })

    it('says what became of each, in their order', async () => {
      const { deletion, list, write } = await make()
      for (const key of ['a', 'b', 'c', 'd']) await write(key, `${key}${key}`)
      const [a, b, c, d] = await list()
      await deleteOne(deletion, c!, willing())
      const unwilling: Judge = async () => ({ kind: 'keep', reason: 'not this one' })
      expect(
        await deletion.deleteVersions([
          { version: d!, judge: willing() },
          { version: c!, judge: willing() },
          { version: b!, judge: unwilling },
          { version: a!, judge: willing() },
        ]),
      ).toEqual([
        { kind: 'deleted', bytes: 2 },
        { kind: 'gone' },
        { kind: 'kept', reason: 'not this one' },
        { kind: 'deleted', bytes: 2 },
      ])
      expect((await list()).map(({ key }) => key)).toEqual(['b'])
    })

    it('deletes nothing when it is given nothing', async () => {
      const { deletion } = await make()
      expect([await deletion.deleteVersions([]), await deletion.removeRemnants([])]).toEqual([[], []])
    })

    for (const body of ['CONTENT', 'content', 'longer than before'])
      for (const moment of ['before', 'while'] as const)
        it(`leaves what was written to its key ${moment} it is judged: ${body}`, async () => {
          const { deletion, version, read, write } = await oneVersion()
          const overwrite = () => write('a', body)
          if (moment === 'before') await overwrite()
          const seen: string[] = []
          await deleteOne(deletion, version, willing(seen, moment === 'while' ? overwrite : undefined))
          expect(await read('a')).toBe(body)
          expect(['content', undefined]).toContain(seen[0])
        })

    const untouchable: { name: string; change: Partial<ListedVersion> }[] = [
      { name: 'under legal hold', change: { protection: { code: 'legal-hold' } } },
      { name: 'under retention', change: { protection: { code: 'retention', until: '2027-03-04T05:06:07.000Z' } } },
      { name: 'a delete marker', change: { kind: 'delete-marker' } },
      { name: 'an unfinished upload', change: { kind: 'multipart-upload' } },
      { name: 'something unreadable', change: { kind: 'unreadable', reason: 'access-denied' } },
      { name: 'of another size', change: { size: 3 } },
      { name: 'of an id that is empty', change: { versionId: '' } },
      { name: 'of another id', change: { versionId: 'null@2026-01-01T00:00:00.000Z' } },
    ]
    for (const { name, change } of untouchable)
      it(`keeps a version that is listed as ${name}, and shows it to nobody`, async () => {
        const { deletion, version, list } = await oneVersion()
        const seen: string[] = []
        expect(await deleteOne(deletion, { ...version, ...change }, willing(seen))).toEqual(keptForAReason)
        expect([seen, await list()]).toEqual([[], [version]])
      })

    it('does not take an object for a remnant', async () => {
      const { deletion, version, list } = await oneVersion()
      for (const kind of ['delete-marker', 'multipart-upload'] as const)
        expect(await deletion.removeRemnants([{ ...version, kind }])).toEqual([keptForAReason])
      expect(await list()).toEqual([version])
    })

    describe('where others have records in it as well', () => {
      const mixed = 'theirs 1\nours\ntheirs 2\n'
      const rewritten = { kind: 'rewritten', records: 1 }

      for (const [size, body] of Object.entries({
        small: mixed,
        large: mixed + 'theirs again and again\n'.repeat(1e6),
      }))
        it(`puts a ${size} one with all that is left at its key, and deletes the judged one`, async () => {
          const { deletion, version, list, read } = await oneVersion(body)
          expect(await deleteOne(deletion, version, rewriting())).toEqual(rewritten)
          expect((await read('a')) === body.replace('ours\n', '')).toBe(true)
          expect(await list()).toMatchObject([{ key: 'a', current: true, size: body.length - 5 }])
          expect(await list()).not.toMatchObject([{ versionId: version.versionId }])
        })

      it('finds it gone when it is repeated, and leaves what took its place', async () => {
        const { deletion, version, list, reopen } = await oneVersion(mixed)
        await deleteOne(deletion, version, rewriting())
        const before = await list()
        const again = { version, judge: rewriting(), rewritten: async () => ({ sha256: '', size: 0, records: 1 }) }
        for (const each of [deletion, await reopen()])
          expect(await each.deleteVersions([again])).not.toMatchObject([{ kind: 'deleted' }])
        expect(await list()).toEqual(before)
      })

      it('keeps it where what was written does not read as it was written', async () => {
        const { deletion, version, list, read } = await oneVersion(mixed)
        expect(await deleteOne(deletion, version, rewriting(undefined, 'others'))).toEqual(keptForAReason)
        expect([await list(), await read('a')]).toEqual([[version], mixed])
      })

      it('keeps it where the judge has not read all of it, or says no after all, or fails', async () => {
        const { deletion, version, list, read } = await oneVersion(mixed.repeat(100_000))
        const before = await read('a')
        const begun =
          (after: Judge): Judge =>
          async (chunks, remaining) => {
            await rewriting()(chunks, remaining)
            return after(chunks)
          }
        const hasty: Judge = async (_, remaining) => {
          await remaining!.write(Buffer.from('theirs'))
          return { kind: 'rewrite', records: 1, isAsWritten: async () => true }
        }
        const unwilling: Judge = async () => ({ kind: 'keep', reason: 'not this one' })
        for (const judge of [hasty, begun(unwilling)])
          expect(await deleteOne(deletion, version, judge)).toEqual(keptForAReason)
        const ill = begun(() => Promise.reject(new Error('the judge is ill')))
        await expect(deleteOne(deletion, version, ill)).rejects.toThrow('ill')
        expect([await list(), (await read('a')) === before]).toEqual([[version], true])
      })

      it('leaves what was written to its key while it is judged', async () => {
        const { deletion, version, read, write } = await oneVersion(mixed)
        const overwritten = await deleteOne(
          deletion,
          version,
          rewriting(() => write('a', 'newer')),
        )
        expect([overwritten, await read('a')]).toEqual([keptForAReason, 'newer'])
      })

      it('says what became of each, in their order', async () => {
        const { deletion, list, read, write } = await make()
        for (const key of ['a', 'b', 'c']) await write(key, mixed)
        const [a, b, c] = await list()
        expect(
          await deletion.deleteVersions([
            { version: c!, judge: rewriting() },
            { version: b!, judge: willing() },
            { version: a!, judge: rewriting() },
          ]),
        ).toEqual([rewritten, { kind: 'deleted', bytes: mixed.length }, rewritten])
        expect((await list()).map(({ key }) => key)).toEqual(['a', 'c'])
        expect(await read('c')).toBe('theirs 1\ntheirs 2\n')
      })

      it('leaves what its neighbours are, whatever is in its key', async () => {
        const { deletion, list, write } = await make()
        for (const key of faithful) for (const each of [key, `${key}-`]) await write(each, mixed)
        const versions = (await list()).filter(({ key }) => faithful.includes(key))
        const results = await deletion.deleteVersions(versions.map((version) => ({ version, judge: rewriting() })))
        expect(results).toEqual(faithful.map(() => rewritten))
        const bytesOf = new Map((await list()).map(({ key, size }) => [key, size]))
        for (const key of faithful)
          expect([bytesOf.get(key), bytesOf.get(`${key}-`)]).toEqual([mixed.length - 5, mixed.length])
      })
    })

    it('deletes exactly the versions that are named, whatever is in their keys', async () => {
      const { deletion, list, write } = await make()
      for (const key of awkwardKeys) await write(key, `of ${JSON.stringify(key)}`)
      const neighbours = awkwardKeys.map((key) => `${key}-`)
      for (const key of neighbours) await write(key, 'stays')
      const versions = (await list()).filter(({ key }) => awkwardKeys.includes(key))
      expect(versions).toHaveLength(awkwardKeys.length)
      const deleted = await deletion.deleteVersions(versions.map((version) => ({ version, judge: willing() })))
      expect(deleted).toEqual(versions.map(({ size }) => ({ kind: 'deleted', bytes: size })))
      expect((await list()).map(({ key }) => key).toSorted()).toEqual(neighbours.toSorted())
    })
  })
}
