import {
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deleteOne, rewriting, willing } from '../../contracts/deletion.ts'
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
  type Versioning,
} from './deletion-fixture.ts'

const mixed = 'theirs 1\nours\ntheirs 2\n'
const theirs = 'theirs 1\ntheirs 2\n'
const rewritten = { kind: 'rewritten', records: 1 }
const keptBecause = (words: string) => ({ kind: 'kept', reason: expect.stringContaining(words) })

for (const { where, skip, start } of bucketServers())
  describe.skipIf(skip)(`a version with records of others, in a bucket ${where}`, () => {
    let server: Loopback & { stop(): Promise<void> }
    let owner: S3Client
    beforeAll(async () => {
      server = await start()
      owner = ownerOf(server)
    })
    afterAll(() => server?.stop())

    async function openBucket(versioning: Versioning = 'Enabled') {
      const bucket = await makeBucket(owner, versioning)
      const channel = { kind: 's3-delete-versions', owner: 'user_id', rewrite: true }
      const deletion = await openDeletion(server, storeOf(server, bucket, { channel }))
      const list = () => listBucket(owner, bucket)
      return {
        bucket,
        list,
        write: (body: string) => put(owner, bucket, 'a', body),
        async rewrite(id: string) {
          const version = (await list()).find(({ versionId }) => versionId === id)!
          return deleteOne(deletion, version, rewriting())
        },
        deletion,
      }
    }

    it('is rewritten with all that it has beside its bytes', async () => {
      const { bucket, list, rewrite } = await openBucket()
      const given: Partial<PutObjectCommandInput> = {
        Metadata: { made: 'by nobody, at  night', empty: '' },
        Tagging: 'kind=back%20up&b=%2B%26',
        ContentType: 'application/x-ndjson',
        CacheControl: 'no-store',
        ContentDisposition: 'attachment; filename="a.jsonl"',
        ContentLanguage: 'en',
        Expires: new Date('2031-02-03T04:05:06.000Z'),
      }
      const address = { Bucket: bucket, Key: 'a' }
      await owner.send(new PutObjectCommand({ ...address, ...given, Body: mixed }))
      const look = async () => {
        const { Metadata, ContentType, CacheControl, ContentDisposition, ContentLanguage, ExpiresString, ...more } =
          await owner.send(new HeadObjectCommand(address))
        const { TagSet } = await owner.send(new GetObjectTaggingCommand(address))
        const { StorageClass, ServerSideEncryption } = more
        const beside = { Metadata, ContentType, CacheControl, ContentDisposition, ContentLanguage, ExpiresString }
        return {
          ...beside,
          StorageClass,
          ServerSideEncryption,
          TagSet: TagSet?.map(({ Key, Value }) => `${Key}=${Value}`).toSorted(),
        }
      }
      const before = await look()
      expect(before).toMatchObject({
        Metadata: given.Metadata,
        TagSet: ['b=+&', 'kind=back up'],
        ContentType: given.ContentType,
      })
      const [{ versionId } = { versionId: '' }] = await list()
      expect(await rewrite(versionId)).toEqual(rewritten)
      expect([await readCurrent(owner, bucket, 'a'), await look()]).toEqual([theirs, before])
    })

    it('is kept where it is not the current one, and goes where it is all of subjects', async () => {
      const { bucket, deletion, list, rewrite, write } = await openBucket()
      const [old, middle] = [await write(mixed), await write('ours\n'), await write('newer')]
      expect(await rewrite(old)).toEqual(keptBecause('not the current version of its key'))
      const version = (await list()).find(({ versionId }) => versionId === middle)!
      expect(await deleteOne(deletion, version, willing())).toEqual({ kind: 'deleted', bytes: 5 })
      expect([await readCurrent(owner, bucket, 'a'), (await list()).length]).toEqual(['newer', 2])
    })

    it('is kept under a delete marker, which it would come out of', async () => {
      const { bucket, list, rewrite, write } = await openBucket()
      const id = await write(mixed)
      await owner.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'a' }))
      const before = await list()
      expect([await rewrite(id), await list()]).toEqual([keptBecause('not the current version'), before])
    })

    it('goes where what is to take its place is there already, right above it', async () => {
      const { bucket, list, rewrite, write } = await openBucket()
      const [id, above] = [await write(mixed), await write(theirs)]
      expect(await rewrite(id)).toEqual(rewritten)
      expect(await list()).toMatchObject([{ versionId: above, current: true }])
      expect(await readCurrent(owner, bucket, 'a')).toBe(theirs)
    })

    it('is kept where something is between it and that', async () => {
      const { list, rewrite, write } = await openBucket()
      const id = await write(mixed)
      await write('newer')
      await write(theirs)
      expect([await rewrite(id), (await list()).length]).toEqual([keptBecause('not the current version'), 3])
    })

    it('is kept above a version without an id, whose place the new one could take', async () => {
      const { bucket, list, rewrite, write } = await openBucket('never')
      await write('of before there were versions')
      await setVersioning(owner, bucket, 'Enabled')
      const id = await write(mixed)
      const before = await list()
      expect([await rewrite(id), await list()]).toEqual([keptBecause('without an id of its own'), before])
    })

    it('is kept in a bucket that keeps no versions any more', async () => {
      const { bucket, list, rewrite, write } = await openBucket()
      const id = await write(mixed)
      await setVersioning(owner, bucket, 'Suspended')
      const before = await list()
      expect([await rewrite(id), await list()]).toEqual([keptBecause('may keep no versions'), before])
    })

    it('is rewritten where every new version is under retention, which its own is over', async () => {
      const { bucket, list, rewrite, write } = await openBucket('locked')
      const id = await write(mixed)
      const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } as const
      const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const
      await owner.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }))
      expect(await rewrite(id)).toEqual(rewritten)
      expect(await list()).toMatchObject([{ key: 'a', size: theirs.length }])
    })

    it('is kept under a retention that came meanwhile', async () => {
      const { bucket, list, rewrite, write } = await openBucket('locked')
      const id = await write(mixed)
      const Retention = { Mode: 'GOVERNANCE', RetainUntilDate: new Date('2031-02-03T04:05:06.000Z') } as const
      await owner.send(new PutObjectRetentionCommand({ Bucket: bucket, Key: 'a', VersionId: id, Retention }))
      const before = await list()
      expect([await rewrite(id), await list()]).toEqual([keptBecause('under retention until 2031-02-03'), before])
    })
  })
