import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import type { GetObjectCommandInput, GetObjectCommandOutput } from '@aws-sdk/client-s3'
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Bucket } from '../../../lib/aws/bucket/bucket-client.ts'
import { type ObjectReading, openS3Object } from '../../../lib/aws/bucket/bucket-object.ts'
import type { Labels } from '../../../lib/aws/bucket/object-labels.ts'
import type { ListedVersion } from '../../../lib/inventory/object-version.ts'
import type { ByteRange } from '../../../lib/ports.ts'

/** A server may heed no condition and no range: what it answers with is held against the version that was listed, at each request. */

const body = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyz')
const version: ListedVersion = {
  ...{ kind: 'object', key: 'a.csv', versionId: 'v1', current: true, size: body.length, etag: 'e1' },
  modifiedAt: '2026-11-01T10:00:00.750Z',
}
const limits = { attempts: 3, pauseMs: 1, openingPauseMs: 1, rangeBytes: 5, lanes: 3 }

type Given = Omit<Partial<GetObjectCommandOutput>, 'Body'> & { Body?: Readable }
/** What the server says to a request, the how manieth it is (from 1), in place of what is right. */
type Say = (input: GetObjectCommandInput, nth: number) => Given

function* piecesOf(bytes: Buffer, lengths: readonly number[]) {
  for (let at = 0, nth = 0; at < bytes.length; nth++) {
    const to = at + lengths[nth % lengths.length]!
    yield bytes.subarray(at, to)
    at = to
  }
}

/** `ranges`: whether the server knows any. `lengths`: of the pieces in which a body comes. */
function open(
  say: Say,
  {
    ranges = true,
    lengths = [7],
    range,
    of = version,
    ...reading
  }: Partial<ObjectReading> & { ranges?: boolean; lengths?: number[]; range?: ByteRange; of?: ListedVersion } = {},
) {
  let nth = 0
  const send = async ({ input }: { input: GetObjectCommandInput }): Promise<Given> => {
    nth += 1
    const [, from, last] = /^bytes=(\d+)-(\d+)$/.exec(input.Range ?? '') ?? []
    const isRange = ranges && from !== undefined
    const sent = isRange ? body.subarray(Number(from), Number(last) + 1) : body
    return {
      ...{ ETag: '"e1"', VersionId: 'v1', ContentLength: sent.length, LastModified: new Date('2026-11-01T10:00:00Z') },
      ...(isRange && { ContentRange: `bytes ${from}-${last}/${body.length}` }),
      Body: Readable.from(piecesOf(sent, lengths)),
      ...say(input, nth),
    }
  }
  const bucket = { storeId: 'ie', client: { send }, target: { Bucket: 'b' }, config: { bucket: 'b' } }
  return openS3Object(
    bucket as unknown as Bucket,
    of,
    {
      ...{ tags: async () => ({ labels: [] }), parts: async () => undefined, clock: () => new Date(0), limits },
      ...reading,
    },
    range,
  )
}

/** The bytes, or what the version or its reading failed with. */
async function outcomeOf(opening: ReturnType<typeof open>): Promise<string> {
  const opened = await opening
  if (opened.kind === 'unreadable') return opened.reason
  try {
    let read = ''
    // What is read on has the memory of what was read before.
    for await (const chunk of opened.chunks) read += Buffer.from(chunk).toString()
    return read
  } catch (error) {
    return (error as Error).name
  } finally {
    await opened.close()
  }
}

const right: Say = () => ({})
const whole = { from: 0, to: body.length }
const cutOff = () =>
  Readable.from(
    (async function* () {
      yield body.subarray(0, 2)
      throw new Error('reset')
    })(),
  )

test('a version or a range of it is read exactly, whether or not the server knows ranges, and in whatever pieces it comes', async () => {
  const pieces = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 })
  const places = fc.tuple(fc.nat(body.length - 1), fc.nat(body.length - 1))
  await fc.assert(
    fc.asyncProperty(fc.option(places), pieces, fc.boolean(), fc.boolean(), async (ends, lengths, ranges, isCut) => {
      const range = ends ? { from: Math.min(...ends), to: Math.max(...ends) + 1 } : undefined
      const { from, to } = range ?? whole
      // The first answer may break off, and then the rest is asked for.
      const asked: GetObjectCommandInput[] = []
      const say: Say = (input, nth) => {
        asked.push(input)
        return isCut && nth === 1 && from === 0 && to > 2 ? { Body: cutOff() } : {}
      }
      const read = await outcomeOf(open(say, { ranges, lengths, ...(range && { range }) }))
      expect(read).toBe(body.toString('utf8', from, to))
      // Each request is pinned to the version and its content.
      for (const each of asked) expect(each).toMatchObject({ Key: 'a.csv', VersionId: 'v1', IfMatch: '"e1"' })
    }),
  )
})

describe('an answer that is not of the listed version', () => {
  const wrong: { name: string; given: Given; reason: string }[] = [
    { name: 'has another ETag', given: { ETag: '"e2"' }, reason: 'changed' },
    { name: 'has no ETag', given: { ETag: undefined }, reason: 'changed' },
    { name: 'is another version', given: { VersionId: 'v2' }, reason: 'changed' },
    { name: 'is the version without an id', given: { VersionId: 'null' }, reason: 'changed' },
    { name: 'is a delete marker', given: { DeleteMarker: true }, reason: 'changed' },
    { name: 'is a place of another length', given: { ContentRange: 'bytes 0-35/37' }, reason: 'size-differs' },
    { name: 'is another place', given: { ContentRange: 'bytes 1-36/36' }, reason: 'size-differs' },
    ...['key', 'key-v2', 'iv', 'wrap-alg', 'cek-alg', 'c', '3', 'd', 'i'].map((each) => ({
      ...{ name: `was encrypted (x-amz-${each})`, given: { Metadata: { [`x-amz-${each}`]: 'x' } } },
      reason: 'encrypted',
    })),
  ]
  it.each(wrong)('$name: nothing is read of it', async ({ given, reason }) => {
    expect(await outcomeOf(open(() => given))).toBe(reason)
    expect(await outcomeOf(open(() => given, { range: whole }))).toBe(reason)
    // Nor where only what goes on behind the first bytes is of another one.
    const later: Say = (_, nth) => (nth === 1 ? { Body: cutOff() } : given)
    expect(await outcomeOf(open(later))).toBe('ReadFailed')
    expect(await outcomeOf(open((_, nth) => (nth === 2 ? given : {})))).toBe('ReadFailed')
  })

  it('has more or fewer bytes, also where it does not say how many', async () => {
    for (const ContentLength of [body.length - 1, body.length + 1])
      expect(await outcomeOf(open(() => ({ ContentLength })))).toBe('size-differs')
    for (const rangeBytes of [5, 99])
      for (const isLate of [false, true])
        for (const bytes of [Buffer.concat([body, body]), Buffer.alloc(0)]) {
          const say: Say = (_, nth) =>
            isLate && nth === 1 ? { Body: cutOff() } : { ContentLength: undefined, Body: Readable.from([bytes]) }
          expect(await outcomeOf(open(say, { limits: { ...limits, rangeBytes } }))).toBe('ReadFailed')
        }
  })

  it('does not say which version it is, where that has to be said', async () => {
    const unnamed: Say = () => ({ VersionId: undefined })
    expect(await outcomeOf(open(unnamed))).toBe(body.toString())
    expect(await outcomeOf(open(unnamed, { named: true }))).toBe('changed')
    expect(await outcomeOf(open(right, { named: true }))).toBe(body.toString())
  })

  it('is of another second, of a version without an id of its own', async () => {
    const of = { ...version, versionId: `null@${version.modifiedAt}` }
    const asked: unknown[] = []
    const at =
      (time: string | undefined, VersionId: string | undefined = 'null'): Say =>
      (input) => {
        asked.push(input.VersionId)
        return { VersionId, LastModified: time === undefined ? undefined : new Date(time) }
      }
    for (const say of [at('2026-11-01T10:00:00Z'), at(undefined)])
      expect(await outcomeOf(open(say, { of }))).toBe(body.toString())
    for (const say of [at('2026-11-01T10:00:01Z'), at('2026-11-01T09:59:59Z'), at('2026-11-01T10:00:00Z', 'v1')])
      expect(await outcomeOf(open(say, { of }))).toBe('changed')
    expect(new Set(asked)).toEqual(new Set(['null']))
    // One with an id does not change, whatever its time is.
    expect(await outcomeOf(open(() => ({ LastModified: new Date(0) })))).toBe(body.toString())
  })
})

const refused = (Code: string, httpStatusCode: number) =>
  Object.assign(new Error('refused'), { Code, $metadata: { httpStatusCode } })

describe('a version that the server does not hand out', () => {
  it.each([
    { code: 'NoSuchKey', status: 404, outcome: 'disappeared' },
    { code: 'NoSuchVersion', status: 404, outcome: 'disappeared' },
    { code: 'PreconditionFailed', status: 412, outcome: 'changed' },
    { code: 'MethodNotAllowed', status: 405, outcome: 'changed' },
    { code: 'InvalidObjectState', status: 403, outcome: 'archived' },
    { code: 'InvalidRequest', status: 400, outcome: 'encrypted' },
    { code: 'KMS.DisabledException', status: 400, outcome: 'access-denied' },
    { code: 'AccessDenied', status: 403, outcome: 'access-denied' },
    { code: 'ExpiredToken', status: 400, outcome: 'StoreUnavailable' },
    { code: 'InvalidAccessKeyId', status: 403, outcome: 'StoreUnavailable' },
    { code: 'RequestTimeTooSkewed', status: 403, outcome: 'StoreUnavailable' },
    { code: 'NoSuchBucket', status: 404, outcome: 'StoreUnavailable' },
    { code: 'BadRequest', status: 400, outcome: 'StoreUnavailable' },
    { code: 'InvalidRequest', status: 500, outcome: 'StoreUnavailable' },
  ])('because of $code ($status) is $outcome', async ({ code, status, outcome }) => {
    const say: Say = () => {
      throw refused(code, status)
    }
    for (const range of [undefined, whole])
      expect(await outcomeOf(open(say, range && { range })).catch(({ name }: Error) => name)).toBe(outcome)
  })

  it('is read where its listing has no ETag, whatever it has itself', async () => {
    const { etag: _, ...of } = version
    expect(await outcomeOf(open(() => ({ ETag: '"e2"' }), { of }))).toBe(body.toString())
  })
})

describe('what becomes of a version while it is read', () => {
  const thenRefused =
    (error: Error): Say =>
    (_, nth) => {
      if (nth > 1) throw error
      return { Body: cutOff() }
    }
  it.each([
    { error: refused('NoSuchVersion', 404), read: 'ReadFailed', kind: 'changed' },
    { error: refused('PreconditionFailed', 412), read: 'ReadFailed', kind: 'changed' },
    { error: refused('AccessDenied', 403), read: 'ReadFailed', kind: 'unchanged' },
    { error: refused('ExpiredToken', 400), read: 'StoreUnavailable', kind: 'unchanged' },
    { error: refused('SlowDown', 503), read: 'ReadFailed', kind: 'unchanged' },
  ])('is told where it goes on with $error.Code: $read, $kind', async ({ error, read, kind }) => {
    const opened = await open(thenRefused(error))
    if (opened.kind !== 'opened') throw new Error('expected it to be opened')
    await expect(buffer(opened.chunks)).rejects.toMatchObject({ name: read })
    expect((await opened.settle()).kind).toBe(kind)
  })

  const stored = (bytes: Uint8Array) => {
    const value = Buffer.alloc(4)
    value.writeUInt32BE(crc32(bytes))
    return { ChecksumCRC32: value.toString('base64') }
  }
  const other = Buffer.from(body.toString().toUpperCase())
  it.each([
    { name: 'as they were stored', checksum: stored(body), sent: [body], read: body.toString() },
    { name: 'damaged on the way', checksum: stored(body), sent: [other, body], read: 'StoreUnavailable' },
    { name: 'damaged where they lie', checksum: stored(body), sent: [other, other], read: 'ReadFailed' },
  ])('its bytes are $name', async ({ checksum, sent, read }) => {
    const say: Say = (_, nth) => ({ ...checksum, Body: Readable.from([sent[nth - 1]!]) })
    expect(await outcomeOf(open(say, { limits: { ...limits, rangeBytes: 99 } }))).toBe(read)
  })

  it('a range is not held against the checksum of the whole', async () => {
    expect(await outcomeOf(open(() => stored(body), { range: { from: 3, to: 9 } }))).toBe('345678')
  })
})

describe('what is beside the bytes', () => {
  const tags = (labels: Labels) => ({ tags: async () => labels })
  const label = { place: 'tags', text: 'bob' } as const
  const metadata: Say = () => ({ Metadata: { owner: 'jane' } })
  it('is told with the whole and with the first range, and of a further one are no tags asked for', async () => {
    const texts = async (range?: ByteRange) => {
      const opened = await open(metadata, { ...tags({ labels: [label] }), ...(range && { range }) })
      return opened.kind === 'opened' ? opened.labels.map(({ text }) => text) : []
    }
    expect(await texts()).toEqual(['owner', 'jane', 'bob'])
    expect(await texts({ from: 0, to: 9 })).toEqual(['owner', 'jane', 'bob'])
    expect(await texts({ from: 1, to: 9 })).not.toContain('bob')
  })

  it('is a gap where any of it cannot be read', async () => {
    const denied: Labels = { labels: [], gap: { reason: 'access-denied', detail: 'its tags' } }
    const gapOf = async (say: Say, labels: Labels) => {
      const opened = await open(say, tags(labels))
      return opened.kind === 'opened' ? opened.gap?.reason : 'not opened'
    }
    const hidden: Say = () => ({ MissingMeta: 1 })
    expect(await gapOf(right, { labels: [] })).toBeUndefined()
    expect(await gapOf(right, denied)).toBe('access-denied')
    expect(await gapOf(hidden, { labels: [] })).toBe('unsupported-format')
    expect(await gapOf(hidden, denied)).toBe('unsupported-format')
  })
})
