import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { awsPorts } from '../../lib/aws/aws-ports.ts'
import { directoryDeletions } from '../../lib/local/directory-deletion.ts'
import { directoryStores } from '../../lib/local/directory-store.ts'
import { buildIndex } from '../../lib/pipeline/build-index.ts'
import { checkBundle } from '../../lib/pipeline/check-bundle.ts'
import { exportBundle } from '../../lib/pipeline/export-bundle.ts'
import { openRun } from '../../lib/pipeline/open-run.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { isMoment, openPlace } from '../support/pipeline.ts'
import { jsonRecords, manifestText, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'
import { newDeployment } from './deployment.ts'

const storeIn = (root: string) => ({
  id: 'sg',
  root,
  country: 'SG',
  channel: { kind: 'delete-files', owner: 'user_id' },
})

describe.skipIf(withoutMinistack)(onMinistack, () => {
  let server: Ministack
  beforeAll(async () => {
    server = await startMinistack()
    // As a function finds it: the SDK reads where the service is, and who asks, from the environment.
    vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint)
    vi.stubEnv('AWS_REGION', server.region)
    vi.stubEnv('AWS_ACCESS_KEY_ID', server.credentials.accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.credentials.secretAccessKey)
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await server?.stop()
  })

  it('a run over the ports of AWS ends in a bundle that its reader verifies', async () => {
    const root = join(scratchDirectory(), 'store')
    mkdirSync(root)
    writeFiles(root, {
      'theirs.jsonl': jsonRecords(numbers(4).map(transferred)),
      'others.jsonl': jsonRecords(numbers(4).map(somebodyElse)),
    })
    const config = {
      homeCountry: 'US',
      manifest: 'manifests/ids.csv',
      identifierCase: 'fold',
      stores: [storeIn(root)],
    }
    const environment = await newDeployment(server, {
      'config/odv.json': JSON.stringify(config),
      'manifests/ids.csv': manifestText,
    })
    const ports = awsPorts(environment, { stores: directoryStores(), storeDeletions: directoryDeletions() })
    const place = await openPlace(() => ({ stores: [storeIn(root)] }))
    const runs = [await place.run({ ports }), await place.run({ ports })]

    expect(runs.map(({ why, verdict }) => ({ why, verdict }))).toEqual(Array(2).fill({ why: '', verdict: 'verified' }))
    expect(existsSync(join(root, 'theirs.jsonl'))).toBe(false)
    expect(existsSync(join(root, 'others.jsonl'))).toBe(true)
    expect((await ports.runState.listRuns()).map(({ runId, state }) => [runId, state])).toEqual([
      ['run-1', 'finished'],
      ['run-0', 'finished'],
    ])
    const { size } = await ports.ledger.head()
    expect((await ports.ledger.checkpoints()).at(-1)).toEqual({ size, note: await ports.anchor.latest() })

    const selection = { runId: 'run-0' }
    await exportBundle(ports, { exportId: 'filing', selection })
    expect(await checkBundle(ports, { exportId: 'filing' })).toMatchObject({
      entries: 7,
      verified: 1,
      incomplete: 0,
    })
  })

  for (const [what, error, handIn] of [
    [
      'a manifest under another name says so of somebody in scope',
      'ManifestInvalid',
      {
        'config/odv.json': { manifest: 'manifests/later' },
        'manifests/later': `userId,transferredAt\n${transferred(2)},\n`,
      },
    ],
    ['nobody can say which manifest is in force', 'ConfigInvalid', { 'config/odv.json': { manifest: 7 } }],
  ] as const)
    it(`deletes nothing once ${what}`, async () => {
      const root = join(scratchDirectory(), 'store')
      mkdirSync(root)
      writeFiles(root, { 'theirs.jsonl': jsonRecords([transferred(1)]) })
      const config = { manifest: 'manifests/ids.csv', stores: [storeIn(root)] }
      const environment = await newDeployment(server, {
        'config/odv.json': JSON.stringify(config),
        'manifests/ids.csv': manifestText,
      })
      const intake = new S3Client({ forcePathStyle: true })
      const put = (Key: string, Body: string) =>
        intake.send(new PutObjectCommand({ Bucket: environment.intakeBucket, Key, Body }))
      const ports = awsPorts(environment, { stores: directoryStores(), storeDeletions: directoryDeletions() })
      const place = await openPlace(() => ({ stores: [storeIn(root)] }))
      const { summary } = await place.run({
        ports,
        before: async (moment) => {
          if (!isMoment(moment, { task: 'settle-coverage' })) return
          for (const [key, value] of Object.entries(handIn))
            await put(key, typeof value === 'string' ? value : JSON.stringify({ ...config, ...value }))
        },
      })
      intake.destroy()
      expect(existsSync(join(root, 'theirs.jsonl'))).toBe(true)
      expect(summary.verdicts[0]?.reasons).toContain(`failure: ${error} in ConfirmScope`)
    })

  it('asks the index of a run again after that of another one took its room', async () => {
    const config = { manifest: 'manifests/ids.csv', stores: [{ id: 'sg', root: '/x', country: 'SG' }] }
    const environment = await newDeployment(server, {
      'config/odv.json': JSON.stringify(config),
      'manifests/ids.csv': manifestText,
    })
    const intake = new S3Client({ forcePathStyle: true })
    const handIn = async (rows: string) => {
      const put = (Key: string, Body: string) =>
        intake.send(new PutObjectCommand({ Bucket: environment.intakeBucket, Key, Body }))
      await put('manifests/later', `userId,transferredAt\n${somebodyElse(3)},2026-01-01T00:00:00Z\n${rows}`)
      await put('config/odv.json', JSON.stringify({ ...config, manifest: 'manifests/later' }))
    }
    const ports = awsPorts(environment)
    const at = new Date().toISOString()
    for (const runId of ['r1', 'r2']) {
      await openRun(ports, { runId, trigger: 'nightly' })
      await buildIndex(ports, { runId, at })
    }
    await handIn(`${somebodyElse(1)},\n`)
    expect(await buildIndex(ports, { runId: 'r1', at, confirms: true })).toEqual({
      confirmedAt: expect.stringMatching(/Z$/),
    })
    await buildIndex(ports, { runId: 'r2', at, shard: 0 })
    await handIn(`${transferred(2)},\n`)
    await expect(buildIndex(ports, { runId: 'r1', at, confirms: true })).rejects.toThrow('got 1 row without')
    intake.destroy()
  })

  it('reads buckets as stores and deletes in them, and takes no directory', async () => {
    const { stores, storeDeletions } = awsPorts(await newDeployment(server, {}))
    const directory = { ...storeIn('/x'), channel: { kind: 'none' as const } }
    await expect(stores.open(directory)).rejects.toThrow('expected a bucket')
    await expect(storeDeletions.open(directory, { homeCountry: 'US' })).rejects.toThrow('expected a bucket')
  })

  it('a function finds its ports by itself, from its environment', async () => {
    const environment = await newDeployment(server, {
      'config/odv.json': JSON.stringify({
        manifest: 'manifests/ids.csv',
        stores: [{ id: 'sg', root: '/x', country: 'SG' }],
      }),
      'manifests/ids.csv': manifestText,
    })
    for (const [field, value] of Object.entries(environment))
      vi.stubEnv(`ODV_${field.replace(/[A-Z]/g, '_$&').toUpperCase()}`, String(value))
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT')
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'true')
    const context = { functionName: 'f', awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 } as never
    const { handler: open } = await import('../../functions/open-run.ts')
    const { handler: build } = await import('../../functions/build-index.ts')
    const { handler: attest } = await import('../../functions/attest.ts')
    const { handler: signCheckpoint } = await import('../../functions/sign-checkpoint.ts')
    expect(await open({ runId: 'r1', trigger: 'nightly' }, context)).toEqual({
      trigger: 'nightly',
      stores: [{ storeId: 'sg' }],
    })
    expect(await build({ runId: 'r1', at: '2026-11-25T00:00:00Z' }, context)).toMatchObject({
      subjects: expect.any(Number),
    })
    await build({ runId: 'r1', at: '2026-11-25T00:00:00Z', shard: 0 }, context)
    expect(await attest({ runId: 'r1', phase: 'scope' }, context)).toEqual({ seq: 0 })
    expect(await signCheckpoint({ runId: 'r1' }, context)).toMatchObject({ size: 1 })
  })
})
