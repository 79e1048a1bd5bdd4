import { describe, expect, it } from 'vitest'
import { s3Stores } from '../../../lib/aws/bucket/s3-store.ts'
import { StoreUnavailable } from '../../../lib/errors.ts'
import { listAll } from '../../contracts/store.ts'
import { bucketName, startWire, type WireObject } from './wire-bucket.ts'

/**
 * A server that, as Ceph does, leaves out the rest of a key when it is asked for what follows a version of it that is not there any more,
 * while somebody deletes the very version that each page ends with.
 */

const version = (name: string): WireObject => ({ key: name[0]!, versionId: name, body: Buffer.from(name) })

async function listWhileDeleting(names: readonly string[], pageSize: number, isDeleted: (name: string) => boolean) {
  let held = names.map(version)
  const wire = await startWire(
    function* (marker) {
      const place = held.findIndex(({ key, versionId }) => `${key} ${versionId}` === marker)
      yield* place < 0 && marker !== undefined ? held.filter(({ key }) => key > marker[0]!) : held.slice(place + 1)
    },
    ({ operation, query, right }) => {
      const answer = right()
      const ended = /<NextVersionIdMarker>(.*?)</.exec(String(answer.body))?.[1]
      if (operation === 'ListObjectVersions' && ended !== undefined && isDeleted(ended) && query.get('prefix') === null)
        held = held.filter(({ versionId }) => versionId !== ended)
      return answer
    },
    pageSize,
  )
  const store = await s3Stores({ ...wire, maxAttempts: 1 }).open({
    id: 'sg',
    s3: { bucket: bucketName, endpoint: wire.endpoint },
    channel: { kind: 'none' },
  })
  return { listed: listAll(store, 100), left: () => held.map(({ versionId }) => versionId) }
}

const all = ['a1', 'b1', 'b2', 'b3', 'b4', 'c1', 'd1', 'd2']

describe('while the version that a page ends with is deleted', () => {
  for (const pageSize of [4, 6, 7])
    it(`everything that is still there is listed, ${pageSize} a page`, async () => {
      const { listed, left } = await listWhileDeleting(all, pageSize, () => true)
      const ids = (await listed).map(({ versionId }) => versionId)
      expect(left().length).toBeLessThan(all.length)
      expect(ids).toEqual(expect.arrayContaining(left()))
    })

  it('a key that fills a page is not listed in part', async () => {
    const { listed } = await listWhileDeleting(all, 2, (name) => name === 'b2')
    await expect(listed).rejects.toThrow(StoreUnavailable)
  })
})

it('lists every version once where a key ends with a page, or fills several', async () => {
  for (const pageSize of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const { listed } = await listWhileDeleting(all, pageSize, () => false)
    expect((await listed).map(({ versionId }) => versionId)).toEqual(all)
  }
})

it('lists every version once, also from a cursor, on a server that lists a key again behind it, over several pages', async () => {
  for (const limit of [1, 2, 3, 5]) {
    const wire = await startWire(
      all.map(version),
      ({ query, right }) => {
        const key = query.get('key-marker')
        if (key && !query.get('version-id-marker')) query.set('key-marker', String.fromCharCode(key.charCodeAt(0) - 1))
        return right()
      },
      2,
    )
    const names: string[] = []
    for (let cursor: string | undefined, ended = false; !ended; ) {
      const store = await s3Stores({ ...wire, maxAttempts: 1 }).open({
        id: 'sg',
        s3: { bucket: bucketName, endpoint: wire.endpoint },
        channel: { kind: 'none' },
      })
      const page = await store.list(cursor, limit)
      names.push(...page.versions.map(({ versionId }) => versionId))
      cursor = page.next
      ended = cursor === undefined
    }
    expect(names).toEqual(all)
  }
})
