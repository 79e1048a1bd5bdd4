import { afterEach, describe, expect, it } from 'vitest'
import { bucketsFor } from '../../../lib/aws/bucket/bucket-client.ts'
import { bodyLimits } from '../../../lib/aws/bucket/object-body.ts'
import { s3Deletions } from '../../../lib/aws/bucket/s3-deletion.ts'
import type { StoreConfig } from '../../../lib/config.ts'
import { ConfigInvalid, EvidenceConflict, HomeCountryRefused, StoreUnavailable } from '../../../lib/errors.ts'
import type { ListedVersion } from '../../../lib/inventory/object-version.ts'
import type { Deleted, Judge, Remnant } from '../../../lib/ports.ts'
import { deleteOne, willing } from '../../contracts/deletion.ts'
import { type Asked, failure, type Reply, startWire, xml } from './deletion-wire.ts'

/** What may go wrong between us and the store, at the wire. Whatever it is: nothing is called deleted that is not. */

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const config = (endpoint: string, s3: object = {}, more: object = {}): StoreConfig => ({
  id: 'sg',
  country: 'SG',
  s3: { bucket: 'backups', region: 'ap-southeast-1', endpoint, ...s3 },
  channel: { kind: 's3-delete-versions', owner: 'user_id' },
  ...more,
})

type Disturb = (asked: Asked) => Reply | undefined
type Setting = { s3?: object; more?: object; inAws?: boolean; homeCountry?: string }

/** A bucket with the given keys, one version each. `inAws`: as if it were reached without an endpoint of its own. */
async function openWire(disturb: Disturb, keys: readonly string[] = ['a', 'b', 'c'], setting: Setting = {}) {
  const wire = await startWire(disturb)
  stops.push(wire.stop)
  const versions = keys.map((key, n): ListedVersion => {
    wire.versions.set(JSON.stringify([key, `v${n}`]), `content of ${n}`)
    const size = `content of ${n}`.length
    return { kind: 'object', key, versionId: `v${n}`, current: true, size, modifiedAt: '', etag: 'e' }
  })
  const bucketOf = bucketsFor('delete', { credentials, maxAttempts: 3 })
  const deletions = s3Deletions(
    (store) => {
      const { endpoint, ...s3 } = bucketOf(store).config
      return { ...bucketOf(store), ...(setting.inAws && { config: s3 }) }
    },
    { pauseMs: 1, limits: { ...bodyLimits, pauseMs: 1 } },
  )
  const open = () =>
    deletions.open(config(wire.endpoint, setting.s3, setting.more), { homeCountry: setting.homeCountry ?? 'US' })
  return {
    wire,
    open,
    versions,
    left: () => [...wire.versions.keys()].map((name) => (JSON.parse(name) as [string])[0]),
    deleteAll: async (seen: string[] = []): Promise<Deleted[]> =>
      (await open()).deleteVersions(versions.map((version) => ({ version, judge: willing(seen) }))),
  }
}

const on =
  (operation: string, reply: Reply, times = Number.POSITIVE_INFINITY): Disturb =>
  (asked) =>
    asked.operation === operation && asked.before < times ? reply : undefined

/** No version of it may be deleted, asked for together or alone. */
const denied: Disturb = ({ operation }) =>
  /^DeleteObjects?$/.test(operation) ? failure(403, 'AccessDenied') : undefined

const kept = (reason: string): Deleted => ({ kind: 'kept', reason })
const deleted = (bytes = 12): Deleted => ({ kind: 'deleted', bytes })
const entry = (name: string, key: string, id: string, more = '') =>
  `<${name}><Key>${key}</Key><VersionId>${id}</VersionId>${more}</${name}>`
const result = (...entries: string[]): Reply => ({ body: xml('DeleteResult', entries.join('')) })
const [goneA, goneB, goneC] = [entry('Deleted', 'a', 'v0'), entry('Deleted', 'b', 'v1'), entry('Deleted', 'c', 'v2')]

describe('what is sent', () => {
  it('names every version by key and id and nothing else, 1,000 of them in one request', async () => {
    const keys = Array.from({ length: 2001 }, (_, n) => `k${n}`)
    const { wire, versions, open, left } = await openWire(() => undefined, keys)
    const deletion = await open()
    const condemned = versions.map((version) => ({ version, judge: willing() }))
    await deletion.deleteVersions(condemned.slice(0, 1000))
    expect([wire.count('GetObject'), wire.count('DeleteObjects'), left().length]).toEqual([1000, 1, 1001])
    await deletion.deleteVersions(condemned.slice(1000))
    expect([wire.count('GetObject'), wire.count('DeleteObjects'), left()]).toEqual([2001, 3, []])
    expect(wire.requests.filter(({ operation }) => /Retention|Hold|List|^Delete.*t$/.test(operation))).toEqual([])
  })

  it('says whose bucket it has to be, and who pays, in every request', async () => {
    const s3 = { account: '999900001111', requesterPays: true }
    const { wire, versions, open } = await openWire(denied, ['a', '\u0001'], { s3 })
    const deletion = await open()
    await deletion.deleteVersions(versions.map((version) => ({ version, judge: willing() })))
    await deletion.removeRemnants(versions.map((version) => ({ ...version, kind: 'delete-marker' })))
    const operations = new Set(wire.requests.map(({ operation }) => operation))
    expect(operations).toEqual(
      new Set([
        'GetBucketVersioning',
        'GetObject',
        'DeleteObjects',
        'DeleteObject',
        'GetObjectLegalHold',
        'GetObjectRetention',
        'ListObjectVersions',
      ]),
    )
    const owners = wire.requests.map(({ headers }) => headers['x-amz-expected-bucket-owner'])
    expect(new Set(owners)).toEqual(new Set([s3.account]))
    const payers = wire.requests.filter(({ headers }) => headers['x-amz-request-payer'] !== 'requester')
    expect(new Set(payers.map(({ operation }) => operation))).toEqual(new Set(['GetBucketVersioning']))
    expect(wire.requests.filter(({ headers }) => headers['x-amz-bypass-governance-retention'])).toEqual([])
  })

  it('sends one at a time what XML cannot carry', async () => {
    const { wire, deleteAll, left } = await openWire(() => undefined, ['\u0001', 'a\rb', 'a&b'])
    expect(await deleteAll()).toEqual([deleted(), deleted(), deleted()])
    expect([wire.count('DeleteObject'), wire.count('DeleteObjects'), left()]).toEqual([2, 1, []])
  })
})

it('keeps what a store hands out without saying which version it is: it may know none, and delete what is there by then', async () => {
  const { wire, deleteAll, left } = await openWire(on('GetObject', { headers: { etag: '"e"' }, body: 'content of 0' }))
  const unnamed = kept('it is not the version that was listed, or the store does not say that it is')
  expect(await deleteAll()).toEqual([unnamed, unnamed, unnamed])
  expect([wire.count('DeleteObjects'), left()]).toEqual([0, ['a', 'b', 'c']])
})

describe('a deletion whose answer is', () => {
  it('lost is repeated, and was carried out once', async () => {
    const { wire, deleteAll, left } = await openWire(on('DeleteObjects', 'lose', 1))
    expect(await deleteAll()).toEqual([deleted(), deleted(), deleted()])
    expect([wire.count('DeleteObjects'), left()]).toEqual([2, []])
  })

  it('lost for good is a fault, and a repetition finds everything gone', async () => {
    const { deleteAll, left } = await openWire(on('DeleteObjects', 'lose', 3))
    await expect(deleteAll()).rejects.toThrow(StoreUnavailable)
    expect(left()).toEqual([])
    expect(await deleteAll()).toEqual([{ kind: 'gone' }, { kind: 'gone' }, { kind: 'gone' }])
  })

  const passing: { name: string; reply: Reply }[] = [
    { name: 'a connection that is cut', reply: 'cut' },
    { name: '503', reply: failure(503, 'SlowDown') },
    { name: '500', reply: failure(500, 'InternalError') },
    { name: '200 with an error in it', reply: { body: xml('Error', '<Code>InternalError</Code>') } },
  ]
  for (const { name, reply } of passing) {
    it(`once ${name} is repeated`, async () => {
      const { deleteAll, left } = await openWire(on('DeleteObjects', reply, 1))
      expect([await deleteAll(), left()]).toEqual([[deleted(), deleted(), deleted()], []])
    })

    it(`always ${name} is a fault, and nothing is called deleted`, async () => {
      const { deleteAll, left } = await openWire(on('DeleteObjects', reply))
      await expect(deleteAll()).rejects.toThrow(StoreUnavailable)
      expect(left()).toEqual(['a', 'b', 'c'])
    })
  }

  it('cut in its middle is repeated', async () => {
    const { deleteAll, left } = await openWire(on('DeleteObjects', 'half', 1))
    expect([await deleteAll(), left()]).toEqual([[deleted(), deleted(), deleted()], []])
  })

  const silent: { name: string; reply: Reply }[] = [
    { name: 'empty', reply: {} },
    { name: 'of no entries', reply: result() },
    { name: 'something else', reply: { body: xml('html', '<body>Welcome</body>') } },
  ]
  for (const { name, reply } of silent)
    it(`${name} says nothing of what became of them`, async () => {
      const { deleteAll } = await openWire(on('DeleteObjects', reply))
      const unsaid = kept('the store did not say what became of it')
      expect(await deleteAll()).toEqual([unsaid, unsaid, unsaid])
    })

  it('in another order is taken by name', async () => {
    const error = entry('Error', 'b', 'v1', '<Code>AccessDenied</Code>')
    const notMarked = entry('Deleted', 'c', 'v2', '<DeleteMarker>false</DeleteMarker>')
    const { deleteAll } = await openWire(on('DeleteObjects', result(error, notMarked, goneA)))
    expect(await deleteAll()).toEqual([deleted(), kept('the deleting role may not delete it'), deleted()])
  })

  it('without one of them keeps that one, for all we know', async () => {
    const { deleteAll } = await openWire(on('DeleteObjects', result(goneC, goneA)))
    expect(await deleteAll()).toEqual([deleted(), kept('the store did not say what became of it'), deleted()])
  })

  const codes: { code: string; became: Deleted; requests: number }[] = [
    { code: 'AccessDenied', became: kept('the deleting role may not delete it'), requests: 1 },
    { code: 'NoSuchVersion', became: { kind: 'gone' }, requests: 1 },
    { code: 'NoSuchKey', became: { kind: 'gone' }, requests: 1 },
    { code: 'of user 71000', became: kept('the store refused to delete it'), requests: 1 },
    { code: '', became: kept('the store refused to delete it'), requests: 1 },
    {
      code: 'InternalError',
      became: kept('the store failed, also when it was asked again (InternalError)'),
      requests: 4,
    },
    {
      code: 'SlowDown',
      became: kept('the store was too busy, also when it was asked again (SlowDown)'),
      requests: 4,
    },
  ]
  for (const { code, became, requests } of codes)
    it(`"${code}" for one of them concerns that one`, async () => {
      const { wire, deleteAll } = await openWire((asked) =>
        asked.operation === 'DeleteObjects'
          ? result(entry('Error', 'b', 'v1', `<Code>${code}</Code>`), ...(asked.before === 0 ? [goneA, goneC] : []))
          : undefined,
      )
      expect(await deleteAll()).toEqual([deleted(), became, deleted()])
      expect(wire.count('DeleteObjects')).toBe(requests)
    })

  it('"InternalError" once is asked again, for that one alone', async () => {
    const error = entry('Error', 'b', 'v1', '<Code>InternalError</Code>')
    const { wire, deleteAll } = await openWire(on('DeleteObjects', result(goneA, error, goneC), 1))
    expect(await deleteAll()).toEqual([deleted(), deleted(), deleted()])
    const [, again] = wire.requests.filter(({ operation }) => operation === 'DeleteObjects')
    expect(again!.body.match(/<VersionId>[^<]*/g)).toEqual(['<VersionId>v1'])
  })

  for (const { name, refused } of [
    { name: '"access denied" to a list', refused: failure(403, 'AccessDenied') },
    { name: '"not implemented" to a list', refused: failure(501, 'NotImplemented') },
  ])
    it(`${name} has each of them deleted by itself, by its id`, async () => {
      const { wire, deleteAll, left } = await openWire(on('DeleteObjects', refused))
      expect((await deleteAll()).map(({ kind }) => kind)).toEqual(['deleted', 'deleted', 'deleted'])
      expect(left()).toEqual([])
      const alone = wire.requests.filter(({ operation }) => operation === 'DeleteObject')
      expect(alone.map(({ key, versionId }) => `${key} ${versionId}`).toSorted()).toEqual(['a v0', 'b v1', 'c v2'])
    })

  it('"access denied" altogether keeps all of them', async () => {
    const { deleteAll, left } = await openWire(denied)
    const refused = kept('the deleting role may not delete it')
    expect([await deleteAll(), left()]).toEqual([
      [refused, refused, refused],
      ['a', 'b', 'c'],
    ])
  })

  const alarms: { name: string; entries: string[] }[] = [
    { name: 'another key', entries: [goneA, goneB, goneC, entry('Deleted', 'd', 'v3')] },
    { name: 'another version of a key', entries: [goneA, goneB, entry('Deleted', 'c', 'v9')] },
    { name: 'a key without a version', entries: [goneA, goneB, '<Deleted><Key>c</Key></Deleted>'] },
    { name: 'an error about another key', entries: [goneA, goneB, goneC, entry('Error', 'd', 'v3')] },
    { name: 'one of them twice', entries: [goneA, goneA, goneB, goneC] },
    { name: 'one of them both ways', entries: [goneA, entry('Error', 'a', 'v0', '<Code>AccessDenied</Code>')] },
    {
      name: 'a delete marker',
      entries: [goneA, goneB, entry('Deleted', 'c', 'v2', '<DeleteMarker>true</DeleteMarker>')],
    },
    {
      name: 'a delete marker, by its id alone',
      entries: [goneA, goneB, entry('Deleted', 'c', 'v2', '<DeleteMarkerVersionId>v2</DeleteMarkerVersionId>')],
    },
    {
      name: 'a delete marker that was added',
      entries: [goneA, goneB, entry('Deleted', 'c', 'v2', '<DeleteMarkerVersionId>v9</DeleteMarkerVersionId>')],
    },
  ]
  for (const { name, entries } of alarms)
    it(`about ${name} is an alarm`, async () => {
      const { deleteAll } = await openWire(on('DeleteObjects', result(...entries)))
      await expect(deleteAll()).rejects.toThrow(EvidenceConflict)
    })

  const loneAlarms: { name: string; headers: Record<string, string> }[] = [
    { name: 'a delete marker', headers: { 'x-amz-version-id': 'v0', 'x-amz-delete-marker': 'true' } },
    { name: 'another version', headers: { 'x-amz-version-id': 'v9' } },
  ]
  for (const { name, headers } of loneAlarms)
    it(`about ${name} is an alarm, also where it is deleted alone`, async () => {
      const { deleteAll } = await openWire(on('DeleteObject', { status: 204, headers }), ['\u0001'])
      await expect(deleteAll()).rejects.toThrow(EvidenceConflict)
    })

  it('about an object version is an alarm where a delete marker was named', async () => {
    const reply = result(entry('Deleted', 'a', 'v0', '<DeleteMarker>false</DeleteMarker>'))
    const head = '<Name>backups</Name><IsTruncated>false</IsTruncated>'
    const listing = xml('ListVersionsResult', head + entry('DeleteMarker', 'a', 'v0'))
    const { open, versions } = await openWire(
      (asked) => on('DeleteObjects', reply)(asked) ?? on('ListObjectVersions', { body: listing })(asked),
    )
    await expect((await open()).removeRemnants([{ ...versions[0]!, kind: 'delete-marker' }])).rejects.toThrow(
      EvidenceConflict,
    )
  })
})

describe('a version whose reading', () => {
  const unread: { name: string; reply: Reply; became: Deleted }[] = [
    { name: 'is cut', reply: 'half', became: kept('it could not be read to its end') },
    { name: 'is refused', reply: failure(403, 'AccessDenied'), became: kept('the deleting role may not read it') },
    {
      name: 'is refused by its key',
      reply: failure(400, 'KMS.DisabledException'),
      became: kept('the deleting role may not read it'),
    },
    {
      name: 'needs a restoration',
      reply: failure(403, 'InvalidObjectState'),
      became: kept('it is archived: it can only be judged after it was restored'),
    },
    {
      name: 'shows another ETag',
      reply: failure(412, 'PreconditionFailed'),
      became: kept('it is not the version that was listed, or the store does not say that it is'),
    },
    {
      name: 'shows a delete marker',
      reply: failure(405, 'MethodNotAllowed'),
      became: kept('it is not the version that was listed, or the store does not say that it is'),
    },
    {
      name: 'needs a key of a customer',
      reply: failure(400, 'InvalidRequest'),
      became: kept('it is encrypted with a key that its writer holds'),
    },
    { name: 'finds nothing', reply: failure(404, 'NoSuchVersion'), became: { kind: 'gone' } },
    { name: 'finds no key', reply: failure(404, 'NoSuchKey'), became: { kind: 'gone' } },
    {
      name: 'gives another version',
      reply: { headers: { 'x-amz-version-id': 'v9', etag: '"e"' }, body: 'content of 0' },
      became: kept('it is not the version that was listed, or the store does not say that it is'),
    },
    {
      name: 'gives another content',
      reply: { headers: { 'x-amz-version-id': 'v0', etag: '"f"' }, body: 'content of 0' },
      became: kept('it is not the version that was listed, or the store does not say that it is'),
    },
    {
      name: 'gives more bytes',
      reply: { headers: { 'x-amz-version-id': 'v0', etag: '"e"' }, body: 'content of 00' },
      became: kept('it is not the version that was listed'),
    },
    {
      name: 'gives fewer bytes',
      reply: { headers: { 'x-amz-version-id': 'v0', etag: '"e"' }, body: 'content of' },
      became: kept('it is not the version that was listed'),
    },
  ]
  for (const { name, reply, became } of unread)
    it(`${name} is not deleted`, async () => {
      const { wire, deleteAll, left } = await openWire(on('GetObject', reply), ['a'])
      expect(await deleteAll()).toEqual([became])
      expect([left(), wire.count('DeleteObjects')]).toEqual([['a'], 0])
    })

  const outages: { name: string; reply: Reply }[] = [
    { name: 'finds no bucket', reply: failure(404, 'NoSuchBucket') },
    { name: 'fails', reply: failure(500, 'InternalError') },
    { name: 'is too much', reply: failure(503, 'SlowDown') },
    { name: 'comes with credentials that have expired', reply: failure(400, 'ExpiredToken') },
    { name: 'comes with a clock that is off', reply: failure(403, 'RequestTimeTooSkewed') },
    { name: 'is sent elsewhere', reply: failure(301, 'PermanentRedirect') },
    { name: 'gets no reply', reply: 'cut' },
  ]
  for (const { name, reply } of outages)
    it(`${name} is a fault, and nothing is deleted`, async () => {
      const { wire, deleteAll } = await openWire(on('GetObject', reply))
      await expect(deleteAll()).rejects.toThrow(StoreUnavailable)
      expect(wire.count('DeleteObjects')).toBe(0)
    })

  it('is cut once goes on from there, and its judge sees all of it', async () => {
    const { deleteAll, left } = await openWire(on('GetObject', 'half', 1), ['a'])
    const seen: string[] = []
    expect([await deleteAll(seen), left(), seen]).toEqual([[deleted()], [], ['content of 0']])
  })

  it('is refused although it is gone, since it may not be listed, is called gone', async () => {
    const { wire, deleteAll } = await openWire(on('GetObject', failure(403, 'AccessDenied')), ['a'])
    wire.versions.clear()
    expect(await deleteAll()).toEqual([{ kind: 'gone' }])
  })

  it('is refused, and so is the listing, is kept', async () => {
    const { wire, deleteAll } = await openWire(
      (asked) =>
        on('GetObject', failure(403, 'AccessDenied'))(asked) ??
        on('ListObjectVersions', failure(403, 'AccessDenied'))(asked),
      ['a'],
    )
    wire.versions.clear()
    expect(await deleteAll()).toEqual([kept('the deleting role may not read it')])
  })

  it('is refused is no good news where something else answers for the listing', async () => {
    const { deleteAll } = await openWire(
      (asked) =>
        on('GetObject', failure(403, 'AccessDenied'))(asked) ??
        on('ListObjectVersions', { body: xml('html', '<body>Welcome</body>') })(asked),
      ['a'],
    )
    await expect(deleteAll()).rejects.toThrow(StoreUnavailable)
  })

  it('says nothing of a key in what it throws', async () => {
    const { deleteAll } = await openWire(on('GetObject', failure(500, 'InternalError')), ['of-user-71000'])
    const error: Error = await deleteAll().then(
      () => expect.unreachable(),
      (fault) => fault,
    )
    expect([error.message, error.cause]).toEqual([expect.stringMatching(/^store sg: .*InternalError/), undefined])
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('71000')
  })
})

describe('a bucket', () => {
  const location = (region: string) => on('GetBucketLocation', { body: xml('LocationConstraint', region) })
  const places: { name: string; disturb: Disturb; region?: string; homeCountry?: string; refused: unknown }[] = [
    { name: 'is in another Region, at home', disturb: location('us-west-2'), refused: HomeCountryRefused },
    { name: 'is in the first Region, which has no name', disturb: location(''), refused: HomeCountryRefused },
    { name: 'is in another Region abroad', disturb: location('ap-south-1'), refused: ConfigInvalid },
    {
      name: 'is where the configuration says, and that is home now',
      disturb: location('ap-southeast-1'),
      homeCountry: 'SG',
      refused: HomeCountryRefused,
    },
    {
      name: 'answers from another Region, at home',
      disturb: on('GetBucketLocation', failure(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'us-east-2' })),
      refused: HomeCountryRefused,
    },
    {
      name: 'answers from another Region, abroad',
      disturb: on(
        'GetBucketLocation',
        failure(400, 'AuthorizationHeaderMalformed', { 'x-amz-bucket-region': 'eu-west-1' }),
      ),
      refused: ConfigInvalid,
    },
    {
      name: 'belongs to another account',
      disturb: on('GetBucketLocation', failure(403, 'AccessDenied')),
      refused: StoreUnavailable,
    },
    { name: 'is not there', disturb: on('GetBucketLocation', failure(404, 'NoSuchBucket')), refused: StoreUnavailable },
  ]
  for (const { name, disturb, homeCountry = 'US', refused } of places)
    it(`that ${name} is refused before anything is read`, async () => {
      const { wire, open } = await openWire(disturb, ['a'], { inAws: true, homeCountry })
      await expect(open()).rejects.toThrow(refused as new () => Error)
      expect(new Set(wire.requests.map(({ operation }) => operation))).not.toContain('GetObject')
    })

  it('that is where the configuration says is opened', async () => {
    const { deleteAll } = await openWire(() => undefined, ['a'], { inAws: true })
    expect(await deleteAll()).toEqual([deleted()])
  })

  it('of the first days in Europe is in Ireland', async () => {
    const { deleteAll } = await openWire(location('EU'), ['a'], { inAws: true, s3: { region: 'eu-west-1' } })
    expect(await deleteAll()).toEqual([deleted()])
  })

  it('behind an endpoint of its own is not asked for a Region', async () => {
    const { wire, deleteAll } = await openWire(location('us-east-1'), ['a'])
    expect(await deleteAll()).toEqual([deleted()])
    expect(wire.count('GetBucketLocation')).toBe(0)
  })

  it('that wants a second factor keeps everything, and nothing is read', async () => {
    const versioning = {
      body: xml('VersioningConfiguration', '<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>'),
    }
    const { wire, open, versions, deleteAll } = await openWire(on('GetBucketVersioning', versioning), ['a'])
    const reason = 'the bucket wants a second factor of whoever deletes (MFA delete)'
    expect(await deleteAll()).toEqual([kept(reason)])
    expect(await (await open()).removeRemnants([{ ...versions[0]!, kind: 'delete-marker' }])).toEqual([kept(reason)])
    expect(wire.count('GetObject')).toBe(0)
  })

  it('that does not say whether it wants a second factor is asked to delete', async () => {
    const { deleteAll } = await openWire(on('GetBucketVersioning', failure(403, 'AccessDenied')), ['a'])
    expect(await deleteAll()).toEqual([deleted()])
  })

  it('of another account is refused by S3 at every request', async () => {
    const { deleteAll, left } = await openWire(
      ({ headers }) =>
        headers['x-amz-expected-bucket-owner'] === '111122223333' ? failure(403, 'AccessDenied') : undefined,
      ['a'],
      { s3: { account: '111122223333' } },
    )
    expect([await deleteAll(), left()]).toEqual([[kept('the deleting role may not read it')], ['a']])
  })

  it('whose delete marker nobody can list keeps it', async () => {
    const { open, versions } = await openWire(on('ListObjectVersions', failure(403, 'AccessDenied')), ['a'])
    expect(await (await open()).removeRemnants([{ ...versions[0]!, kind: 'delete-marker' }])).toEqual([
      kept('the store does not say whether it hides versions'),
    ])
  })
})

describe('what only has a name', () => {
  const answers: { name: string; body: string }[] = [
    { name: 'something else', body: xml('html', '<body>Welcome</body>') },
    { name: 'another bucket', body: xml('List', '<Name>b</Name><Bucket>b</Bucket><IsTruncated>false</IsTruncated>') },
  ]
  for (const { name, body } of answers)
    for (const [operation, kind, versionId] of [
      ['ListObjectVersions', 'delete-marker', 'v0'],
      ['ListMultipartUploads', 'multipart-upload', 'upload@u'],
    ] as const)
      it(`is not gone, as ${kind}, because ${name} answers for the listing`, async () => {
        const more = { channel: { kind: 's3-delete-versions', owner: 'user_id', abortUploads: true } }
        const { open, versions } = await openWire(on(operation, { body }), ['a'], { more })
        const remnant = { ...versions[0]!, kind, versionId }
        await expect((await open()).removeRemnants([remnant])).rejects.toThrow(StoreUnavailable)
      })
})

describe('delete markers of a key that fills pages', () => {
  const told = (name: string, key: string, id: string) =>
    entry(
      name,
      key,
      id,
      '<LastModified>2026-01-01T00:00:00.000Z</LastModified><IsLatest>false</IsLatest><Size>1</Size><ETag>e</ETag>',
    )
  const markers = ['v0', 'v1', 'v2'].map((id) => told('DeleteMarker', 'a', id))

  /** One version a page. */
  const paged =
    (...listed: string[]): Disturb =>
    ({ operation, marker }) => {
      const at = marker === null ? 0 : Number(marker.slice(1)) + 1
      const more = at + 1 < listed.length
      const next = `<NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>v${at}</NextVersionIdMarker>`
      const head = `<Name>backups</Name><IsTruncated>${more}</IsTruncated>${more ? next : ''}`
      return operation === 'ListObjectVersions'
        ? { body: xml('ListVersionsResult', head + (listed[at] ?? '')) }
        : undefined
    }

  async function removeBy(disturb: Disturb) {
    const { wire, open, versions } = await openWire(disturb, ['a', 'a', 'a'])
    /** What was asked to be deleted by the time that each was written down. */
    const before: number[] = []
    const answers = await (await open()).removeRemnants(
      versions.map((each) => ({ ...each, kind: 'delete-marker' })),
      async () => before.push(wire.count('DeleteObjects')),
    )
    return { answers, before, deletions: wire.count('DeleteObjects'), listings: wire.count('ListObjectVersions') }
  }

  it.each([
    ['at the end of the bucket', []],
    ['before another key', [told('Version', 'ab', 'v3')]],
  ])(
    'go where nothing is under them, %s, once that was written down, after few requests for all of them',
    async (_, behind) => {
      const { answers, before, deletions, listings } = await removeBy(paged(...markers, ...behind))
      expect([answers, before, deletions]).toEqual([[deleted(0), deleted(0), deleted(0)], [0, 0, 0], 1])
      expect(listings).toBeLessThan(10)
    },
  )

  it('stay where the last page has an object that they hide', async () => {
    const { answers, before, deletions } = await removeBy(paged(...markers, told('Version', 'a', 'v3')))
    const hiding = kept('it hides versions that are still there')
    expect([answers, before, deletions]).toEqual([[hiding, hiding, hiding], [], 0])
  })
})

it('an unfinished upload is aborted once that was written down, and one that is not there is not', async () => {
  const head = '<Bucket>backups</Bucket><IsTruncated>false</IsTruncated>'
  const listed = xml('ListMultipartUploadsResult', `${head}<Upload><Key>a</Key><UploadId>u</UploadId></Upload>`)
  const answer: Disturb = ({ operation }) =>
    operation === 'ListMultipartUploads' ? { body: listed } : operation === 'DeleteObject' ? { status: 204 } : undefined
  const more = { channel: { kind: 's3-delete-versions', owner: 'user_id', abortUploads: true } }
  const { wire, open, versions } = await openWire(answer, ['a'], { more })
  const before: [string, number][] = []
  const uploads = ['upload@u', 'upload@v'].map((versionId) => ({
    ...versions[0]!,
    ...{ versionId, kind: 'multipart-upload' as const },
  }))
  const answers = await (await open()).removeRemnants(uploads, async ({ versionId }) =>
    before.push([versionId, wire.count('DeleteObject')]),
  )
  expect([answers, before]).toEqual([[deleted(), { kind: 'gone' }], [['upload@u', 0]]])
})

describe('what may not be deleted', () => {
  const never = 'it is not an object version'
  const versions: { name: string; change: Partial<ListedVersion>; words: string }[] = [
    { name: 'without a sign of its content', change: { etag: undefined as never }, words: 'no sign of its content' },
    { name: 'that is a delete marker', change: { kind: 'delete-marker' }, words: never },
    { name: 'that is an upload', change: { kind: 'multipart-upload' }, words: never },
    { name: 'that is protected', change: { protection: { code: 'legal-hold' } }, words: 'under legal-hold' },
    { name: 'that has no id of its own', change: { versionId: 'null@2026-01-01' }, words: 'no id of its own' },
    { name: 'that is called null', change: { versionId: 'null' }, words: 'no id of its own' },
    { name: 'without an id', change: { versionId: '' }, words: 'no id of its own' },
  ]
  it.each(versions)('is kept, and not even read: a version $name', async ({ change, words }) => {
    const { wire, open, versions } = await openWire(() => undefined, ['a'])
    const seen: string[] = []
    const kept = await deleteOne(await open(), { ...versions[0]!, ...change }, willing(seen))
    expect(kept).toEqual({ kind: 'kept', reason: expect.stringContaining(words) })
    expect([seen, wire.requests.map(({ operation }) => operation)]).toEqual([[], ['GetBucketVersioning']])
  })

  const remnants: { name: string; change: Partial<Remnant>; words: string }[] = [
    { name: 'a marker without an id of its own', change: { versionId: 'null@2026' }, words: 'no id of its own' },
    { name: 'an upload that is none', change: { kind: 'multipart-upload' }, words: 'not an unfinished upload' },
    {
      name: 'an upload, unless the configuration says so',
      change: { kind: 'multipart-upload', versionId: 'upload@u' },
      words: 'abortUploads is not set',
    },
  ]
  it.each(remnants)('is kept, and not looked for: $name', async ({ change, words }) => {
    const { wire, open, versions } = await openWire(() => undefined, ['a'])
    const intended: Remnant[] = []
    const remnant: Remnant = { ...versions[0]!, kind: 'delete-marker', ...change }
    const kept = await (await open()).removeRemnants([remnant], async (each) => intended.push(each))
    expect(kept).toEqual([{ kind: 'kept', reason: expect.stringContaining(words) }])
    expect([intended, wire.requests.map(({ operation }) => operation)]).toEqual([[], ['GetBucketVersioning']])
  })

  it('has all of a request refused where one key is not of the store', async () => {
    const { wire, open, versions } = await openWire(() => undefined, ['in/a', 'a'], { s3: { prefix: 'in/' } })
    const deletion = await open()
    const condemned = versions.map((version) => ({ version, judge: willing() }))
    await expect(deletion.deleteVersions(condemned)).rejects.toThrow(EvidenceConflict)
    const markers = versions.map((version): Remnant => ({ ...version, kind: 'delete-marker' }))
    await expect(deletion.removeRemnants(markers)).rejects.toThrow(EvidenceConflict)
    expect(wire.requests.map(({ operation }) => operation)).toEqual(['GetBucketVersioning'])
  })

  it('is kept where its judge did not read all of it, whatever it says', async () => {
    const { open, versions, left } = await openWire(() => undefined, ['a'])
    const hasty: Judge = async () => ({ kind: 'delete' })
    expect(await deleteOne(await open(), versions[0]!, hasty)).toEqual(
      kept('it was not read to its end when it was judged'),
    )
    expect(left()).toEqual(['a'])
  })

  it('is kept for the reason of its judge', async () => {
    const { open, versions, left } = await openWire(() => undefined, ['a'])
    const reason = 'it holds a record of somebody else'
    expect(await deleteOne(await open(), versions[0]!, async () => ({ kind: 'keep', reason }))).toEqual(kept(reason))
    expect(left()).toEqual(['a'])
  })
})
