import { createHash } from 'node:crypto'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { StoreUnavailable } from '../../../lib/errors.ts'
import type { Loopback } from '../../support/ministack.ts'
import { type Hands, inSlicesOf, isMoment, openPlace, type Place } from '../../support/pipeline.ts'
import { jsonRecords, numbers, pending, somebodyElse, transferred } from '../../support/sample-files.ts'
import { someOf } from '../../support/some-of.ts'
import { bucketServers } from './bucket-servers.ts'
import { listBucket, makeBucket, ownerOf, put, readCurrent, type Versioning } from './deletion-fixture.ts'

/** Whole runs over a bucket, with the built-in executor: what goes is what was asked for, and nothing else ever. */

const ours = jsonRecords(numbers(10).map(transferred))
const theirs = jsonRecords(numbers(10).map(somebodyElse))
const mixed = ours + jsonRecords([somebodyElse(1)])

/** A run of which the first call that deletes is killed before it can say what it did. */
async function runKilledOnce(place: Place) {
  let legs = 0
  const ended = await place.run({
    wrap: (ports) => ({
      ...ports,
      evidence: {
        ...ports.evidence,
        async put(key, body) {
          if (key.includes('/deletion-legs/') && legs++ === 0)
            throw new StoreUnavailable('evidence: put: expected an answer, got none')
          return ports.evidence.put(key, body)
        },
      },
    }),
  })
  expect(legs).toBe(2)
  return ended
}

for (const { where, skip, start } of bucketServers())
  describe.skipIf(skip)(`a run over a bucket ${where}`, () => {
    let server: Loopback & { stop(): Promise<void> }
    let owner: S3Client
    beforeAll(async () => {
      server = await start()
      owner = ownerOf(server)
    })
    afterAll(() => server?.stop())
    // As on anybody's machine: the credentials are in the environment.
    beforeEach(() => {
      vi.stubEnv('AWS_ACCESS_KEY_ID', server.credentials.accessKeyId)
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.credentials.secretAccessKey)
    })
    afterEach(() => {
      vi.unstubAllEnvs()
    })

    async function openBucket(versioning: Versioning = 'Enabled', channel: object = {}, s3: object = {}) {
      const bucket = await makeBucket(owner, versioning)
      const place = await openPlace(() => ({
        stores: [
          {
            id: 'sg',
            country: 'SG',
            s3: { bucket, endpoint: server.endpoint, ...s3 },
            channel: { kind: 's3-delete-versions', owner: 'user_id', ...channel },
          },
        ],
      }))
      const shown = async () => (await listBucket(owner, bucket)).map(({ kind, key }) => `${kind} ${key}`)
      return { bucket, place, shown, write: (key: string, body: string | Uint8Array) => put(owner, bucket, key, body) }
    }

    it('deletes every version of transferred people, what hides them, and unfinished uploads that are named after them', async () => {
      const { bucket, place, shown, write } = await openBucket('Enabled', { abortUploads: true })
      await write('events.jsonl', ours)
      await write('events.jsonl', theirs)
      await write('old/events.jsonl.gz', gzipSync(ours))
      await write(`of-${transferred(1)}.jsonl`, ours)
      await owner.send(new DeleteObjectCommand({ Bucket: bucket, Key: `of-${transferred(1)}.jsonl` }))
      await write('others.jsonl', theirs)
      const Key = `upload-of-${transferred(2)}`
      const { UploadId } = await owner.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }))
      await owner.send(new UploadPartCommand({ Bucket: bucket, Key, UploadId, PartNumber: 1, Body: 'x' }))

      const ended = await place.run()
      expect(await shown()).toEqual(['object events.jsonl', 'object others.jsonl'])
      expect(await readCurrent(owner, bucket, 'events.jsonl')).toBe(theirs)
      expect(await ended.acknowledgement(0)).toMatchObject({ deleted: { versions: 5 }, gone: 0, kept: [] })
      expect([ended.store, ended.why]).toEqual(['verified', ''])
    })

    it('rewrites the current versions that have records of others as well, where the configuration says so, and the next scan finds nobody', async () => {
      const { bucket, place, shown, write } = await openBucket('Enabled', { rewrite: true })
      await write('mixed.jsonl', mixed)
      await write('packed/mixed.jsonl.gz', gzipSync(mixed))
      await write('of-ours.jsonl', ours)
      await write('others.jsonl', theirs)
      const ended = await place.run()
      expect(await shown()).toEqual(
        ['mixed.jsonl', 'others.jsonl', 'packed/mixed.jsonl.gz'].map((key) => `object ${key}`),
      )
      expect(await readCurrent(owner, bucket, 'mixed.jsonl')).toBe(jsonRecords([somebodyElse(1)]))
      expect(await ended.acknowledgement(0)).toMatchObject({
        deleted: { versions: 1, bytes: ours.length },
        rewritten: { versions: 2, records: 20 },
        kept: [],
      })
      expect([ended.store, ended.why]).toEqual(['verified', ''])
    })

    it('rewrites each once where it was killed before it could say so', async () => {
      const { bucket, place, write } = await openBucket('Enabled', { rewrite: true })
      await write('mixed.jsonl', mixed)
      const ended = await runKilledOnce(place)
      expect(await listBucket(owner, bucket)).toMatchObject([{ key: 'mixed.jsonl', current: true }])
      expect(await readCurrent(owner, bucket, 'mixed.jsonl')).toBe(jsonRecords([somebodyElse(1)]))
      expect(await ended.acknowledgement(0)).toMatchObject({
        rewritten: { versions: 1, records: 10 },
        gone: 0,
        kept: [],
      })
    })

    it('deletes a large version that was read in slices, and keeps one with somebody else in its last record', async () => {
      const { bucket, place, shown, write } = await openBucket()
      const large = jsonRecords(numbers(3000).map((n) => transferred(n % 20)))
      await write('large.jsonl', large)
      await write('large.jsonl', theirs)
      await write('mixed.jsonl', large + jsonRecords([somebodyElse(1)]))
      const ended = await place.run({ call: inSlicesOf(Math.ceil(large.length / 3)) })
      expect(await shown()).toEqual(['object large.jsonl', 'object mixed.jsonl'])
      expect(await readCurrent(owner, bucket, 'large.jsonl')).toBe(theirs)
      const lines = readFileSync(join(passOf(place, 0), 'requested/000000000.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
      expect(lines.map((line) => JSON.parse(line)).map(({ pieces, sha256 }) => [pieces.length, sha256])).toEqual([
        [3, undefined],
        [4, undefined],
      ])
      expect(await ended.acknowledgement(0)).toMatchObject({
        deleted: { versions: 1, bytes: large.length },
        kept: [{ versions: 1, reason: expect.stringMatching(/somebody who is not in the transfer manifest/) }],
      })
      expect(ended.store).toBe('residual')
    })

    it('says that it removed markers and uploads also where it was killed before it could', async () => {
      const { bucket, place, write } = await openBucket('Enabled', { abortUploads: true })
      await write('others.jsonl', theirs)
      await owner.send(new DeleteObjectCommand({ Bucket: bucket, Key: `of-${transferred(1)}.jsonl` }))
      await owner.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: `upload-of-${transferred(2)}` }))
      const ended = await runKilledOnce(place)
      expect(await ended.acknowledgement(0)).toMatchObject({ deleted: { versions: 2 }, gone: 0, kept: [] })
    })

    it('leaves an upload of theirs, and the run incomplete, where nobody said that it may go', async () => {
      const { bucket, place, shown, write } = await openBucket()
      await write('others.jsonl', theirs)
      const Key = `upload-of-${transferred(2)}`
      await owner.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }))
      const ended = await place.run()
      expect(await shown()).toEqual(['object others.jsonl', `multipart-upload ${Key}`])
      expect(ended.store).toBe('residual')
      expect(await ended.acknowledgement(0)).toMatchObject({
        deleted: { versions: 0 },
        kept: [{ reason: 'an unfinished upload cannot be judged, and abortUploads is not set', versions: 1 }],
      })
    })

    it('waits for a retention to end: residual until then, deleted by the first run after it', async () => {
      const { bucket, place, shown, write } = await openBucket('locked')
      const id = await write('events.jsonl', ours)
      await write('others.jsonl', theirs)
      // Longer than a run takes where everything else runs as well.
      const until = new Date(Math.ceil(Date.now() / 1000) * 1000 + 45_000)
      await owner.send(
        new PutObjectRetentionCommand({
          Bucket: bucket,
          Key: 'events.jsonl',
          VersionId: id,
          Retention: { Mode: 'COMPLIANCE', RetainUntilDate: until },
        }),
      )
      const first = await place.run()
      expect(new Date() < until).toBe(true)
      expect(first.store).toBe('residual')
      expect(first.why).toContain(`retention: 1 object version cannot be deleted before ${until.toISOString()}`)
      expect((await first.coverage(1))?.protected).toMatchObject([
        { code: 'retention', versions: 1, until: until.toISOString() },
      ])
      const request = JSON.parse(readFileSync(join(passOf(place, 0), 'request.json'), 'utf8'))
      expect(request).toMatchObject({ protectedVersions: 1, deletableFrom: until.toISOString() })
      const reason = `it is under retention until ${until.toISOString().slice(0, 10)}`
      expect((await first.acknowledgement(0))?.kept).toMatchObject([{ reason, versions: 1 }])
      expect(await shown()).toEqual(['object events.jsonl', 'object others.jsonl'])

      await pause(until.getTime() - Date.now() + 1500)
      const second = await place.run()
      expect([second.store, second.why]).toEqual(['verified', ''])
      expect(await second.acknowledgement(0)).toMatchObject({ deleted: { versions: 1 }, kept: [] })
      expect(await shown()).toEqual(['object others.jsonl'])
    })

    describe('keeps', () => {
      it('a version with a record of somebody else in it', async () => {
        const { place, shown, write } = await openBucket()
        await write('mixed.jsonl', mixed)
        await write('mixed.jsonl.gz', gzipSync(mixed))
        const ended = await place.run()
        expect(await shown()).toEqual(['object mixed.jsonl', 'object mixed.jsonl.gz'])
        expect([ended.store, (await ended.acknowledgement(0))?.deleted.versions]).toEqual(['residual', 0])
      })

      it('what was written in the meantime, also under the same key', async () => {
        const { bucket, place, write } = await openBucket()
        await write('a.jsonl', ours)
        const ended = await place.run({
          before: async (moment) =>
            isMoment(moment, { task: 'execute-deletion' }) ? void (await write('a.jsonl', theirs)) : undefined,
        })
        expect(await listBucket(owner, bucket)).toMatchObject([{ kind: 'object', key: 'a.jsonl', current: true }])
        expect(await readCurrent(owner, bucket, 'a.jsonl')).toBe(theirs)
        expect(await ended.acknowledgement(0)).toMatchObject({ deleted: { versions: 1 } })
      })

      for (const versioning of ['never', 'Suspended'] as const)
        it(`versions without an id of their own, and what took their place (versioning: ${versioning})`, async () => {
          const { bucket, place, write } = await openBucket(versioning)
          await write('a.jsonl', ours)
          const ended = await place.run({
            before: async (moment) =>
              isMoment(moment, { task: 'execute-deletion' }) ? void (await write('a.jsonl', theirs)) : undefined,
          })
          expect(await readCurrent(owner, bucket, 'a.jsonl')).toBe(theirs)
          expect(await ended.acknowledgement(0)).toMatchObject({ deleted: { versions: 0 } })
        })

      it('a large version of which a tag names somebody whose transfer is not confirmed', async () => {
        const { bucket, place, shown } = await openBucket()
        const Body = jsonRecords(numbers(3000).map((n) => transferred(n % 20)))
        const Tagging = `sent-to=${pending(1)}`
        await owner.send(new PutObjectCommand({ Bucket: bucket, Key: 'large.jsonl', Body, Tagging }))
        await place.run({ call: inSlicesOf(Math.ceil(Body.length / 3)) })
        expect(await shown()).toEqual(['object large.jsonl'])
      })

      it('a version of which the metadata or a tag names somebody whose transfer is not confirmed', async () => {
        const { bucket, place, shown, write } = await openBucket()
        const Body = ours
        await owner.send(
          new PutObjectCommand({ Bucket: bucket, Key: 'a.jsonl', Body, Metadata: { uploader: pending(1) } }),
        )
        await owner.send(
          new PutObjectCommand({ Bucket: bucket, Key: 'b.jsonl', Body, Tagging: `sent-to=${pending(1)}` }),
        )
        await owner.send(
          new PutObjectCommand({ Bucket: bucket, Key: 'c.jsonl', Body, Metadata: { uploader: transferred(1) } }),
        )
        await write('d.jsonl', ours)
        const ended = await place.run()
        expect(await shown()).toEqual(['object a.jsonl', 'object b.jsonl'])
        expect(await ended.acknowledgement(0)).toMatchObject({
          deleted: { versions: 2 },
          kept: [{ versions: 2, reason: 'its metadata or tags name somebody whose transfer is not confirmed' }],
        })
        expect(ended.store).toBe('residual')
      })

      it('an unfinished upload that is named after somebody whose transfer is not confirmed as well', async () => {
        const { bucket, place, shown } = await openBucket('Enabled', { abortUploads: true })
        const [both, own] = [`of-${transferred(1)}-and-${pending(1)}`, `of-${transferred(2)}`]
        for (const Key of [both, own]) await owner.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }))
        const ended = await place.run()
        expect(await shown()).toEqual([`multipart-upload ${both}`])
        expect(await ended.acknowledgement(0)).toMatchObject({
          deleted: { versions: 1 },
          kept: [{ versions: 1, reason: 'its name is about somebody whose transfer is not confirmed' }],
        })
      })

      it('everything outside its prefix', async () => {
        const { place, shown, write } = await openBucket('Enabled', {}, { prefix: 'in/' })
        await write('in/a.jsonl', ours)
        await write('in/others.jsonl', theirs)
        await write('out/a.jsonl', ours)
        const ended = await place.run()
        expect([ended.store, await shown()]).toEqual(['verified', ['object in/others.jsonl', 'object out/a.jsonl']])
      })
    })

    describe('refuses, and deletes nothing', () => {
      type Line = { shownKey: string; versionId: string; sha256: string }
      /** Changes what was asked for, and the digest of it in the request as well. */
      const forge = (place: Place, change: (lines: Line[]) => Line[], andTheDigest: boolean) => {
        const [part, head] = [
          join(passOf(place, 0), 'requested/000000000.jsonl'),
          join(passOf(place, 0), 'request.json'),
        ]
        const lines = readFileSync(part, 'utf8').trimEnd().split('\n')
        const text = change(lines.map((line) => JSON.parse(line)))
          .map((line) => `${JSON.stringify(line)}\n`)
          .join('')
        writeFileSync(part, text)
        if (!andTheDigest) return
        const request = JSON.parse(readFileSync(head, 'utf8'))
        request.versionsSha256 = createHash('sha256').update(text).digest('hex')
        writeFileSync(head, `${JSON.stringify(request, null, 1)}\n`)
      }
      const swapIds = ([a, b]: Line[]): Line[] => [
        { ...a!, versionId: b!.versionId },
        { ...b!, versionId: a!.versionId },
      ]
      const forgeries: { name: string; change(lines: Line[], others: string): Line[] }[] = [
        { name: 'ids of versions that were swapped', change: swapIds },
        {
          name: 'the version of somebody else',
          change: ([a, ...more], others) => [{ ...a!, shownKey: 'others.jsonl', versionId: others }, ...more],
        },
        {
          name: 'the same version twice',
          change: ([a]) => [a!, a!],
        },
      ]
      for (const { name, change } of someOf(3, forgeries))
        for (const andTheDigest of [false, true])
          it(`${name}${andTheDigest ? ', with a digest that fits' : ''}`, async () => {
            const { bucket, place, write } = await openBucket()
            await write('a.jsonl', ours)
            await write('b.jsonl', jsonRecords([transferred(11)]))
            const others = await write('others.jsonl', theirs)
            const ended = await place.run({
              before: (moment) =>
                isMoment(moment, { task: 'execute-deletion' })
                  ? forge(place, (lines) => change(lines, others), andTheDigest)
                  : undefined,
            })
            const keys = (await listBucket(owner, bucket)).map(({ key }) => key)
            expect(keys).toEqual(expect.arrayContaining(['a.jsonl', 'others.jsonl']))
            expect(ended.store).not.toBe('verified')
          })

      it('a request of another run', async () => {
        const { place, shown, write } = await openBucket()
        await write('mixed.jsonl', mixed)
        await write('others.jsonl', theirs)
        await place.run()
        const runTwo: Hands = {
          before(moment) {
            if (!isMoment(moment, { task: 'execute-deletion' })) return
            rmSync(passOf(place, 1), { recursive: true })
            cpSync(passOf(place, 0), passOf(place, 1), { recursive: true })
            for (const name of ['acknowledgement.json', 'deletion-legs'])
              rmSync(join(passOf(place, 1), name), { recursive: true })
          },
        }
        const second = await place.run(runTwo)
        expect(await shown()).toEqual(['object mixed.jsonl', 'object others.jsonl'])
        expect(second.why).toContain('EvidenceConflict in ExecuteDeletion')
        expect(await second.acknowledgement(0)).toBeUndefined()
      })

      it('a key outside the prefix of its store', async () => {
        const { bucket, place, write } = await openBucket('Enabled', {}, { prefix: 'in/' })
        await write('in/a.jsonl', ours)
        const outside = await write('out/a.jsonl', ours)
        const before = await listBucket(owner, bucket)
        const ended = await place.run({
          before: (moment) =>
            isMoment(moment, { task: 'execute-deletion' })
              ? forge(place, ([line]) => [{ ...line!, shownKey: 'out/a.jsonl', versionId: outside }], true)
              : undefined,
        })
        expect(await listBucket(owner, bucket)).toEqual(before)
        expect(ended.why).toContain('EvidenceConflict in ExecuteDeletion')
      })
    })
  })

const passOf = (place: Place, run: number) => join(place.paths.evidence, `runs/run-${run}/stores/sg/pass-0`)
