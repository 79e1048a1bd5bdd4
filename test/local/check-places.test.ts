import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../lib/config.ts'
import { checkPlaces } from '../../lib/local/check-places.ts'

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'odv-places-'))
  for (const path of ['a/inner', 'b', 'ab']) mkdirSync(join(root, path), { recursive: true })
  symlinkSync(join(root, 'a'), join(root, 'link'))
  writeFileSync(join(root, 'b/ids.csv'), '')
})

const check = (
  stores: string[],
  options: { state?: string; manifest?: string; follow?: (path: string) => Promise<string> } = {},
) =>
  checkPlaces(
    parseConfig({
      stores: stores.map((path, index) => ({ id: `s${index}`, root: join(root, path) })),
      ...(options.manifest !== undefined && { manifest: join(root, options.manifest) }),
    }),
    join(root, options.state ?? '.odv'),
    options.follow,
  )

describe('checkPlaces', () => {
  const refused = [
    { name: 'a store inside another one', stores: ['a', 'a/inner'] },
    { name: 'the same store twice', stores: ['a', 'a'] },
    { name: 'a link to another store', stores: ['a/inner', 'link'] },
    { name: 'the state directory in a store', stores: ['a'], state: 'a/.odv' },
    { name: 'a state directory that is still to be made behind a link to a store', stores: ['a'], state: 'link/new' },
    { name: 'a store in the state directory', stores: ['a/inner'], state: 'a' },
    { name: 'the manifest in a store', stores: ['b'], manifest: 'b/ids.csv' },
  ]
  for (const { name, stores, ...options } of refused)
    it(`refuses ${name}, since one would be deleted from through the other`, async () => {
      await expect(check(stores, options)).rejects.toThrow(/expected it apart from/)
    })

  it('refuses what is a directory of another store by another path, as a second mount of it is', async () => {
    for (const stores of [
      ['a', 'link'],
      ['link/inner', 'a'],
    ])
      await expect(check(stores, { follow: async (path) => path })).rejects.toThrow(/expected it apart from/)
  })

  it('accepts stores side by side, also where one name begins with the other', async () => {
    await expect(check(['a', 'ab', 'b'], { manifest: 'ids.csv' })).resolves.toBeUndefined()
  })
})
