import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { s3Stores } from '../../../lib/aws/bucket/s3-store.ts'
import type { Chunks, Ports } from '../../../lib/ports.ts'
import { listAll, readVersion } from '../../contracts/store.ts'
import { type Loopback, onMinistack, startMinistack, withoutMinistack } from '../../support/ministack.ts'
import { openPlace } from '../../support/pipeline.ts'
import { jsonRecords, numbers, somebodyElse } from '../../support/sample-files.ts'
import { makeBucket } from './bucket-fixture.ts'
import { openDeletion, storeOf } from './deletion-fixture.ts'

/**
 * MiniStack restores the current version of a key, whichever is named, within two seconds; its listing says nothing of
 * restores, and HEAD says nothing of one by a version's id, so that most buckets here have no ids. AWS restores the version that
 * is named, within minutes to days, and says so in both places.
 */

const theirs = jsonRecords(numbers(20).map(somebodyElse))
const restore = { tier: 'expedited', days: 1, wait: '8s', maxUsd: 1 } as const

/** Stores whose archive never is done: MiniStack's would be, before a slow machine has asked twice. */
const slowly = (stores: Ports['stores']): Ports['stores'] => ({
  ...stores,
  async open(config) {
    const store = await stores.open(config)
    const inProgress = async () => ({ kind: 'in-progress' }) as const
    return Object.create(store, { restores: { value: { begin: inProgress, look: inProgress } } })
  },
})

describe.skipIf(withoutMinistack)(onMinistack, () => {
  let server: Loopback & { stop(): Promise<void> }
  beforeAll(async () => {
    server = await startMinistack()
  })
  afterAll(() => server?.stop())

  async function archivedBucket() {
    const bucket = await makeBucket(server, 'never versioned', { s3: { restore } })
    await bucket.write('a.jsonl', theirs)
    await bucket.write('b.jsonl', theirs, { StorageClass: 'GLACIER' })
    await bucket.write('c.jsonl', theirs, { StorageClass: 'GLACIER_IR' })
    return bucket
  }

  it('an archived version cannot be read until it was restored', async () => {
    const bucket = await archivedBucket()
    const store = await bucket.open()
    const [a, b, c] = await listAll(store)
    expect([a?.archived, b?.archived, c?.archived]).toEqual([
      undefined,
      { class: 'GLACIER', restored: false },
      undefined,
    ])
    expect(await readVersion(store, b!)).toBe('unreadable: archived')
    expect(await store.restores?.look(b!)).toEqual({ kind: 'refused', reason: 'not-restored' })
    expect(await store.restores?.begin(a!, restore)).toEqual({ kind: 'refused', reason: 'not-archived' })
    expect(await store.restores?.begin(b!, restore)).toEqual({ kind: 'in-progress' })
    expect(await store.restores?.begin(b!, restore)).toEqual({ kind: 'in-progress' })
    await expect.poll(() => store.restores?.look(b!)).toEqual({ kind: 'restored' })
    expect(await readVersion(store, b!)).toBe(`read: ${theirs}`)
    expect(await store.restores?.begin(b!, restore)).toEqual({ kind: 'restored' })
  })

  it('deleting judges the copy: an archived version is kept until it was restored', async () => {
    const bucket = await makeBucket(server, 'versioned', { s3: { restore } })
    await bucket.write('b.jsonl', theirs, { StorageClass: 'GLACIER' })
    const store = await bucket.open()
    const [version] = await listAll(store)
    const deletion = await openDeletion(server, storeOf(server, bucket.bucket))
    const judged: string[] = []
    const condemned = {
      version: version!,
      judge: async (chunks: Chunks) => {
        judged.push(await text(chunks))
        return { kind: 'delete' } as const
      },
    }
    expect(await deletion.deleteVersions([condemned])).toEqual([
      { kind: 'kept', reason: 'it is archived: it can only be judged after it was restored' },
    ])
    await store.restores?.begin(version!, restore)
    await expect.poll(() => readVersion(store, version!)).toBe(`read: ${theirs}`)
    expect(await deletion.deleteVersions([condemned])).toEqual([{ kind: 'deleted', bytes: theirs.length }])
    expect(judged).toEqual([theirs])
    expect(await listAll(store)).toEqual([])
  })

  async function verify(s3: object, isSlow = false) {
    const bucket = await archivedBucket()
    const place = await openPlace(() => ({
      stores: [{ id: 'sg', country: 'SG', s3: { bucket: bucket.bucket, endpoint: server.endpoint, ...s3 } }],
    }))
    const stores = s3Stores({ credentials: server.credentials })
    const { store, why } = await place.run({
      wrap: (ports: Ports): Ports => Object.create(ports, { stores: { value: isSlow ? slowly(stores) : stores } }),
    })
    return [store, why]
  }

  it('a run waits for the copy and reads it: verified', async () => {
    expect(await verify({ restore })).toEqual(['verified', ''])
  })

  it('a run whose wait ends first, or that restores nothing, ends incomplete', async () => {
    const archived = ['incomplete', 'archived: 1 object version']
    expect(await verify({ restore: { ...restore, wait: '1s' } }, true)).toEqual(archived)
    expect(await verify({})).toEqual(archived)
  })
})
