import { describe, expect, it } from 'vitest'
import type { ListedVersion } from '../../lib/inventory/object-version.ts'
import type { ByteRange, Store } from '../../lib/ports.ts'

/** A store to test, and hands on it that a custodian would have. `reopen` opens the same store again. */
export type StoreUnderTest = {
  store: Store
  reopen(): Promise<Store>
  write(key: string, body: string): Promise<void>
  remove(key: string): Promise<void>
}

/** Everything a listing hands out, page after page. */
export async function listAll(store: Store, limit = 1000, after?: string): Promise<ListedVersion[]> {
  const versions: ListedVersion[] = []
  for (let cursor = after; ; ) {
    const page = await store.list(cursor, limit)
    expect(page.versions.length).toBeLessThanOrEqual(limit)
    versions.push(...page.versions)
    if (page.next === undefined) return versions
    expect(page.versions).toHaveLength(limit)
    cursor = page.next
  }
}

/** The bytes of a version or of a range of it, or why they are not to be trusted. */
export async function readVersion(store: Store, version: ListedVersion, range?: ByteRange): Promise<string> {
  const opened = await store.open(version, range)
  if (opened.kind === 'unreadable') return `unreadable: ${opened.reason}`
  try {
    const chunks: Buffer[] = []
    for await (const chunk of opened.chunks) chunks.push(Buffer.from(chunk))
    const settled = await opened.settle()
    return settled.kind === 'changed' ? 'changed' : `read: ${Buffer.concat(chunks)}`
  } finally {
    await opened.close()
  }
}

const byteOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Keys whose order differs between UTF-8, UTF-16, locales and directory-by-directory sorting. */
const awkwardKeys = [
  'a.b',
  'a/b',
  'a/b c',
  'a0',
  'a-',
  'a/z/deep/er',
  'a/z.txt',
  'A',
  'ä',
  'e\u0301',
  '\ue000 private use',
  '\uffee halfwidth',
  '\u{1f600} emoji',
  '\u{10ffff}',
  'new\nline',
  '"quoted"',
  'back\\slash',
  ' space',
  '\u0001',
  '#',
]

export function storeContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name} as a store`, () => {
    it('lists an empty store as complete, without versions', async () => {
      const { store } = await make()
      expect(await store.list(undefined, 10)).toEqual({ versions: [], mounts: expect.any(Array) })
    })

    for (const limit of [1, 2, 3, 7, awkwardKeys.length, 1000])
      it(`lists every key once, in byte order, in pages of ${limit}`, async () => {
        const { store, write } = await make()
        for (const key of awkwardKeys) await write(key, key)
        expect((await listAll(store, limit)).map(({ key }) => key)).toEqual(awkwardKeys.toSorted(byteOrder))
      })

    it('goes on after any cursor, also in a store that was opened again', async () => {
      const { store, write, reopen } = await make()
      for (const key of awkwardKeys) await write(key, key)
      let rest = await listAll(store)
      for (let cursor: string | undefined; rest.length > 0; rest = rest.slice(1)) {
        expect(await listAll(await reopen(), 5, cursor)).toEqual(rest)
        cursor = (await store.list(cursor, 1)).next
      }
    })

    it('repeats a page that is asked for again', async () => {
      const { store, write } = await make()
      for (const key of awkwardKeys) await write(key, key)
      const first = await store.list(undefined, 3)
      const second = await store.list(first.next, 3)
      expect(await store.list(first.next, 3)).toEqual(second)
      expect(await store.list(undefined, 3)).toEqual(first)
    })

    it('hands out the bytes of each version that it lists, and says that they are the version', async () => {
      const { store, write } = await make()
      await write('empty', '')
      await write('text', 'ten bytes.')
      await write('long', 'x'.repeat(3 << 20))
      const versions = await listAll(store)
      expect(versions.map(({ kind, key, size, current }) => ({ kind, key, size, current }))).toEqual([
        { kind: 'object', key: 'empty', size: 0, current: true },
        { kind: 'object', key: 'long', size: 3 << 20, current: true },
        { kind: 'object', key: 'text', size: 10, current: true },
      ])
      const read = await Promise.all(versions.map((version) => readVersion(store, version)))
      expect(read).toEqual(['read: ', `read: ${'x'.repeat(3 << 20)}`, 'read: ten bytes.'])
    })

    it('gives a version the same id until its content changes, and another one then', async () => {
      const { store, write } = await make()
      await write('a', 'before')
      const [before] = await listAll(store)
      expect(await listAll(store)).toEqual([before])
      await write('a', 'after!')
      const current = (await listAll(store)).filter((version) => version.current)
      expect(current).toHaveLength(1)
      expect(current[0]?.versionId).not.toBe(before?.versionId)
    })

    it('never hands out other bytes than those of the version that was listed', async () => {
      const { store, write } = await make()
      await write('a', 'before')
      const [before] = await listAll(store)
      await write('a', 'after!')
      expect(['unreadable: changed', 'read: before']).toContain(await readVersion(store, before!))
    })

    it('hands out any range of a version, and says that its bytes are those of the version', async () => {
      const { store, write } = await make()
      const size = (1 << 20) + 5
      const body = Array.from({ length: size }, (_, at) => String.fromCharCode(97 + (at % 23))).join('')
      await write('a', body)
      const [version] = await listAll(store)
      const ranges = [
        { from: 0, to: 1 },
        { from: 0, to: size },
        { from: 1, to: size },
        { from: size - 1, to: size },
        { from: 7, to: (1 << 20) + 1 },
        { from: 500_000, to: 500_003 },
      ]
      for (const { from, to } of ranges)
        expect((await readVersion(store, version!, { from, to })) === `read: ${body.slice(from, to)}`).toBe(true)
    })

    it('never hands out a range of another version than the listed one, nor one of a version that is gone', async () => {
      const { store, write, remove } = await make()
      await write('a', 'before')
      const [before] = await listAll(store)
      const range = { from: 1, to: 4 }
      await write('a', 'after!')
      expect(['unreadable: changed', 'read: efo']).toContain(await readVersion(store, before!, range))
      await remove('a')
      expect(await readVersion(store, before!, range)).toBe('unreadable: disappeared')
    })

    it('says of a version that is gone that it cannot be read', async () => {
      const { store, write, remove } = await make()
      await write('a', 'before')
      const [before] = await listAll(store)
      await remove('a')
      expect(await readVersion(store, before!)).toBe('unreadable: disappeared')
    })
  })
}
