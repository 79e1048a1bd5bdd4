import { PutBucketReplicationCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bucketsFor } from '../../../lib/aws/bucket/bucket-client.ts'
import { bucketCopies } from '../../../lib/aws/bucket/bucket-copies.ts'
import { s3Stores } from '../../../lib/aws/bucket/s3-store.ts'
import { type Loopback, onMinistack, startMinistack, withoutMinistack } from '../../support/ministack.ts'
import { bucketStore, makeBucket } from './bucket-fixture.ts'
import { type Answer, bucketName, refusal, startWire, xml } from './wire-bucket.ts'

const rule = (bucket: string, status = 'Enabled', about = '') =>
  `<Rule><ID>a</ID>${about}<Status>${status}</Status><Destination><Bucket>${bucket}</Bucket></Destination></Rule>`
const rules = (...all: string[]) =>
  xml(`<ReplicationConfiguration><Role>r</Role>${all.join('')}</ReplicationConfiguration>`)

describe('where a bucket copies its objects to', () => {
  const told: [name: string, answer: Answer, expected: unknown][] = [
    ['no rules', refusal(404, 'ReplicationConfigurationNotFoundError'), { to: [] }],
    [
      'several rules, some not in force any more',
      rules(rule('arn:aws:s3:::b'), rule('arn:aws-cn:s3:::a', 'Disabled'), rule('arn:aws:s3:::b'), rule('c')),
      { to: ['a', 'b', 'c'] },
    ],
    [
      'a rule of MinIO',
      rules(rule('arn:minio:replication::76740a3f-5c0e-4b0c-9e4e-3bb3ab5d4ab1:copies')),
      { to: ['copies'] },
    ],
    ['no right to know it', refusal(403, 'AccessDenied'), { unknown: 'AccessDenied' }],
    ['a server without rules', refusal(501, 'NotImplemented'), { unknown: 'NotImplemented' }],
    ['a server that lists instead', xml('<ListBucketResult/>'), { unknown: 'no rules in the answer' }],
    ['a rule that names nothing', rules(rule('arn:aws:s3:::b'), rule('')), { unknown: 'a rule without a bucket' }],
    ['a rule that names no bucket', rules(rule('https://elsewhere/b')), { unknown: 'a rule without a bucket' }],
    ['a page of a proxy', { status: 200, headers: {}, body: '<html>' }, { unknown: expect.stringMatching(/./) }],
  ]
  it.each(told)('%s', async (_, answer, expected) => {
    const server = await startWire([], ({ operation }) => (operation === 'GetBucketReplication' ? answer : undefined))
    const stores = s3Stores({ credentials: server.credentials, maxAttempts: 1 })
    const store = await stores.open(bucketStore(server, bucketName))
    expect(await store.copies?.()).toEqual(expected)
  })

  it('are only those of rules that may be about the store, where it is a part of a bucket', async () => {
    const filters = [
      ...['<Prefix>mine/</Prefix>', '<Prefix>mine/x/</Prefix>', '<Prefix>m</Prefix>', ''],
      ...['<Prefix>theirs/</Prefix>', '<And><Prefix>mine2/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And>'],
    ].map((each) => `<Filter>${each}</Filter>`)
    const abouts = [...filters, '<Prefix>theirs/</Prefix>', '<Prefix>mine/</Prefix>', '']
    const answer = rules(...abouts.map((about, i) => rule(`arn:aws:s3:::b${i}`, 'Enabled', about)))
    const server = await startWire([], ({ operation }) => (operation === 'GetBucketReplication' ? answer : undefined))
    const toldOf = async (prefix?: string) => {
      const place = bucketStore(server, bucketName, prefix === undefined ? {} : { prefix })
      return (await s3Stores({ credentials: server.credentials }).open(place)).copies?.()
    }
    expect(await toldOf('mine/')).toEqual({ to: ['b0', 'b1', 'b2', 'b3', 'b7', 'b8'] })
    expect(await toldOf('others/')).toEqual({ to: ['b3', 'b8'] })
    expect(await toldOf()).toEqual({ to: abouts.map((_, i) => `b${i}`) })
  })

  it.each([
    ['says nothing', false],
    ['never ends what it says', true],
  ])('are not told by a server that %s, which nobody waits for', async (_, begins) => {
    const server = await startWire([], ({ operation }, response) => {
      if (operation !== 'GetBucketReplication') return undefined
      if (begins) response.writeHead(200, { 'content-type': 'application/xml' }).write('<?xml version="1.0"?>')
      return 'answered'
    })
    const bucket = bucketsFor('read', { credentials: server.credentials })(bucketStore(server, bucketName))
    expect(await bucketCopies(bucket, 300)).toEqual({ unknown: 'no answer in time' })
  })
})

describe.skipIf(withoutMinistack)(`rules ${onMinistack}`, () => {
  let server: Loopback & { stop(): Promise<void> }
  beforeAll(async () => {
    server = await startMinistack()
  })
  afterAll(() => server?.stop())

  it('are told of a bucket that has some, and of one that has none', async () => {
    const { bucket, client, open } = await makeBucket(server, 'versioned')
    const store = await open()
    expect(await store.copies?.()).toEqual({ to: [] })
    const Rules = [{ Status: 'Enabled' as const, Prefix: '', Destination: { Bucket: 'arn:aws:s3:::elsewhere' } }]
    const ReplicationConfiguration = { Role: 'arn:aws:iam::000000000000:role/copy', Rules }
    await client.send(new PutBucketReplicationCommand({ Bucket: bucket, ReplicationConfiguration }))
    expect(await store.copies?.()).toEqual({ to: ['elsewhere'] })
  })
})
