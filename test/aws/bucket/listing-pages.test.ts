import { describe, expect, it } from 'vitest'
import type { Bucket } from '../../../lib/aws/bucket/bucket-client.ts'
import { type Marker, uploadPages, versionPages } from '../../../lib/aws/bucket/listing-pages.ts'
import { EvidenceConflict, StoreUnavailable } from '../../../lib/errors.ts'

/** A bucket whose every listing is this answer. */
const bucketOf = (answer: object, prefix = '') =>
  ({
    storeId: 'sg',
    client: { send: async () => answer },
    target: { Bucket: 'sample' },
    config: { bucket: 'sample', prefix },
  }) as unknown as Bucket

const version = (Key: string, change: object = {}) => ({
  ...{ Key, VersionId: `v-${Key}`, IsLatest: true, LastModified: new Date('2026-11-01T00:00:00Z'), Size: 1 },
  ...change,
})
const last = { Name: 'sample', IsTruncated: false, EncodingType: 'url', Versions: [version('a'), version('b')] }
const more = { ...last, IsTruncated: true, NextKeyMarker: 'b', NextVersionIdMarker: 'v-b' }
const upload = { Key: 'a', UploadId: 'u', Initiated: new Date('2026-11-01T00:00:00Z') }

describe('a page of a listing', () => {
  it('is the end only if the answer says so, and else says where the next one begins', async () => {
    const keysOf = ({ versions }: { versions: { key: string }[] }) => versions.map(({ key }) => key)
    const end = await versionPages(bucketOf(last))(undefined)
    expect([keysOf(end), end.next]).toEqual([['a', 'b'], undefined])
    const page = await versionPages(bucketOf(more))({ key: 'a' })
    expect([keysOf(page), page.next]).toEqual([['b'], { key: 'b', id: 'v-b' }])
  })

  const cases: { what: string; answer: object; says: string; after?: Marker; prefix?: string }[] = [
    { what: 'that holds a key nobody can read', answer: { ...last, Versions: [version('%zz')] }, says: 'can be read' },
    { what: 'with an entry without a key', answer: { ...last, Versions: [{ Size: 1 }] }, says: 'can be read' },
    { what: 'that goes on from nowhere', answer: { ...more, Versions: [] }, says: 'a page to go on from' },
    { what: 'without a key to go on from', answer: { ...more, NextKeyMarker: undefined }, says: 'to go on from' },
    { what: 'without a version to go on from', answer: { ...more, NextVersionIdMarker: undefined }, says: 'to go on' },
    {
      what: 'with an empty version to go on from',
      answer: { ...more, NextVersionIdMarker: '' },
      says: 'to go on from',
    },
    { what: 'that leaves out what is before the next one', answer: { ...more, NextKeyMarker: 'c' }, says: 'last key' },
    { what: 'that goes on where it began', answer: more, after: { key: 'b', id: 'v-b' }, says: 'keys in order' },
    {
      what: 'that stands still within a key',
      answer: { ...more, Versions: [version('b')] },
      after: { key: 'b', id: 'v-b' },
      says: 'a page that goes on',
    },
    { what: 'of keys that are not the store’s', answer: last, prefix: 'b', says: 'keys of the store only' },
    { what: 'that goes back', answer: last, after: { key: 'aa' }, says: 'keys in order' },
    { what: 'in no order', answer: { ...last, Versions: [version('b'), version('a')] }, says: 'keys in order' },
    ...(['Size', 'VersionId', 'LastModified', 'IsLatest'] as const).map((name) => ({
      what: `of a version without its ${name}`,
      answer: { ...last, Versions: [version('a', { [name]: undefined })] },
      says: 'of every version',
    })),
    { what: 'of a size below nothing', answer: { ...last, Versions: [version('a', { Size: -1 })] }, says: 'a size' },
  ]
  it.each(cases)('$what is a contradiction', async ({ answer, after, prefix, says }) => {
    const error = await versionPages(bucketOf(answer, prefix))(after).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(EvidenceConflict)
    expect(error.message).toContain(says)
  })

  it.each([
    { what: 'no word on whether it ends', answer: { ...last, IsTruncated: undefined } },
    { what: 'the name of another bucket', answer: { ...last, Name: 'other' } },
    { what: 'nothing at all', answer: {} },
  ])('with $what is none', async ({ answer }) => {
    await expect(versionPages(bucketOf(answer))(undefined)).rejects.toThrow(StoreUnavailable)
  })

  it('of uploads has the id and the time of each', async () => {
    const listed = (entry: object) => ({ Bucket: 'sample', IsTruncated: false, EncodingType: 'url', Uploads: [entry] })
    const { versions } = await uploadPages(bucketOf(listed(upload)))(undefined)
    expect(versions).toMatchObject([{ kind: 'multipart-upload', key: 'a', versionId: 'upload@u' }])
    for (const entry of [
      { ...upload, UploadId: '' },
      { ...upload, Initiated: undefined },
    ])
      await expect(uploadPages(bucketOf(listed(entry)))(undefined)).rejects.toThrow('of every upload')
  })
})
