import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { S3Options } from '../../../lib/aws/bucket/s3-store.ts'
import { longestLine } from '../../../lib/scan/places/place-keeper.ts'
import { inSlicesOf } from '../../support/pipeline.ts'
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
} from './wire-bucket.ts'

/** A whole run over a bucket whose large objects are read in slices, each by ranges of its own. */

const clean = Buffer.from(jsonRecords(numbers(4000).map(somebodyElse)))
const found = Buffer.from(jsonRecords(numbers(4000).map((n) => (n === 3500 ? transferred(3) : somebodyElse(n)))))
const sliceBytes = 20_000
const slices = Math.ceil(clean.length / sliceBytes)

const options: S3Options = {
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 2,
  timeouts: { connectMs: 1000, idleMs: 600 },
  bodyLimits: { attempts: 3, pauseMs: 1, openingPauseMs: 1, rangeBytes: 7000, lanes: 3 },
}

async function run(body: Buffer, act: Act = () => undefined, headers: Record<string, string> = {}) {
  const objects: WireObject[] = [{ key: 'big.jsonl', versionId: 'v0', body, headers }]
  const wire = await startWire(objects, act)
  const ended = await runOverBucket({ bucket: bucketName, endpoint: wire.endpoint }, options, {
    call: inSlicesOf(sliceBytes),
  })
  return { ...ended, requests: wire.requests, passed: await ended.coverage(0) }
}

const beginOf = ({ operation, headers }: WireRequest) =>
  operation === 'GetObject' ? Number(/\d+/.exec(headers.range ?? '0')![0]) : 0

/** A slice is read from what is before it on, as far as that is of its first line. */
const before = 1 + longestLine
const opens = (request: WireRequest) => (beginOf(request) + before) % sliceBytes === 0

/** The request that opens each of the later slices; and those that go on behind it. */
const opening =
  (change: (request: WireRequest) => Answer): Act =>
  (request) =>
    beginOf(request) > 50_000 && opens(request) ? change(request) : undefined
const goingOn =
  (change: (request: WireRequest) => Answer): Act =>
  (request) =>
    beginOf(request) > 50_000 && !opens(request) ? change(request) : undefined

describe('a large object of a bucket', () => {
  it('is verified when each slice is clean, every range asked for by version id and ETag', async () => {
    const { store, why, passed, requests } = await run(clean)
    expect([store, why]).toEqual(['verified', ''])
    expect(passed).toMatchObject({
      batches: { planned: slices, reported: slices },
      bytesRead: clean.length,
      records: 4000,
    })
    const reads = requests.filter(({ operation }) => operation === 'GetObject')
    expect(reads.length).toBeGreaterThan(2 * slices)
    for (const { headers, query } of reads)
      expect([headers['if-match'], query.get('versionId'), headers.range]).toEqual([
        expect.stringMatching(/^"[0-9a-f]{32}"$/),
        'v0',
        expect.stringMatching(/^bytes=/),
      ])
  })

  it('is residual when a slice holds what is sought', async () => {
    const { store, passed } = await run(found)
    expect(store).toBe('residual')
    expect(passed).toMatchObject({ findings: 1, found: { versions: 1, bytes: found.length } })
  })

  it('is residual when its user metadata hold what is sought, counted once', async () => {
    const { passed } = await run(clean, undefined, { 'x-amz-meta-owner': transferred(5) })
    expect(passed).toMatchObject({ findings: 1, subjects: 1, found: { versions: 1 } })
  })

  it('that is a container is read whole by one worker, with its checksum', async () => {
    const body = gzipSync(found, { level: 0 })
    const { store, passed, requests } = await run(body)
    expect(store).toBe('residual')
    expect(passed).toMatchObject({ findings: 1, bytesRead: body.length, decodedBytes: found.length })
    // By the scan, and for a second opinion.
    const whole = requests.filter((each) => each.operation === 'GetObject' && each.headers.range === undefined)
    expect(whole).toHaveLength(2)
  })

  it('is verified when a server knows no ranges and sends the whole each time', async () => {
    const whole: Act = (request) => {
      if (request.operation !== 'GetObject') return undefined
      delete request.headers.range
      return request.right()
    }
    expect((await run(clean, whole)).store).toBe('verified')
    expect((await run(found, whole)).store).toBe('residual')
  })

  const lies: { name: string; act: Act; why: RegExp }[] = [
    {
      name: 'a range is another one than was asked for',
      act: opening((request) => {
        const right = request.right()
        return { ...right, headers: { ...right.headers, 'content-range': `bytes 0-99/${clean.length}` } }
      }),
      why: /size-differs: 1 object version/,
    },
    {
      name: 'a range is of an object of another size',
      act: opening((request) => {
        const right = request.right()
        const range = right.headers['content-range']!.replace(/\/.*/, `/${clean.length + 1}`)
        return { ...right, headers: { ...right.headers, 'content-range': range } }
      }),
      why: /size-differs: 1 object version/,
    },
    {
      name: 'a range is of another version',
      act: opening((request) => {
        const right = request.right()
        return { ...right, headers: { ...right.headers, 'x-amz-version-id': 'v1' } }
      }),
      why: /changed: 1 object version/,
    },
    {
      name: 'a range has another ETag',
      act: opening((request) => {
        const right = request.right()
        return { ...right, headers: { ...right.headers, etag: '"another"' } }
      }),
      why: /changed: 1 object version/,
    },
    {
      name: 'a range is empty whenever it is asked for',
      act: goingOn((request) => {
        const right = request.right()
        return { ...right, body: '' }
      }),
      why: /read-error: 1 object version/,
    },
    {
      name: 'it was overwritten meanwhile',
      act: opening(() => refusal(412, 'PreconditionFailed')),
      why: /changed: 1/,
    },
    { name: 'it was deleted meanwhile', act: opening(() => refusal(404, 'NoSuchVersion')), why: /disappeared: 1/ },
    {
      name: 'reading it was forbidden meanwhile',
      act: opening(() => refusal(403, 'AccessDenied')),
      why: /access-denied: 1/,
    },
    {
      name: 'it was overwritten while a slice was read',
      act: goingOn(() => refusal(412, 'PreconditionFailed')),
      why: /changed: 1/,
    },
    {
      name: 'a range behind the first is another one',
      act: goingOn((request) => {
        const right = request.right()
        return { ...right, headers: { ...right.headers, 'content-range': `bytes 0-99/${clean.length}` } }
      }),
      why: /read-error: 1/,
    },
  ]
  it.each(someOf(6, lies))('is not clean when $name', async ({ act, why }) => {
    const ended = await run(clean, act)
    expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(why)])
  })
})
