import { describe, expect, it } from 'vitest'
import { toFault } from '../../../lib/aws/bucket/bucket-faults.ts'

const bucket = { storeId: 'sg', config: { bucket: 'backups', region: 'ap-southeast-1' } }
const messageOf = (code: string) => toFault(bucket, 'ListObjectVersions', { name: code }).message

describe('a request that failed for good says what people can do about it', () => {
  for (const [code, words] of [
    ['ENOTFOUND', /got ENOTFOUND; look at the network, and at region and endpoint of the store$/],
    ['ExpiredToken', /got ExpiredToken; log in again, or look at the keys of the reader$/],
    ['NoSuchBucket', /got NoSuchBucket; look at bucket, region and endpoint of the store$/],
    ['InternalError', /got InternalError$/],
    // What a server may call it.
    ['constructor', /got constructor$/],
  ] as const)
    it(code, () => {
      expect(messageOf(code)).toMatch(words)
    })
})
