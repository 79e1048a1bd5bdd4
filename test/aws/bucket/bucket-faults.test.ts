import type { ServerResponse } from 'node:http'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { S3Options } from '../../../lib/aws/bucket/s3-store.ts'
import type { BucketConfig, StoreConfig } from '../../../lib/config.ts'
import { takeInventory } from '../../../lib/pipeline/take-inventory.ts'
import type { Store } from '../../../lib/ports.ts'
import type { Hands } from '../../support/pipeline.ts'
import { jsonRecords, numbers, somebodyElse, transferred } from '../../support/sample-files.ts'
import { someOf } from '../../support/some-of.ts'
import { runOverBucket } from '../run-over-bucket.ts'
import {
  type Act,
  type Answer,
  bucketName,
  refusal,
  startWire,
  type WireObject,
  type WireRequest,
  xml,
} from './wire-bucket.ts'

/** What becomes of a whole run over a bucket when something goes wrong on the way to it. */

const clean = Buffer.from(jsonRecords(numbers(2000).map(somebodyElse)))
const objects: WireObject[] = ['a.jsonl', 'b.jsonl', 'c.jsonl'].map((key, index) => ({
  key,
  versionId: `v${index}`,
  body: clean,
}))

/** Short enough for a test, and ranges small enough that one object of it comes in several. */
const options: S3Options = {
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 2,
  timeouts: { connectMs: 1000, idleMs: 600 },
  bodyLimits: { attempts: 3, pauseMs: 1, openingPauseMs: 1, rangeBytes: 1 << 20, lanes: 3 },
}

/** For whoever counts requests: nothing is asked again because a machine is busy. */
const patient: Partial<S3Options> = { timeouts: { connectMs: 30_000, idleMs: 30_000 } }

async function run(
  act: Act,
  {
    content = objects,
    s3 = {},
    more = {},
    pageSize = 2,
    hands = {},
  }: {
    content?: WireObject[]
    s3?: Partial<BucketConfig>
    more?: Partial<S3Options>
    pageSize?: number
    hands?: Hands
  } = {},
) {
  const wire = await startWire(content, act, pageSize)
  const config = { bucket: bucketName, endpoint: wire.endpoint, ...s3 }
  const ended = await runOverBucket(config, { ...options, ...more }, hands)
  return { ...ended, counts: wire.counts, requests: wire.requests }
}

const on =
  (
    operation: string,
    times: number,
    act: (request: WireRequest, response: ServerResponse) => Answer | 'answered',
  ): Act =>
  (request, response) =>
    request.operation === operation && request.nth <= times ? act(request, response) : undefined

const always = Number.POSITIVE_INFINITY

/** Sends the head and a part of the right answer. */
function cut(request: WireRequest, response: ServerResponse, way: 'reset' | 'end' | 'stall' | 'end without length') {
  const { status, headers, body } = request.right()
  const length = way === 'end without length' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  response.writeHead(status, { ...headers, ...length })
  response.write(body.slice(0, Math.floor(body.length / 3)), () => {
    switch (way) {
      case 'reset':
        setTimeout(() => response.socket?.resetAndDestroy(), 30)
        break
      case 'end':
        response.socket?.end()
        break
      case 'end without length':
        response.end()
        break
      case 'stall':
        break
    }
  })
  return 'answered' as const
}

it('nothing at all goes wrong: verified, with as few requests as there can be', async () => {
  const ended = await run(() => undefined, { more: patient })
  expect([ended.store, ended.why]).toEqual(['verified', ''])
  // Two listings of two pages; each object once, and the tags of the first; and where the bucket is copied to.
  expect(ended.counts).toEqual({
    GetBucketReplication: 1,
    ...{ ListObjectVersions: 4, ListObjectsV2: 2, ListMultipartUploads: 2 },
    ...{ GetObject: 4, GetObjectTagging: 1 },
  })
})

it('the objects hold what is sought: residual', async () => {
  const body = Buffer.from(jsonRecords(numbers(3).map(transferred)))
  const ended = await run(() => undefined, { content: [...objects, { key: 'd.jsonl', versionId: 'v3', body }] })
  expect([ended.store, ended.why]).toEqual(['residual', 'found: 3 findings of 3 subjects in 1 object version'])
})

/** As a cache gives what it was given a minute ago. */
const outOfCache = (request: WireRequest): Answer => ({
  ...request.right(),
  headers: { ...request.right().headers, age: '60' },
})

/** What a proxy says, or a network that wants a login. */
const page = (status: number): Answer => ({
  status,
  headers: { 'content-type': 'text/html', location: 'http://127.0.0.1:1/' },
  body: '<!DOCTYPE html><html><p>log in<br></html>',
})

describe('what passes is made up for: verified, when once', () => {
  const passing: Record<string, Act> = {
    'a listing is throttled': on('ListObjectVersions', 1, () => refusal(503, 'SlowDown')),
    'the uploads cannot be listed': on('ListMultipartUploads', 1, () => refusal(500, 'InternalError')),
    'a listing is an error with status 200': on('ListObjectVersions', 1, () =>
      xml('<Error><Code>InternalError</Code></Error>'),
    ),
    'a listing is an error with status 200 and a line end behind it': on('ListObjectVersions', 1, () =>
      xml('<Error><Code>InternalError</Code></Error>\n'),
    ),
    'a listing is empty': on('ListObjectVersions', 1, () => ({ status: 200, headers: {}, body: '' })),
    'a listing is a page of something else': on('ListObjectVersions', 1, () => ({
      status: 200,
      headers: {},
      body: '<html><body/></html>',
    })),
    'a listing is cut in the middle of an answer that ends well': on('ListObjectVersions', 1, (request, response) =>
      cut(request, response, 'end without length'),
    ),
    'a listing is cut off': on('ListObjectVersions', 1, (request, response) => cut(request, response, 'reset')),
    'a listing stalls': on('ListObjectVersions', 1, (request, response) => cut(request, response, 'stall')),
    'a listing comes out of a cache': on('ListObjectVersions', 1, (request) => outOfCache(request)),
    'an object is throttled': on('GetObject', 1, () => refusal(503, 'SlowDown')),
    'an object cannot be served': on('GetObject', 1, () => refusal(500, 'InternalError')),
    'an object gets no answer': on('GetObject', 1, () => 'answered'),
    'the credentials have expired': on('GetObject', 2, () => refusal(400, 'ExpiredToken')),
    'the connection breaks in the middle of an object': on('GetObject', 1, (request, response) =>
      cut(request, response, 'reset'),
    ),
    'an object ends before its length': on('GetObject', 1, (request, response) => cut(request, response, 'end')),
    'an object without a length ends early': on('GetObject', 1, (request, response) =>
      cut(request, response, 'end without length'),
    ),
    'an object stalls': on('GetObject', 1, (request, response) => cut(request, response, 'stall')),
    'the credentials expire in the middle of an object': on('GetObject', 2, (request, response) =>
      request.headers.range === undefined ? cut(request, response, 'reset') : refusal(400, 'ExpiredToken'),
    ),
    'a page of a proxy comes instead of an object': on('GetObject', 1, () => page(200)),
    'a page of a proxy comes instead of the rest of an object': on('GetObject', 2, (request, response) =>
      request.headers.range === undefined ? cut(request, response, 'reset') : page(200),
    ),
    'a proxy sends a reader to its own page': on('GetObject', 1, () => page(302)),
    'the rest of a broken object is served from its beginning': on('GetObject', 2, (request, response) =>
      request.headers.range === undefined
        ? cut(request, response, 'reset')
        : { ...request.right(), status: 200, body: clean, headers: { etag: request.right().headers.etag! } },
    ),
  }
  for (const [what, act] of someOf(4, Object.entries(passing)))
    it(what, async () => {
      const ended = await run(act)
      expect([ended.store, ended.why]).toEqual(['verified', ''])
      expect((await ended.coverage(0))?.clean).toEqual({ versions: 3, bytes: 3 * clean.length })
    })
})

/** Hands of a run that tell whether all who opened an object have bytes of it. */
function readers(): { hands: Hands; hasBytes(key: string): boolean } {
  const opened: { key: string; hasBytes: boolean }[] = []
  async function* seen(chunks: AsyncIterable<Uint8Array>, reader: (typeof opened)[number]) {
    for await (const chunk of chunks) {
      reader.hasBytes = true
      yield chunk
    }
  }
  const watched = (store: Store): Store => ({
    ...store,
    async open(version, range) {
      const reader = { key: version.key, hasBytes: false }
      opened.push(reader)
      const content = await store.open(version, range)
      return content.kind === 'opened' ? { ...content, chunks: seen(content.chunks, reader) } : content
    },
  })
  return {
    hands: {
      wrap: (ports) =>
        Object.create(ports, {
          stores: { value: { open: async (config: StoreConfig) => watched(await ports.stores.open(config)) } },
        }),
    },
    hasBytes: (wanted) => opened.every(({ key, hasBytes }) => key !== wanted || hasBytes),
  }
}

it('goes on where an object broke off, asking for the rest of the same version only', async () => {
  const { hands, hasBytes } = readers()
  // It breaks off when whoever reads it has some of it, however long that takes.
  const cutLater: Act = on('GetObject', 1, (request, response) => {
    const { status, headers, body } = request.right()
    response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) })
    response.write(body.slice(0, Math.floor(body.length / 3)))
    const wait = setInterval(() => {
      if (!hasBytes(request.key!)) return
      clearInterval(wait)
      response.socket?.resetAndDestroy()
    }, 5)
    return 'answered'
  })
  const patient = { timeouts: { connectMs: 60_000, idleMs: 60_000 } }
  const ended = await run(cutLater, { more: patient, hands })
  const reads = ended.requests.filter(({ operation }) => operation === 'GetObject')
  // Others are read ahead meanwhile, and one of them for a second opinion.
  const second = reads.find(({ headers }) => headers.range !== undefined)
  const first = reads.find(({ key }) => key === second?.key)
  expect(first?.headers.range).toBeUndefined()
  expect(second?.headers.range).toMatch(new RegExp(`^bytes=[1-9][0-9]*-${clean.length - 1}$`))
  expect(second?.query.get('versionId')).toBe(first?.query.get('versionId'))
  expect(second?.headers['if-match']).toBe(first?.headers['if-match'])
})

describe('what stays is said: incomplete, when', () => {
  const ofA = (act: (request: WireRequest, response: ServerResponse) => Answer | 'answered'): Act =>
    on('GetObject', always, (request, response) =>
      request.key === 'a.jsonl' ? act(request, response) : request.right(),
    )
  const staying: Record<string, [Act, RegExp]> = {
    'listings are throttled': [on('ListObjectVersions', always, () => refusal(503, 'SlowDown')), /StoreUnavailable/],
    'listings are errors with status 200': [
      on('ListObjectVersions', always, () => xml('<Error><Code>InternalError</Code></Error>\n')),
      /StoreUnavailable/,
    ],
    'listings are empty answers': [
      on('ListObjectVersions', always, () => ({ status: 200, headers: {}, body: '' })),
      /StoreUnavailable/,
    ],
    'listings are of another bucket': [
      on('ListObjectVersions', always, () =>
        xml('<ListVersionsResult><Name>other</Name><IsTruncated>false</IsTruncated></ListVersionsResult>'),
      ),
      /StoreUnavailable/,
    ],
    'a listing ends behind its first page, and says that this is the end': [
      on('ListObjectVersions', always, (request) => {
        const right = request.right()
        return { ...right, body: String(right.body).replace('<IsTruncated>true', '<IsTruncated>false') }
      }),
      /StoreUnavailable/,
    ],
    'listings are of objects, by a server that knows no versions': [
      on('ListObjectVersions', always, () =>
        xml(
          `<ListBucketResult><Name>${bucketName}</Name><IsTruncated>false</IsTruncated><Contents><Key>a.jsonl</Key></Contents></ListBucketResult>`,
        ),
      ),
      /StoreUnavailable/,
    ],
    'listings come out of a cache': [on('ListObjectVersions', always, outOfCache), /StoreUnavailable/],
    'listings of uploads come out of a cache': [on('ListMultipartUploads', always, outOfCache), /StoreUnavailable/],
    'listings are forbidden': [
      on('ListObjectVersions', always, () => refusal(403, 'AccessDenied')),
      /StoreUnavailable/,
    ],
    'objects may not be listed': [on('ListObjectsV2', always, () => refusal(403, 'AccessDenied')), /StoreUnavailable/],
    'uploads may not be listed': [
      on('ListMultipartUploads', always, () => refusal(403, 'AccessDenied')),
      /StoreUnavailable/,
    ],
    'the bucket is gone': [
      on('GetObject', always, () => refusal(404, 'NoSuchBucket')),
      /not-scanned: 3 object versions/,
    ],
    'a listing repeats a page': [
      on('ListObjectVersions', always, (request) => {
        request.query.delete('key-marker')
        request.query.delete('version-id-marker')
        return request.right()
      }),
      /EvidenceConflict/,
    ],
    'a listing says that there is more, not where': [
      on('ListObjectVersions', always, (request) => {
        const right = request.right()
        return { ...right, body: String(right.body).replace(/<Next.*Marker>/, '') }
      }),
      /EvidenceConflict/,
    ],
    'a listing goes on behind a key that it did not show': [
      on('ListObjectVersions', always, (request) => {
        const right = request.right()
        return { ...right, body: String(right.body).replace(/<NextKeyMarker>[^<]*/, '<NextKeyMarker>b.zzz') }
      }),
      /EvidenceConflict/,
    ],
    'a listing shows a version twice': [
      on('ListObjectVersions', always, (request) => {
        const right = request.right()
        return { ...right, body: String(right.body).replace(/<Version>.*?<\/Version>/, '$&$&') }
      }),
      /EvidenceConflict/,
    ],
    'objects are throttled': [
      on('GetObject', always, () => refusal(503, 'SlowDown')),
      /not-scanned: 3 object versions/,
    ],
    'the credentials have expired for good': [
      on('GetObject', always, () => refusal(400, 'ExpiredToken')),
      /not-scanned: 3 object versions/,
    ],
    'the key is not known any more': [
      on('GetObject', always, () => refusal(403, 'InvalidAccessKeyId')),
      /not-scanned: 3 object versions/,
    ],
    'an object is forbidden': [ofA(() => refusal(403, 'AccessDenied')), /access-denied: 1 object version/],
    'the key of an object may not be used': [
      ofA(() => refusal(400, 'KMS.DisabledException')),
      /access-denied: 1 object version/,
    ],
    'an object was erased since': [ofA(() => refusal(404, 'NoSuchVersion')), /disappeared: 1 object version/],
    'an object is another one now': [ofA(() => refusal(412, 'PreconditionFailed')), /changed: 1 object version/],
    'a delete marker is in its place': [
      ofA(() => refusal(405, 'MethodNotAllowed', { 'x-amz-delete-marker': 'true' })),
      /changed: 1 object version/,
    ],
    'another one is served though it was pinned': [
      ofA((request) => ({ ...request.right(), headers: { ...request.right().headers, etag: '"other"' } })),
      /changed: 1 object version/,
    ],
    'another version is served': [
      ofA((request) => ({ ...request.right(), headers: { ...request.right().headers, 'x-amz-version-id': 'v9' } })),
      /changed: 1 object version/,
    ],
    'an object is longer than listed': [
      ofA((request) => ({ ...request.right(), body: Buffer.concat([clean, clean]) })),
      /size-differs: 1 object version/,
    ],
    'an object without a length is longer than listed': [
      ofA((request, response) => {
        response.writeHead(200, request.right().headers)
        response.write(clean)
        response.end('{}\n')
        return 'answered'
      }),
      /read-error: 1 object version/,
    ],
    'an object is archived': [ofA(() => refusal(403, 'InvalidObjectState')), /archived: 1 object version/],
    'an object is encrypted with a key of its writer': [
      ofA(() => refusal(400, 'InvalidRequest')),
      /encrypted: 1 object version/,
    ],
    'every answer breaks off without a byte': [
      ofA((request, response) => {
        response.writeHead(200, { ...request.right().headers, 'content-length': String(clean.length) })
        response.flushHeaders()
        setTimeout(() => response.socket?.resetAndDestroy(), 5)
        return 'answered'
      }),
      /read-error: 1 object version/,
    ],
    'the rest of a broken object is another place of it': [
      ofA((request, response) =>
        request.headers.range === undefined
          ? cut(request, response, 'reset')
          : { ...request.right(), headers: { ...request.right().headers, 'content-range': 'bytes 5-9/94890' } },
      ),
      /read-error: 1 object version/,
    ],
    'a broken object is erased before it can be read on': [
      ofA((request, response) =>
        request.headers.range === undefined ? cut(request, response, 'reset') : refusal(404, 'NoSuchVersion'),
      ),
      /changed: 1 object version/,
    ],
  }
  for (const [what, [act, why]] of someOf(4, Object.entries(staying)))
    it(what, async () => {
      // The state machine tries again what a client has given up.
      const ended = await run(act, { more: { maxAttempts: 1 } })
      expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(why)])
    })
})

describe('a fault of one object costs that object alone, when', () => {
  const faults = {
    'a page of a proxy comes for it': page(200),
    'a proxy sends its readers to another page': page(302),
    'no server knows the page': page(404),
    'the server is damaged there': refusal(500, 'InternalError'),
    'the server cannot do what it is asked to': refusal(501, 'NotImplemented'),
  }
  it.each(Object.entries(faults))('%s', async (_, answer) => {
    const ended = await run(
      on('GetObject', always, (request) => (request.key === 'b.jsonl' ? answer : request.right())),
    )
    expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(/^read-error: 1 object version$/)])
    expect((await ended.coverage(0))?.clean.versions).toBe(2)
    const asked = ended.requests.filter(({ operation, key }) => operation === 'GetObject' && key === 'b.jsonl')
    expect(asked.length).toBeLessThanOrEqual(2 * options.maxAttempts! * options.bodyLimits!.attempts)
  })

  it('not one of four in a row can be had: then the store is not to be reached', async () => {
    const content = numbers(9).map((at) => ({ key: `${at}.jsonl`, versionId: `v${at}`, body: clean }))
    const ended = await run(
      on('GetObject', always, () => page(302)),
      { content, pageSize: 20 },
    )
    expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(/not-scanned: 9 object versions/)])
  })
})

it.each([
  { s3: {}, hint: true },
  { s3: { requesterPays: true }, hint: false },
])('says what a bucket that refuses its reader may want (%o)', async ({ s3, hint }) => {
  const said: string[] = []
  await run(
    on('ListObjectVersions', always, () => refusal(403, 'AccessDenied')),
    {
      s3,
      hands: {
        call: (task, ports, payload) =>
          task === 'take-inventory'
            ? takeInventory(ports, payload).catch((error: Error) => {
                said.push(error.message)
                throw error
              })
            : undefined,
      },
    },
  )
  expect(said[0]).toContain('ListObjectVersions: expected an answer, got AccessDenied (HTTP 403)')
  expect(said[0]?.includes('s3.requesterPays')).toBe(hint)
})

it('follows a clock that is an hour off', async () => {
  const ahead = 3_600_000
  const ended = await run((request) => {
    const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(String(request.headers['x-amz-date'])) ?? []
    const signed = Date.parse(
      `${day!.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time!.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`,
    )
    const now = Date.now() + ahead
    // Every answer says what time it is there: a client follows what the last one said.
    const date = { date: new Date(now).toUTCString() }
    if (Math.abs(now - signed) > 900_000) return refusal(403, 'RequestTimeTooSkewed', date)
    const answer = request.right()
    return { ...answer, headers: { ...answer.headers, ...date } }
  })
  expect([ended.store, ended.why]).toEqual(['verified', ''])
})

it('names both Regions when the bucket is in another one, and does not go there', async () => {
  const ended = await run(
    on('ListObjectVersions', always, () =>
      refusal(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'us-east-1', location: 'http://127.0.0.1:1/' }),
    ),
    { s3: { region: 'ap-southeast-1' }, more: patient },
  )
  expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(/ConfigInvalid/)])
  expect(ended.counts).toEqual({ GetBucketReplication: 1, ListObjectVersions: 1 })
})

it('asks caches for listings that are made anew', async () => {
  const { requests } = await run(() => undefined)
  for (const { operation, headers } of requests)
    expect([operation, headers['cache-control']]).toEqual([
      operation,
      /^List|^GetBucketReplication$/.test(operation) ? 'no-cache' : undefined,
    ])
})

it('says who owns the bucket and who pays, with every request', async () => {
  const ended = await run(() => undefined, { s3: { account: '123456789012', requesterPays: true } })
  expect(ended.store).toBe('verified')
  // Questions about a bucket itself have nobody who pays.
  for (const { operation, headers } of ended.requests)
    expect(headers).toMatchObject({
      'x-amz-expected-bucket-owner': '123456789012',
      ...(operation !== 'GetBucketReplication' && { 'x-amz-request-payer': 'requester' }),
    })
})

const base64 = (crc: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc)
  return bytes.toString('base64')
}

describe('an object with a stored checksum', () => {
  const content = objects.map((object) => ({ ...object, headers: { 'x-amz-checksum-crc32': base64(crc32(clean)) } }))
  const damaged = (request: WireRequest) => {
    const right = request.right()
    const body = Buffer.from(right.body)
    body[body.length - 3]! ^= 1
    return { ...right, body }
  }
  const ofA = (times: number) =>
    on('GetObject', times, (request) => (request.key === 'a.jsonl' ? damaged(request) : request.right()))

  it('is verified when its bytes have it', async () => {
    const ended = await run(() => undefined, { content, more: patient })
    expect([ended.store, ended.counts.GetObject]).toEqual(['verified', 4])
    expect(ended.requests.find(({ operation }) => operation === 'GetObject')?.headers['x-amz-checksum-mode']).toBe(
      'ENABLED',
    )
  })

  it('is read again when its bytes were damaged on the way', async () => {
    const ended = await run(ofA(1), { content })
    expect([ended.store, ended.why]).toEqual(['verified', ''])
  })

  it('is incomplete when its bytes are damaged where they lie', async () => {
    const ended = await run(ofA(always), { content })
    expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(/read-error: 1 object version/)])
  })
})
