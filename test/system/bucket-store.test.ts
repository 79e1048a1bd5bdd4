import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { custodian } from '../aws/bucket/bucket-fixture.ts'
import { type Loopback, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { jsonLines, odv, pinsOf, startOdv, verdictsOf } from '../support/odv.ts'
import { configText, jsonRecords, manifestText, numbers, somebodyElse, transferred } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

/** The command line over buckets, with the credentials of a profile as a user has them. */

describe.skipIf(withoutMinistack)(`odv run over buckets ${onMinistack}`, () => {
  let server: Loopback & { stop(): Promise<void> }
  beforeAll(async () => {
    server = await startMinistack()
    const client = custodian(server)
    const theirs = jsonRecords(numbers(30).map(somebodyElse))
    for (const [bucket, objects] of Object.entries({
      clean: { 'a.jsonl': theirs, 'deep/b c+.jsonl': theirs },
      found: { 'a.jsonl': theirs, 'x.jsonl': jsonRecords([transferred(3)]) },
    })) {
      await client.send(new CreateBucketCommand({ Bucket: `odv-${bucket}` }))
      for (const [Key, Body] of Object.entries(objects))
        await client.send(new PutObjectCommand({ Bucket: `odv-${bucket}`, Key, Body }))
    }
    const ReplicationConfiguration = {
      Role: 'arn:aws:iam::000000000000:role/copy',
      Rules: ['odv-clean', 'odv-elsewhere'].map((name, Priority) => ({
        ID: name,
        Priority,
        Status: 'Enabled' as const,
        Filter: { Prefix: '' },
        DeleteMarkerReplication: { Status: 'Disabled' as const },
        Destination: { Bucket: `arn:aws:s3:::${name}` },
      })),
    }
    await client.send(new CreateBucketCommand({ Bucket: 'odv-elsewhere' }))
    for (const Bucket of ['odv-found', 'odv-clean', 'odv-elsewhere'])
      await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
    await client.send(new PutBucketReplicationCommand({ Bucket: 'odv-found', ReplicationConfiguration }))
  })
  afterAll(() => server?.stop())

  function makePlace(stores: string[]): string {
    const place = scratchDirectory()
    writeFileSync(join(place, 'ids.csv'), manifestText)
    writeFileSync(join(place, 'credentials'), '[offshore]\naws_access_key_id = test\naws_secret_access_key = test\n')
    writeFileSync(
      join(place, 'odv.json'),
      configText({
        manifest: 'ids.csv',
        stores: stores.map((id) => ({
          id,
          country: 'SG',
          s3: { bucket: `odv-${id}`, endpoint: server.endpoint, readProfile: 'offshore' },
        })),
      }),
    )
    return place
  }

  const over = (place: string, ...args: string[]) =>
    startOdv(place, args, { AWS_SHARED_CREDENTIALS_FILE: join(place, 'credentials') }).ended

  for (const [stores, code, verdicts] of [
    [['clean'], 0, { clean: 'verified' }],
    [['clean', 'found'], 1, { clean: 'verified', found: 'residual' }],
    [['clean', 'none'], 2, { clean: 'verified', none: 'incomplete' }],
  ] as const)
    it(`ends with ${code} for ${stores.join(', ')}`, async () => {
      const place = makePlace([...stores])
      const ended = await over(place, 'run', '--json')
      expect([ended.code, verdictsOf(ended)], ended.stderr).toEqual([code, verdicts])
      if (stores.some((id) => id === 'found'))
        expect(ended.stderr).toContain(
          'rules copy its objects to 1 bucket that no store of this run has: odv-elsewhere',
        )
      const passOf = (store: string) => jsonLines(ended).find((line) => line.kind === 'pass' && line.store === store)
      expect(passOf('clean')).toMatchObject({ copiesElsewhere: [] })
      if (stores.some((id) => id === 'found'))
        expect(passOf('found')).toMatchObject({ copiesElsewhere: ['odv-elsewhere'] })
      const { run } = jsonLines(ended).at(-1)!
      const exported = await odv(place, 'export', '--run', String(run), '--out', 'bundle', '--json')
      expect(exported.code, exported.stderr).toBe(0)
      const verified = await odv(place, 'verify', 'bundle', ...(await pinsOf(place)))
      expect(verified.code).toBe(0)
      const toldOfCopies = verified.stdout.includes('nothing is said about them: odv-elsewhere (from found).')
      expect(toldOfCopies, verified.stdout).toBe(stores.some((id) => id === 'found'))
    })

  it('counts what is in a bucket before a run, and names where it is copied to', async () => {
    const told = jsonLines(await over(makePlace(['found']), 'run', '--dry-run', '--json'))
    expect(told.find(({ kind }) => kind === 'store')).toMatchObject({ copiesElsewhere: ['odv-clean', 'odv-elsewhere'] })
    const ended = await over(makePlace(['clean']), 'run', '--dry-run', '--json')
    expect(jsonLines(ended).at(-1)).toMatchObject({ kind: 'summary', dryRun: true, versions: 2 })
  })
})
