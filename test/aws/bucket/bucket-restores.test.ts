import { describe, expect, it } from 'vitest'
import { s3Stores } from '../../../lib/aws/bucket/s3-store.ts'
import type { BucketConfig } from '../../../lib/config.ts'
import type { ListedVersion } from '../../../lib/inventory/object-version.ts'
import type { RestoreOrder, Restoring } from '../../../lib/ports.ts'
import { listAll } from '../../contracts/store.ts'
import { bucketStore } from './bucket-fixture.ts'
import { type Act, type Answer, bucketName, refusal, startWire, type WireObject } from './wire-bucket.ts'

const restore: BucketConfig['restore'] = { tier: 'bulk', days: 3, wait: '1d', maxUsd: 1 }
const body = Buffer.from('x')

async function open(act: Act, { objects = [] as WireObject[], s3 = { restore } as Partial<BucketConfig> } = {}) {
  const wire = await startWire(objects, act)
  const stores = s3Stores({ credentials: wire.credentials, maxAttempts: 2 })
  return { ...wire, store: await stores.open(bucketStore(wire, bucketName, s3)) }
}

const version: ListedVersion = {
  kind: 'object',
  key: 'old/backup 1.gz',
  versionId: 'v1',
  current: false,
  size: 1,
  modifiedAt: '2026-01-01T00:00:00.000Z',
}
const withoutId = { ...version, versionId: 'null@2026-01-01T00:00:00.000Z' }

const empty = (status: number, headers: Record<string, string> = {}): Answer => ({ status, headers, body: '' })

describe('asking a bucket for a copy of an archived version', () => {
  const answers: { name: string; answer: Answer; becomes: Restoring }[] = [
    { name: '202', answer: empty(202), becomes: { kind: 'in-progress' } },
    { name: '200', answer: empty(200), becomes: { kind: 'restored' } },
    {
      name: '409, since one is on its way',
      answer: refusal(409, 'RestoreAlreadyInProgress'),
      becomes: { kind: 'in-progress' },
    },
    {
      name: '403, since the role may not',
      answer: refusal(403, 'AccessDenied'),
      becomes: { kind: 'refused', reason: 'access-denied' },
    },
    {
      name: '403, since the class is not archived',
      answer: refusal(403, 'InvalidObjectState'),
      becomes: { kind: 'refused', reason: 'not-archived' },
    },
    {
      name: '403, since it is in an active tier',
      answer: refusal(403, 'ObjectAlreadyInActiveTierError'),
      becomes: { kind: 'refused', reason: 'not-archived' },
    },
    {
      name: '404, since the version is gone',
      answer: refusal(404, 'NoSuchVersion'),
      becomes: { kind: 'refused', reason: 'gone' },
    },
    {
      name: '405, since it is a delete marker',
      answer: refusal(405, 'MethodNotAllowed'),
      becomes: { kind: 'refused', reason: 'gone' },
    },
    {
      name: '503, since no capacity is left for the tier',
      answer: refusal(503, 'GlacierExpeditedRetrievalNotAvailable'),
      becomes: { kind: 'refused', reason: 'no-capacity' },
    },
    {
      name: '501, since the server restores nothing',
      answer: refusal(501, 'NotImplemented'),
      becomes: { kind: 'refused', reason: 'not-possible' },
    },
    {
      name: '400, for a reason that quotes somebody',
      answer: refusal(400, 'somebody.example.org'),
      becomes: { kind: 'refused', reason: 'not-possible' },
    },
  ]

  it.each(answers)('$name: $becomes', async ({ answer, becomes }) => {
    const { store } = await open(() => answer)
    expect(await store.restores?.begin(version, { tier: 'bulk', days: 3 })).toEqual(becomes)
  })

  it.each([
    { name: 'its id', asked: version, id: 'v1' },
    { name: 'null', asked: withoutId, id: 'null' },
  ])('names exactly the version, by $name', async ({ asked, id }) => {
    const { store, requests } = await open(() => empty(202))
    await store.restores?.begin(asked, { tier: 'bulk', days: 3 })
    expect(requests.map(({ operation, key, query }) => [operation, key, query.get('versionId')])).toEqual([
      ['RestoreObject', 'old/backup 1.gz', id],
    ])
  })

  it.each<{ tier: RestoreOrder['tier']; said: string }>([
    { tier: 'bulk', said: 'Bulk' },
    { tier: 'standard', said: 'Standard' },
    { tier: 'expedited', said: 'Expedited' },
  ])('says for how long, and that it is $tier', async ({ tier, said }) => {
    const bodies: string[] = []
    const { store } = await open((request, response) => {
      void request.body().then((text) => {
        bodies.push(text)
        response.writeHead(202).end()
      })
      return 'answered'
    })
    await store.restores?.begin(version, { tier, days: 3 })
    expect(bodies[0]).toContain('<Days>3</Days>')
    expect(bodies[0]).toContain(`<GlacierJobParameters><Tier>${said}</Tier></GlacierJobParameters>`)
  })

  it.each([
    { name: 'throttled', answer: refusal(503, 'SlowDown') },
    { name: 'failing', answer: refusal(500, 'InternalError') },
    { name: 'called with credentials that expired', answer: refusal(400, 'ExpiredToken') },
    { name: 'called by a clock that is off', answer: refusal(403, 'RequestTimeTooSkewed') },
    { name: 'without the bucket', answer: refusal(404, 'NoSuchBucket') },
  ])('is a fault when the server is $name', async ({ answer }) => {
    const { store } = await open(() => answer)
    await expect(store.restores?.begin(version, { tier: 'bulk', days: 3 })).rejects.toThrow(
      expect.objectContaining({ name: 'StoreUnavailable' }),
    )
  })
})

describe('looking for a copy', () => {
  const expiry = 'expiry-date="Fri, 23 Dec 2026 00:00:00 GMT"'
  const headers: { header: string | undefined; becomes: Restoring }[] = [
    { header: 'ongoing-request="true"', becomes: { kind: 'in-progress' } },
    { header: `ongoing-request="false", ${expiry}`, becomes: { kind: 'restored' } },
    { header: 'ongoing-request="false"', becomes: { kind: 'refused', reason: 'not-restored' } },
    { header: undefined, becomes: { kind: 'refused', reason: 'not-restored' } },
    { header: 'restored', becomes: { kind: 'refused', reason: 'not-restored' } },
  ]

  it.each(headers)('whose header is $header: $becomes', async ({ header, becomes }) => {
    const { store, requests } = await open(() => empty(200, header === undefined ? {} : { 'x-amz-restore': header }))
    expect(await store.restores?.look(version)).toEqual(becomes)
    expect(requests.map(({ operation, query }) => [operation, query.get('versionId')])).toEqual([['HeadObject', 'v1']])
  })

  it.each([
    { status: 403, reason: 'access-denied' },
    { status: 404, reason: 'gone' },
    { status: 405, reason: 'gone' },
    { status: 400, reason: 'not-possible' },
  ])('that is refused with $status is $reason', async ({ status, reason }) => {
    const { store } = await open(() => empty(status))
    expect(await store.restores?.look(version)).toEqual({ kind: 'refused', reason })
  })

  it('is a fault when the server is throttled', async () => {
    const { store } = await open(() => empty(503))
    await expect(store.restores?.look(version)).rejects.toThrow(expect.objectContaining({ name: 'StoreUnavailable' }))
  })
})

describe('what a listing says of archived versions', () => {
  const status = (more: string) => `<RestoreStatus>${more}</RestoreStatus>`
  const expiry = '<RestoreExpiryDate>2026-12-21T00:00:00.000Z</RestoreExpiryDate>'
  const entries: Record<string, { listed: string; archived: ListedVersion['archived'] }> = {
    'no class': { listed: '', archived: undefined },
    'an ordinary class': { listed: '<StorageClass>STANDARD_IA</StorageClass>', archived: undefined },
    'Glacier Instant Retrieval': { listed: '<StorageClass>GLACIER_IR</StorageClass>', archived: undefined },
    'Intelligent-Tiering': { listed: '<StorageClass>INTELLIGENT_TIERING</StorageClass>', archived: undefined },
    'a class that is not known': { listed: '<StorageClass>somebody@example.org</StorageClass>', archived: undefined },
    Glacier: {
      listed: '<StorageClass>GLACIER</StorageClass>',
      archived: { class: 'GLACIER', restored: false },
    },
    'a copy that is there': {
      listed: `<StorageClass>DEEP_ARCHIVE</StorageClass>${status(`<IsRestoreInProgress>false</IsRestoreInProgress>${expiry}`)}`,
      archived: { class: 'DEEP_ARCHIVE', restored: true },
    },
    'a copy that is on its way': {
      listed: `<StorageClass>GLACIER</StorageClass>${status('<IsRestoreInProgress>true</IsRestoreInProgress>')}`,
      archived: { class: 'GLACIER', restored: false },
    },
    'a copy that is there without an end': {
      listed: `<StorageClass>GLACIER</StorageClass>${status('<IsRestoreInProgress>false</IsRestoreInProgress>')}`,
      archived: { class: 'GLACIER', restored: false },
    },
    'an answer that says neither': {
      listed: `<StorageClass>GLACIER</StorageClass>${status('')}`,
      archived: { class: 'GLACIER', restored: false },
    },
  }

  it.each(Object.entries(entries))('%s', async (_, { listed, archived }) => {
    const { store } = await open(() => undefined, { objects: [{ key: 'a', versionId: 'v1', body, listed }] })
    expect((await listAll(store)).map((each) => each.archived)).toEqual([archived])
  })

  it.each([
    { name: 'is asked for where copies make a difference', s3: { restore }, asked: 'RestoreStatus' },
    { name: 'is not asked of another server otherwise', s3: {}, asked: undefined },
  ])('$name', async ({ s3, asked }) => {
    const { store, requests } = await open(() => undefined, { s3 })
    await store.list(undefined, 10)
    const listing = requests.find(({ operation }) => operation === 'ListObjectVersions')
    expect(listing?.headers['x-amz-optional-object-attributes']).toBe(asked)
  })
})
