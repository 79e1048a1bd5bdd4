import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ListedVersion } from '../../../lib/inventory/object-version.ts'
import type { Opened } from '../../../lib/ports.ts'
import { listAll, readVersion } from '../../contracts/store.ts'
import { type Loopback, onMinistack, startMinistack, withoutMinistack } from '../../support/ministack.ts'
import { onRadosgw, startRadosgw, withoutRadosgw } from '../../support/radosgw.ts'
import { jsonRecords, numbers, somebodyElse, transferred } from '../../support/sample-files.ts'
import { someServers } from '../../support/some-of.ts'
import { runOverBucket } from '../run-over-bucket.ts'
import { bucketKinds, type MadeBucket, makeBucket, requestCounter } from './bucket-fixture.ts'

/**
 * What a bucket holds besides plain objects. Where the servers differ from S3 as AWS documents it:
 * - MiniStack and Ceph list the uploads of the very key that `key-marker` names again, AWS begins behind it.
 * - Ceph encodes the keys of uploads and does not say so; it encodes no marker of a next page. MiniStack encodes nothing.
 * - Ceph answers NoSuchKey for a version that is gone and for a delete marker, AWS NoSuchVersion and MethodNotAllowed.
 * - Both give the time of a version in milliseconds, AWS in seconds: there, two writes of a `null` version within one
 *   second have one version id, and only their ETags tell them apart.
 * - Ceph sends metadata that is not ASCII as it came; AWS sends it in encoded words.
 * - MiniStack leaves a range of a version out of account.
 * - Ceph takes SSE-C over TLS only, and has no archive classes that must be restored: those two run on MiniStack.
 * - Neither keeps the number of tags from a reader who may not read them, as AWS does: that is tested at the wire.
 */

const theirs = jsonRecords(numbers(5).map(somebodyElse))
const ours = jsonRecords([transferred(3)])

const servers = [
  { name: onMinistack, isMissing: withoutMinistack, start: startMinistack, ranged: false },
  { name: onRadosgw, isMissing: withoutRadosgw, start: startRadosgw, ranged: true },
]

type Server = Loopback & { stop(): Promise<void> }

function serverOf(start: () => Promise<Server>): () => Server {
  let server: Server | undefined
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server?.stop())
  return () => server!
}

const run = (server: Server, { config }: MadeBucket) =>
  runOverBucket(config.s3!, { credentials: server.credentials, maxAttempts: 2 })

type Readable = Extract<Opened, { kind: 'opened' }>

/** Opens a version that can be read, looks at it and closes it again. */
async function looking<T>(
  made: MadeBucket,
  version: ListedVersion,
  look: (opened: Readable) => T | Promise<T>,
): Promise<T> {
  const opened = await (await made.open()).open(version)
  expect(opened.kind).toBe('opened')
  try {
    return await look(opened as Readable)
  } finally {
    await (opened as Readable).close()
  }
}

async function startUpload({ client, bucket }: MadeBucket, Key: string, parts: string[]): Promise<string> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }))
  for (const [index, Body] of parts.entries())
    await client.send(new UploadPartCommand({ Bucket: bucket, Key, UploadId, PartNumber: index + 1, Body }))
  return UploadId!
}

for (const { name, isMissing, start, ranged } of someServers(servers, ({ isMissing }) => isMissing))
  describe.skipIf(isMissing)(name, () => {
    const server = serverOf(start)

    it('finds what a version under a delete marker holds', async () => {
      const made = await makeBucket(server(), 'versioned')
      await made.write('a', ours)
      await made.client.send(new DeleteObjectCommand({ Bucket: made.bucket, Key: 'a' }))
      const versions = await listAll(await made.open())
      expect(versions.map(({ kind, current }) => [kind, current]).toSorted()).toEqual([
        ['delete-marker', true],
        ['object', false],
      ])
      const ended = await run(server(), made)
      expect(ended.store).toBe('residual')
      expect(await ended.coverage(0)).toMatchObject({
        inventory: { versions: 2, deleteMarkers: 1 },
        found: { versions: 1 },
        clean: { versions: 1 },
      })
    })

    for (const kind of bucketKinds)
      it(`reads what was written over in a ${kind} bucket as far as it is kept`, async () => {
        const made = await makeBucket(server(), kind)
        for (const body of ['one', 'two', 'three']) await made.write('a', body)
        const store = await made.open()
        const read = await Promise.all((await listAll(store)).map((version) => readVersion(store, version)))
        const kept = kind === 'versioned' ? ['read: one', 'read: three', 'read: two'] : ['read: three']
        expect(read.toSorted()).toEqual(kept)
      })

    it('keeps versions apart that were written before and after versioning was suspended', async () => {
      const made = await makeBucket(server(), 'versioned')
      await made.write('a', 'one')
      await made.setVersioning('Suspended')
      await made.write('a', 'two')
      const store = await made.open()
      const versions = await listAll(store)
      const read = await Promise.all(versions.map((version) => readVersion(store, version)))
      expect(read.toSorted()).toEqual(['read: one', 'read: two'])
      expect(versions.map(({ versionId }) => /^null@.*Z$/.test(versionId)).toSorted()).toEqual([false, true])
    })

    it('finds an identifier in the key of a delete marker', async () => {
      const made = await makeBucket(server(), 'versioned')
      await made.client.send(new DeleteObjectCommand({ Bucket: made.bucket, Key: `users/${transferred(3)}.json` }))
      expect((await run(server(), made)).store).toBe('residual')
    })

    it('lists unfinished uploads with the bytes of their parts, in order, and reads none', async () => {
      const made = await makeBucket(server(), 'versioned')
      await made.write('a b+ü%41', theirs)
      const ids = [
        await startUpload(made, 'a b+ü%41', ['part']),
        await startUpload(made, 'a b+ü%41', []),
        await startUpload(made, 'z', ['another part']),
        await startUpload(made, '\u0001', ['1']),
      ]
      const store = await made.open()
      const versions = await listAll(store, 2)
      expect(await listAll(store)).toEqual(versions)
      const uploads = versions.filter((version) => version.kind === 'multipart-upload')
      expect(
        uploads.map(({ key, size, versionId }) => ({ key, size, versionId })).toSorted((a, b) => b.size - a.size),
      ).toEqual([
        { key: 'z', size: 12, versionId: `upload@${ids[2]}` },
        { key: 'a b+ü%41', size: 4, versionId: `upload@${ids[0]}` },
        { key: '\u0001', size: 1, versionId: `upload@${ids[3]}` },
        { key: 'a b+ü%41', size: 0, versionId: `upload@${ids[1]}` },
      ])
      const ended = await run(server(), made)
      expect([ended.store, ended.why]).toEqual(['incomplete', 'multipart-upload: 4 object versions'])
      expect((await ended.coverage(0))?.inventory).toMatchObject({
        versions: 5,
        multipartUploads: 4,
        bytes: theirs.length + 17,
      })
      const [first] = uploads
      // Its id is somebody else's text, and is in the inventory.
      expect(await store.open(first!)).toEqual({
        kind: 'unreadable',
        reason: 'multipart-upload',
        detail: 'an unfinished upload cannot be read',
      })
    })

    it('finds an identifier in the key of an unfinished upload', async () => {
      const made = await makeBucket(server(), 'versioned')
      await startUpload(made, `users/${transferred(3)}.json`, ['part'])
      expect((await run(server(), made)).store).toBe('residual')
    })

    it('lists a key with more versions than it holds at once, whole', async () => {
      const made = await makeBucket(server(), 'versioned')
      for (const key of ['a', 'b', 'b', 'b', 'b', 'b', 'b', 'b', 'c']) await made.write(key, key)
      const store = await made.open({ heldVersions: 2 })
      const versions = await listAll(store, 3)
      expect(versions.map(({ key }) => key).join('')).toBe('abbbbbbbc')
      expect(await listAll(await made.open(), 1000)).toEqual(versions)
    })

    it('lists nothing outside its prefix', async () => {
      const made = await makeBucket(server(), 'versioned', { s3: { prefix: 'in/' } })
      for (const key of ['in', 'in-', 'in/a', 'in/b', 'inner']) await made.write(key, key)
      for (const key of ['in-', 'in/c', 'j']) await startUpload(made, key, [])
      expect((await listAll(await made.open())).map(({ key }) => key)).toEqual(['in/a', 'in/b', 'in/c'])
    })

    it('lists ranges of keys that together are the whole', async () => {
      const made = await makeBucket(server(), 'versioned')
      for (const key of ['a', 'b', 'b', 'c/1', 'c/2', 'd', 'ü']) await made.write(key, key)
      await startUpload(made, 'c/2', [])
      const store = await made.open()
      const whole = await listAll(store)
      for (const limit of [1, 2, 1000]) {
        const parts: ListedVersion[] = []
        for (const range of [{ until: 'b' }, { after: 'b', until: 'c/2' }, { after: 'c/2' }])
          for (let cursor: string | undefined, more = true; more; ) {
            const page = await (await made.open()).list(cursor, limit, range)
            parts.push(...page.versions)
            cursor = page.next
            more = cursor !== undefined
          }
        expect(parts).toEqual(whole)
      }
    })

    const beside: { name: string; more: Parameters<MadeBucket['write']>[2]; place: 'metadata' | 'tags' }[] = [
      { name: 'the value of user metadata', more: { Metadata: { owner: transferred(3) } }, place: 'metadata' },
      { name: 'the name of user metadata', more: { Metadata: { [`id-${transferred(3)}`]: 'x' } }, place: 'metadata' },
      {
        name: 'the name for a download',
        more: { ContentDisposition: `attachment; filename="${transferred(3)}.csv"` },
        place: 'metadata',
      },
      { name: 'the value of a tag', more: { Tagging: `owner=${transferred(3)}` }, place: 'tags' },
      { name: 'the name of a tag', more: { Tagging: `${transferred(3)}=x` }, place: 'tags' },
    ]
    for (const { name: what, more, place } of beside)
      it(`finds an identifier in ${what}`, async () => {
        const made = await makeBucket(server(), 'versioned')
        await made.write('a', theirs, more)
        const [version] = await listAll(await made.open())
        const labels = await looking(made, version!, (opened) => opened.labels)
        expect(labels.some((label) => label.place === place && label.text.includes(transferred(3)))).toBe(true)
        const ended = await run(server(), made)
        expect([ended.store, ended.why]).toEqual(['residual', 'found: 1 finding of 1 subject in 1 object version'])
      })

    it('asks for each small object once, and for tags only where there are some, and of the first', async () => {
      const made = await makeBucket(server(), 'versioned')
      for (const key of ['a', 'b', 'c', 'd']) await made.write(key, theirs, key === 'c' ? { Tagging: 'a=b' } : {})
      const { counts, onRequest } = requestCounter()
      const store = await made.open({ onRequest })
      for (const version of await listAll(store)) expect(await readVersion(store, version)).toBe(`read: ${theirs}`)
      expect(counts).toEqual({
        ...{ ListObjectVersions: 1, ListMultipartUploads: 1, ListObjectsV2: 1 },
        ...{ GetObject: 4, GetObjectTagging: 2 },
      })
    })

    it('takes bytes as they are stored, whatever encoding is declared', async () => {
      const made = await makeBucket(server(), 'versioned')
      await made.write('a', theirs, { ContentEncoding: 'gzip' })
      const store = await made.open()
      const [version] = await listAll(store)
      expect(await readVersion(store, version!)).toBe(`read: ${theirs}`)
    })

    it('reads a large object in ranges, each byte once', async () => {
      const made = await makeBucket(server(), 'versioned')
      const body = Buffer.alloc(1_000_000, jsonRecords(numbers(999).map(somebodyElse)))
      await made.write('a', body)
      const { counts, onRequest } = requestCounter()
      const store = await made.open({
        onRequest,
        bodyLimits: { attempts: 3, pauseMs: 1, openingPauseMs: 1, rangeBytes: 100_000, lanes: 3 },
      })
      const [version] = await listAll(store)
      expect((await readVersion(store, version!)) === `read: ${body}`).toBe(true)
      expect(counts.GetObject).toBe(ranged ? 10 : 2)
    })

    it('says that an object is encrypted where its writer encrypted it', async () => {
      const made = await makeBucket(server(), 'versioned')
      await made.write('a', theirs, {
        Metadata: { 'x-amz-key-v2': 'AQ==', 'x-amz-iv': 'AA==', 'x-amz-cek-alg': 'AES/GCM/NoPadding' },
      })
      await made.write('b', theirs, { Metadata: { 'x-amz-c': '115', 'x-amz-3': 'AQ==', 'x-amz-d': 'AA==' } })
      const ended = await run(server(), made)
      expect([ended.store, ended.why]).toEqual(['incomplete', 'encrypted: 2 object versions'])
    })

    it('says until when a version with findings is kept by a lock', async () => {
      const made = await makeBucket(server(), 'versioned', { locked: true })
      const until = new Date(Math.ceil(Date.now() / 1000) * 1000 + 86_400_000)
      const ids: string[] = []
      for (const key of ['free', 'held', 'kept']) ids.push((await made.write(key, ours)).VersionId!)
      const at = (Key: string, index: number) => ({ Bucket: made.bucket, Key, VersionId: ids[index] })
      const retention = { Mode: 'GOVERNANCE', RetainUntilDate: until } as const
      await made.client.send(new PutObjectRetentionCommand({ ...at('held', 1), Retention: retention }))
      await made.client.send(new PutObjectLegalHoldCommand({ ...at('held', 1), LegalHold: { Status: 'ON' } }))
      await made.client.send(new PutObjectRetentionCommand({ ...at('kept', 2), Retention: retention }))
      const versions = await listAll(await made.open())
      const protections = await Promise.all(
        versions.map((version) => looking(made, version, (opened) => opened.protection?.())),
      )
      expect(protections).toEqual([
        undefined,
        { code: 'legal-hold' },
        { code: 'retention', name: 'governance', until: until.toISOString() },
      ])
      const ended = await run(server(), made)
      expect(ended.store).toBe('residual')
      expect((await ended.coverage(0))?.protected).toMatchObject([
        { code: 'legal-hold', versions: 1 },
        { code: 'retention', versions: 1, until: until.toISOString() },
      ])
    })

    it('does not call a retention that is over a protection', async () => {
      const made = await makeBucket(server(), 'versioned', { locked: true })
      const { VersionId } = await made.write('a', ours)
      const Retention = { Mode: 'GOVERNANCE', RetainUntilDate: new Date(Date.now() + 60_000) } as const
      await made.client.send(new PutObjectRetentionCommand({ Bucket: made.bucket, Key: 'a', VersionId, Retention }))
      const store = await made.open({ clock: () => new Date(Date.now() + 120_000) })
      const opened = (await store.open((await listAll(store))[0]!)) as Readable
      expect(await opened.protection?.()).toBeUndefined()
      await opened.close()
    })
  })

describe.skipIf(withoutMinistack)(`what Ceph has not, ${onMinistack}`, () => {
  const server = serverOf(startMinistack)

  it('says that an object is encrypted with a key of its writer', async () => {
    const made = await makeBucket(server(), 'versioned')
    await made.write('a', theirs, {
      SSECustomerAlgorithm: 'AES256',
      SSECustomerKey: Buffer.alloc(32, 7).toString('latin1'),
    })
    const ended = await run(server(), made)
    expect([ended.store, ended.why]).toEqual(['incomplete', 'encrypted: 1 object version'])
  })

  for (const StorageClass of ['GLACIER', 'DEEP_ARCHIVE'] as const)
    it(`says that an object in ${StorageClass} is archived`, async () => {
      const made = await makeBucket(server(), 'versioned')
      await made.write('a', theirs, { StorageClass })
      const ended = await run(server(), made)
      expect([ended.store, ended.why]).toEqual(['incomplete', 'archived: 1 object version'])
    })

  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)
    it(`reads an object with a stored ${ChecksumAlgorithm}`, async () => {
      const made = await makeBucket(server(), 'versioned')
      await made.write('a', theirs, { ChecksumAlgorithm })
      const ended = await run(server(), made)
      expect([ended.store, ended.why]).toEqual(['verified', ''])
    })
})
