import { describe, expect, it } from 'vitest'
import { metadataLabels } from '../../../lib/aws/bucket/object-labels.ts'
import { s3Stores } from '../../../lib/aws/bucket/s3-store.ts'
import { StoreUnavailable } from '../../../lib/errors.ts'
import { listAll } from '../../contracts/store.ts'
import { jsonRecords, numbers, somebodyElse, transferred } from '../../support/sample-files.ts'
import { runOverBucket } from '../run-over-bucket.ts'
import { type Act, bucketName, refusal, startWire, type WireObject, xml } from './wire-bucket.ts'

/** Texts that stand beside the bytes of an object. */

const metadata: { name: string; value: string; reads: string }[] = [
  { name: 'as it is', value: 'plain', reads: 'plain' },
  { name: 'in encoded words of base64', value: '=?UTF-8?B?bcO8bGxlcg==?=', reads: 'müller' },
  { name: 'in encoded words, quoted', value: '=?utf-8?Q?m=C3=BCller_x=40example.com?=', reads: 'müller x@example.com' },
  {
    name: 'in two encoded words with a space between them',
    value: '=?UTF-8?Q?bob=40exa?= =?UTF-8?Q?mple.com?=',
    reads: 'bob@example.com',
  },
  { name: 'in encoded words of another charset', value: '=?iso-8859-1?Q?m=FCller?=', reads: 'müller' },
  { name: 'percent-encoded', value: 'bob%40example.com', reads: 'bob@example.com' },
  { name: 'in UTF-8 that was taken for Latin-1', value: Buffer.from('müller').toString('latin1'), reads: 'müller' },
]
for (const { name, value, reads } of metadata)
  it(`metadata are read ${name}, and as they stand`, () => {
    const texts = metadataLabels({ Metadata: { who: value } }).labels.map(({ text }) => text)
    expect(texts).toEqual(expect.arrayContaining(['who', value, reads]))
  })

it('every header that its writer chose is read', () => {
  const { labels } = metadataLabels({
    CacheControl: 'a',
    ContentDisposition: 'b',
    ContentEncoding: 'c',
    ContentLanguage: 'd',
    ContentType: 'e',
    ExpiresString: 'f',
    WebsiteRedirectLocation: 'g',
  })
  expect(labels.map(({ text }) => text).join('')).toBe('abcdefg')
})

const body = Buffer.from(jsonRecords(numbers(3).map(somebodyElse)))
const objects = (headers: Record<string, Record<string, string>> = {}): WireObject[] =>
  ['a', 'b', 'c'].map((key) => ({ key, versionId: 'v', body, headers: headers[key] ?? {} }))

async function run(act: Act, content = objects(), more: { allTags?: boolean } = {}) {
  const wire = await startWire(content, act)
  const ended = await runOverBucket(
    { bucket: bucketName, endpoint: wire.endpoint, ...more },
    { credentials: wire.credentials, maxAttempts: 1 },
  )
  return { ...ended, counts: wire.counts }
}

const tagging =
  (answer: ReturnType<typeof xml>): Act =>
  ({ operation }) =>
    operation === 'GetObjectTagging' ? answer : undefined
const tagged = (value: string) =>
  xml(`<Tagging><TagSet><Tag><Key>owner</Key><Value>${value}</Value></Tag></TagSet></Tagging>`)
const counted = { 'x-amz-tagging-count': '1' }

describe('tags', () => {
  it('that may not be read leave every object open, with one request for all', async () => {
    const ended = await run(tagging(refusal(403, 'AccessDenied')))
    expect([ended.store, ended.why, ended.counts.GetObjectTagging]).toEqual([
      'incomplete',
      'access-denied: 3 object versions',
      1,
    ])
  })

  it('of one object that may not be read leave that one open', async () => {
    const act: Act = ({ operation, key }) =>
      operation === 'GetObjectTagging' && key === 'b' ? refusal(403, 'AccessDenied') : undefined
    const ended = await run(act, objects({ b: counted }))
    expect([ended.store, ended.why]).toEqual(['incomplete', 'access-denied: 1 object version'])
  })

  it('do not keep what the bytes hold from being found', async () => {
    const content = objects()
    content[1]!.body = Buffer.from(jsonRecords([transferred(3)]))
    const ended = await run(tagging(refusal(403, 'AccessDenied')), content)
    expect([ended.store, (await ended.coverage(0))?.foundPartly]).toEqual(['residual', 1])
  })

  for (const [status, code] of [
    [501, 'NotImplemented'],
    [405, 'MethodNotAllowed'],
  ] as const)
    it(`that the server does not have (${code}) are none, with one request for all`, async () => {
      const ended = await run(tagging(refusal(status, code)))
      expect([ended.store, ended.counts.GetObjectTagging]).toEqual(['verified', 1])
    })

  it('are read where they are counted', async () => {
    const ended = await run(
      ({ operation, key }) => (operation === 'GetObjectTagging' && key === 'c' ? tagged(transferred(3)) : undefined),
      objects({ c: counted }),
    )
    expect(ended.store).toBe('residual')
    // Of the first one, and of each that has some; once more if it is the one that is read twice.
    expect([2, 3]).toContain(ended.counts.GetObjectTagging)
  })

  describe('of a store whose tags are all to be read', () => {
    const allTags = { allTags: true }

    it('are asked for once for every version, and again for the one that is read twice', async () => {
      const ended = await run(() => undefined, objects({ c: counted }), allTags)
      expect([4, 5]).toContain(ended.counts.GetObjectTagging)
    })

    it('are found in an object whose number of tags a policy hides', async () => {
      const act: Act = ({ operation, key }) =>
        operation === 'GetObjectTagging' && key === 'c' ? tagged(transferred(3)) : undefined
      expect((await run(act, objects(), allTags)).store).toBe('residual')
      // This is what it is for.
      expect((await run(act, objects())).store).toBe('verified')
    })

    it('leave open the one object of which a policy hides them, and no other', async () => {
      for (const hidden of ['a', 'c']) {
        const act: Act = ({ operation, key }) =>
          operation === 'GetObjectTagging' && key === hidden ? refusal(403, 'AccessDenied') : undefined
        const ended = await run(act, objects(), allTags)
        expect([ended.store, ended.why]).toEqual(['incomplete', 'access-denied: 1 object version'])
      }
    })

    it('are none where the server has no tags, with one request for all', async () => {
      const ended = await run(tagging(refusal(501, 'NotImplemented')), objects(), allTags)
      expect([ended.store, ended.counts.GetObjectTagging]).toEqual(['verified', 1])
    })
  })

  it('that are others than were counted leave the object open', async () => {
    const ended = await run(tagging(tagged('x')), objects({ a: { 'x-amz-tagging-count': '2' } }))
    expect([ended.store, ended.why]).toEqual(['incomplete', 'changed: 1 object version'])
  })

  it('of an object that was erased in between leave it open', async () => {
    const ended = await run(tagging(refusal(404, 'NoSuchVersion')), objects({ a: counted, b: counted, c: counted }))
    expect([ended.store, ended.why]).toEqual(['incomplete', 'disappeared: 3 object versions'])
  })

  it('that cannot be asked for now are a fault, not an outcome', async () => {
    for (const answer of [refusal(400, 'ExpiredToken'), refusal(500, 'InternalError')]) {
      const wire = await startWire(objects(), tagging(answer))
      const stores = s3Stores({ credentials: wire.credentials, maxAttempts: 1 })
      const store = await stores.open({
        id: 'sg',
        channel: { kind: 'none' },
        s3: { bucket: bucketName, endpoint: wire.endpoint },
      })
      const [version] = await listAll(store)
      await expect(store.open(version!)).rejects.toThrow(StoreUnavailable)
    }
  })
})

it('metadata that S3 cannot show leave the object open', async () => {
  const ended = await run(() => undefined, objects({ a: { 'x-amz-missing-meta': '1' } }))
  expect([ended.store, ended.why]).toEqual(['incomplete', 'unsupported-format: 1 object version'])
})
