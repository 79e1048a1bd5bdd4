import {
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EvidenceConflict, HomeCountryRefused, StoreUnavailable } from '../../../lib/errors.ts'
import type { ListedVersion } from '../../../lib/inventory/object-version.ts'
import type { Remnant } from '../../../lib/ports.ts'
import { deleteOne, deletionContract, willing } from '../../contracts/deletion.ts'
import type { Loopback } from '../../support/ministack.ts'
import { bucketServers } from './bucket-servers.ts'
import {
  listBucket,
  makeBucket,
  openDeletion,
  ownerOf,
  put,
  readCurrent,
  setVersioning,
  storeOf,
} from './deletion-fixture.ts'

for (const { where, skip, start } of bucketServers())
  describe.skipIf(skip)(`a bucket ${where}`, () => {
    let server: Loopback & { stop(): Promise<void> }
    let owner: S3Client
    beforeAll(async () => {
      server = await start()
      owner = ownerOf(server)
    })
    afterAll(() => server?.stop())

    deletionContract('a bucket with versions', async () => {
      const bucket = await makeBucket(owner)
      const channel = { kind: 's3-delete-versions', owner: 'user_id', rewrite: true }
      const open = () => openDeletion(server, storeOf(server, bucket, { channel }))
      return {
        deletion: await open(),
        reopen: open,
        list: () => listBucket(owner, bucket),
        write: async (key, body) => void (await put(owner, bucket, key, body)),
        read: (key) => readCurrent(owner, bucket, key),
      }
    })

    it('loses a noncurrent version and a current one, each by its id, and no delete marker is added', async () => {
      const bucket = await makeBucket(owner)
      const [first, second, third] = [
        await put(owner, bucket, 'a', 'first'),
        await put(owner, bucket, 'a', 'second'),
        await put(owner, bucket, 'a', 'third'),
      ]
      const deletion = await openDeletion(server, storeOf(server, bucket))
      const versions = await listBucket(owner, bucket)
      const condemned = [first, third].map((id) => ({
        version: versions.find(({ versionId }) => versionId === id)!,
        judge: willing(),
      }))
      expect(await deletion.deleteVersions(condemned)).toEqual([
        { kind: 'deleted', bytes: 5 },
        { kind: 'deleted', bytes: 5 },
      ])
      expect(await listBucket(owner, bucket)).toMatchObject([{ kind: 'object', versionId: second, current: true }])
    })

    it('loses many versions in one request, and each is read once', async () => {
      const bucket = await makeBucket(owner)
      await put(owner, bucket, 'a', 'x')
      const [one] = await listBucket(owner, bucket)
      const requests: string[] = []
      const deletion = await openDeletion(server, storeOf(server, bucket), {
        onRequest: (operation) => requests.push(operation),
      })
      const counted = (operation: string) => requests.filter((each) => each === operation).length
      const ids = await Promise.all(Array.from({ length: 40 }, (_, n) => put(owner, bucket, `k${n}`, 'x')))
      const listed = ids.map((versionId, n): ListedVersion => ({ ...one!, key: `k${n}`, versionId }))
      expect(await deletion.deleteVersions(listed.map((version) => ({ version, judge: willing() })))).toEqual(
        ids.map(() => ({ kind: 'deleted', bytes: 1 })),
      )
      expect([counted('GetObject'), counted('DeleteObjects'), counted('DeleteObject')]).toEqual([40, 1, 0])
      expect((await listBucket(owner, bucket)).map(({ key }) => key)).toEqual(['a'])
    })

    describe('without ids of its own', () => {
      for (const versioning of ['never', 'Suspended'] as const)
        it(`keeps its versions, which it would delete unconditionally (versioning: ${versioning})`, async () => {
          const bucket = await makeBucket(owner, versioning)
          await put(owner, bucket, 'a', 'content')
          const [version] = await listBucket(owner, bucket)
          expect(version!.versionId).toMatch(/^null@/)
          const seen: string[] = []
          const deletion = await openDeletion(server, storeOf(server, bucket))
          expect(await deleteOne(deletion, version!, willing(seen))).toMatchObject({
            kind: 'kept',
            reason: expect.stringContaining('no id of its own'),
          })
          expect([seen, await readCurrent(owner, bucket, 'a')]).toEqual([[], 'content'])
        })

      it('keeps a marker without an id', async () => {
        const bucket = await makeBucket(owner, 'Enabled')
        await put(owner, bucket, 'a', 'content')
        await setVersioning(owner, bucket, 'Suspended')
        await owner.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'a' }))
        const before = await listBucket(owner, bucket)
        const marker = before.find((version): version is Remnant => version.kind === 'delete-marker')!
        const deletion = await openDeletion(server, storeOf(server, bucket))
        expect(await deletion.removeRemnants([marker])).toMatchObject([{ kind: 'kept' }])
        expect(await listBucket(owner, bucket)).toEqual(before)
      })
    })

    describe('with delete markers', () => {
      const markersOf = async (bucket: string) =>
        (await listBucket(owner, bucket)).filter((version): version is Remnant => version.kind === 'delete-marker')

      it('keeps one that hides versions, which would come to light, and loses it after them', async () => {
        const bucket = await makeBucket(owner)
        await put(owner, bucket, 'ab', 'another key')
        for (const Key of ['a', 'a', 'b']) {
          await put(owner, bucket, Key, 'content')
          await owner.send(new DeleteObjectCommand({ Bucket: bucket, Key }))
        }
        const deletion = await openDeletion(server, storeOf(server, bucket))
        const hiddenAt = async (at: string) =>
          (await listBucket(owner, bucket)).filter(({ key, kind }) => key === at && kind === 'object')
        for (const version of await hiddenAt('b')) await deleteOne(deletion, version, willing())
        const markers = await markersOf(bucket)
        expect(markers.map(({ key }) => key)).toEqual(['a', 'a', 'b'])
        const hiding = { kind: 'kept', reason: 'it hides versions that are still there' }
        expect(await deletion.removeRemnants(markers)).toEqual([hiding, hiding, { kind: 'deleted', bytes: 0 }])

        for (const version of await hiddenAt('a')) await deleteOne(deletion, version, willing())
        expect(await deletion.removeRemnants(markers)).toEqual([
          { kind: 'deleted', bytes: 0 },
          { kind: 'deleted', bytes: 0 },
          { kind: 'gone' },
        ])
        expect((await listBucket(owner, bucket)).map(({ kind, key }) => `${kind} ${key}`)).toEqual(['object ab'])
      })

      it('is not told that a version is a marker', async () => {
        const bucket = await makeBucket(owner)
        await put(owner, bucket, 'a', 'content')
        await owner.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'a' }))
        const before = await listBucket(owner, bucket)
        const marker = before.find(({ kind }) => kind === 'delete-marker')!
        const deletion = await openDeletion(server, storeOf(server, bucket))
        const { etag } = before.find(({ kind }) => kind === 'object')!
        const seen: string[] = []
        const disguised: ListedVersion = { ...marker, kind: 'object', ...(etag !== undefined && { etag }) }
        expect((await deleteOne(deletion, disguised, willing(seen))).kind).not.toBe('deleted')
        expect([seen, await listBucket(owner, bucket)]).toEqual([[], before])
      })
    })

    describe('with unfinished uploads', () => {
      const aborting = { channel: { kind: 's3-delete-versions', owner: 'user_id', abortUploads: true } }
      const makeUploads = async () => {
        const bucket = await makeBucket(owner)
        for (const Key of ['of user+1', 'of user+1', 'other']) {
          const { UploadId } = await owner.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }))
          await owner.send(new UploadPartCommand({ Bucket: bucket, Key, UploadId, PartNumber: 1, Body: 'x' }))
        }
        const uploads = (await listBucket(owner, bucket)) as Remnant[]
        return { bucket, uploads, named: uploads.filter(({ key }) => key !== 'other') }
      }

      it('keeps them unless the configuration says that they may go', async () => {
        const { bucket, uploads, named } = await makeUploads()
        const deletion = await openDeletion(server, storeOf(server, bucket))
        const reason = 'an unfinished upload cannot be judged, and abortUploads is not set'
        expect(await deletion.removeRemnants(named)).toEqual(named.map(() => ({ kind: 'kept', reason })))
        expect(await listBucket(owner, bucket)).toEqual(uploads)
      })

      it('loses exactly those that are named', async () => {
        const { bucket, uploads, named } = await makeUploads()
        expect(named).toHaveLength(2)
        const deletion = await openDeletion(server, storeOf(server, bucket, aborting))
        expect(await deletion.removeRemnants([named[0]!])).toEqual([{ kind: 'deleted', bytes: 0 }])
        expect(await listBucket(owner, bucket)).toEqual(uploads.filter((upload) => upload !== named[0]))
        expect(await deletion.removeRemnants(named)).toEqual([{ kind: 'gone' }, { kind: 'deleted', bytes: 0 }])
        expect((await listBucket(owner, bucket)).map(({ key }) => key)).toEqual(['other'])
      })

      it('keeps an upload whose key in the request is not its own', async () => {
        const { bucket, uploads, named } = await makeUploads()
        const deletion = await openDeletion(server, storeOf(server, bucket, aborting))
        expect(await deletion.removeRemnants([{ ...named[0]!, key: 'other' }])).toEqual([{ kind: 'gone' }])
        expect(await listBucket(owner, bucket)).toEqual(uploads)
      })
    })

    describe('with Object Lock', () => {
      const inAYear = new Date('2031-02-03T04:05:06.000Z')
      const locks: { name: string; lock(Bucket: string, VersionId: string): Promise<unknown>; reason: string }[] = [
        {
          name: 'retention',
          lock: (Bucket, VersionId) =>
            owner.send(
              new PutObjectRetentionCommand({
                Bucket,
                Key: 'a',
                VersionId,
                Retention: { Mode: 'GOVERNANCE', RetainUntilDate: inAYear },
              }),
            ),
          reason: 'it is under retention until 2031-02-03',
        },
        {
          name: 'legal hold',
          lock: (Bucket, VersionId) =>
            owner.send(new PutObjectLegalHoldCommand({ Bucket, Key: 'a', VersionId, LegalHold: { Status: 'ON' } })),
          reason: 'it is under legal-hold',
        },
      ]
      for (const { name, lock, reason } of locks)
        it(`keeps a version under ${name} that came after the scan, and says which`, async () => {
          const bucket = await makeBucket(owner, 'locked')
          const id = await put(owner, bucket, 'a', 'content')
          await put(owner, bucket, 'b', 'free')
          await lock(bucket, id)
          const versions = await listBucket(owner, bucket)
          const deletion = await openDeletion(server, storeOf(server, bucket))
          const deleted = await deletion.deleteVersions(versions.map((version) => ({ version, judge: willing() })))
          expect(deleted).toEqual([
            { kind: 'kept', reason },
            { kind: 'deleted', bytes: 4 },
          ])
          expect(await listBucket(owner, bucket)).toEqual([versions[0]])
        })
    })

    describe('that is not what the request says', () => {
      it('refuses a request with a key outside its prefix, as a whole', async () => {
        const bucket = await makeBucket(owner)
        for (const key of ['in/a', 'out/a']) await put(owner, bucket, key, 'content')
        const before = await listBucket(owner, bucket)
        const deletion = await openDeletion(server, storeOf(server, bucket, {}, { prefix: 'in/' }))
        const condemned = before.map((version) => ({ version, judge: willing() }))
        await expect(deletion.deleteVersions(condemned)).rejects.toThrow(EvidenceConflict)
        const markers = before.map((version): Remnant => ({ ...version, kind: 'delete-marker' }))
        await expect(deletion.removeRemnants(markers)).rejects.toThrow(EvidenceConflict)
        expect(await listBucket(owner, bucket)).toEqual(before)
      })

      it('keeps a version under the id of another one', async () => {
        const bucket = await makeBucket(owner)
        for (const key of ['a', 'b']) await put(owner, bucket, key, `of ${key}`)
        const [a, b] = await listBucket(owner, bucket)
        const deletion = await openDeletion(server, storeOf(server, bucket))
        const swapped = [
          { version: { ...a!, versionId: b!.versionId }, judge: willing() },
          { version: { ...b!, versionId: a!.versionId }, judge: willing() },
        ]
        expect(await deletion.deleteVersions(swapped)).toEqual([{ kind: 'gone' }, { kind: 'gone' }])
        expect(await listBucket(owner, bucket)).toEqual([a, b])
      })

      it('does not take a bucket that is gone for versions that are gone', async () => {
        const bucket = await makeBucket(owner)
        await put(owner, bucket, 'a', 'content')
        const [version] = await listBucket(owner, bucket)
        const deletion = await openDeletion(server, storeOf(server, bucket))
        await deleteOne(deletion, version!, willing())
        await owner.send(new DeleteBucketCommand({ Bucket: bucket }))
        await expect(deleteOne(deletion, version!, willing())).rejects.toThrow(StoreUnavailable)
        await expect(openDeletion(server, storeOf(server, bucket))).rejects.toThrow(StoreUnavailable)
      })

      it('is refused in the home country', async () => {
        const bucket = await makeBucket(owner)
        await expect(openDeletion(server, storeOf(server, bucket, { country: 'US' }))).rejects.toThrow(
          HomeCountryRefused,
        )
      })
    })
  })
