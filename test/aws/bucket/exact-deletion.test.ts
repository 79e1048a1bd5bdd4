import { describe, expect, it } from 'vitest'
import type { Bucket } from '../../../lib/aws/bucket/bucket-client.ts'
import { checkBucket } from '../../../lib/aws/bucket/check-bucket.ts'
import { deleteExact, nameOf, type Sort } from '../../../lib/aws/bucket/delete-exact.ts'
import { checkInStore, type ExactVersion, toExactVersion } from '../../../lib/aws/bucket/exact-version.ts'
import type { BucketConfig, StoreConfig } from '../../../lib/config.ts'
import { ConfigInvalid, EvidenceConflict, HomeCountryRefused } from '../../../lib/errors.ts'
import type { ListedVersion } from '../../../lib/inventory/object-version.ts'

function bucketOf(answer: () => object, config: Partial<BucketConfig> = {}) {
  const asked: string[] = []
  const client = {
    send: async (command: object) => {
      asked.push(command.constructor.name)
      return answer()
    },
  }
  const named = { bucket: 'sample', ...config }
  return { asked, bucket: { storeId: 'sg', client, target: { Bucket: 'sample' }, config: named } as unknown as Bucket }
}

describe('nothing is deleted', () => {
  it('in a bucket at home, wherever it says that it is', async () => {
    const store = { id: 'sg', country: 'SG' } as StoreConfig
    const elsewhere = bucketOf(() => ({}), { endpoint: 'https://storage.example' })
    await expect(checkBucket(elsewhere.bucket, store, 'SG')).rejects.toThrow(HomeCountryRefused)
    expect(elsewhere.asked).toEqual([])
    const atHome = bucketOf(() => ({ LocationConstraint: 'eu-central-1' }), { region: 'ap-southeast-1' })
    await expect(checkBucket(atHome.bucket, store, 'DE')).rejects.toThrow(HomeCountryRefused)
    await expect(checkBucket(atHome.bucket, store, 'FR')).rejects.toThrow(ConfigInvalid)
  })

  it('where a key is not the store’s, or a version is named twice', async () => {
    const listed = ['p/a', 'q/a'].map((key) => ({ key })) as ListedVersion[]
    expect(() => checkInStore('sg', 'p/', listed)).toThrow(EvidenceConflict)
    expect(() => checkInStore('sg', 'p/', listed.slice(0, 1))).not.toThrow()
    const { bucket, asked } = bucketOf(() => ({}))
    const version = { Key: 'a', VersionId: '1' } as ExactVersion
    await expect(deleteExact(bucket, 'object', [version, version], 1)).rejects.toThrow('every version once')
    expect(asked).toEqual([])
  })
})

describe('a version', () => {
  it.each(['', 'null', 'null@2026-11-01T00:00:00.000Z', 'upload@u'])('of id "%s" has none of its own', (versionId) => {
    expect(toExactVersion({ key: 'a', versionId } as ListedVersion)).toBeUndefined()
    expect(toExactVersion({ key: 'a', versionId: 'v1' } as ListedVersion)).toEqual({ Key: 'a', VersionId: 'v1' })
  })
})

describe('what a store says of versions that it was to delete', () => {
  const [key, alone] = ['a', '\u0001']
  const versionOf = (Key: string) => ({ Key, VersionId: 'v1' }) as ExactVersion
  const answerTo = async (reply: object, sort: Sort, Key: string) => {
    const named = [versionOf(Key)]
    return (await deleteExact(bucketOf(() => reply).bucket, sort, named, 1)).get(nameOf(named[0]!))
  }
  const deleted = (change: object = {}) => ({ Deleted: [{ ...versionOf(key), ...change }] })
  const marker = { DeleteMarker: true, DeleteMarkerVersionId: 'v1' }

  it.each([
    { reply: deleted(), sort: 'object', Key: key, kind: 'deleted' },
    { reply: deleted(marker), sort: 'delete-marker', Key: key, kind: 'deleted' },
    { reply: {}, sort: 'object', Key: key, kind: 'silence' },
    { reply: { Errors: [{ ...versionOf(key), Code: 'NoSuchVersion' }] }, sort: 'object', Key: key, kind: 'gone' },
    { reply: { Errors: [{ ...versionOf(key), Code: 'AccessDenied' }] }, sort: 'object', Key: key, kind: 'error' },
    { reply: {}, sort: 'object', Key: alone, kind: 'deleted' },
  ] as const)('is $kind, as $sort, for %o', async ({ reply, sort, Key, kind }) => {
    expect(await answerTo(reply, sort, Key)).toMatchObject({ kind })
  })

  const alarms: { what: string; reply: object; sort?: Sort; Key?: string }[] = [
    { what: 'that a delete marker went in the place of an object', reply: deleted({ DeleteMarker: true }) },
    { what: 'that it hid the object', reply: deleted({ DeleteMarkerVersionId: 'm1' }) },
    {
      what: 'that it hid another one',
      reply: deleted({ ...marker, DeleteMarkerVersionId: 'm1' }),
      sort: 'delete-marker',
    },
    { what: 'that an object went with a marker', reply: deleted({ DeleteMarker: false }), sort: 'delete-marker' },
    { what: 'that another version went', reply: deleted({ VersionId: 'v2' }) },
    { what: 'that another key went', reply: deleted({ Key: 'b' }) },
    { what: 'two things of one', reply: { ...deleted(), Errors: [{ ...versionOf(key), Code: 'AccessDenied' }] } },
    { what: 'alone that another version went', reply: { VersionId: 'v2' }, Key: alone },
    { what: 'alone that a delete marker went', reply: { DeleteMarker: true }, Key: alone },
  ]
  it.each(alarms)('is an alarm where it says $what', async ({ reply, sort = 'object', Key = key }) => {
    await expect(answerTo(reply, sort, Key)).rejects.toThrow(EvidenceConflict)
  })
})
