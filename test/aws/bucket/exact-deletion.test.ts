import { describe, expect, it } from 'vitest'
import type { Bucket } from '../../../lib/aws/bucket/bucket-client.ts'
import { checkBucket } from '../../../lib/aws/bucket/check-bucket.ts'
import { deleteExact } from '../../../lib/aws/bucket/delete-exact.ts'
import { checkInStore, type ExactVersion } from '../../../lib/aws/bucket/exact-version.ts'
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
