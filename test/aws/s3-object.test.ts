import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bulkCalls } from '../../lib/aws/client-options.ts'
import { s3Evidence } from '../../lib/aws/s3-evidence.ts'
import { s3LargeEvidence } from '../../lib/aws/s3-large-evidence.ts'
import { s3Manifests } from '../../lib/aws/s3-manifests.ts'
import { openObject, readObject } from '../../lib/aws/s3-object.ts'
import { ServiceUnavailable } from '../../lib/errors.ts'
import { readAll } from '../contracts/manifests.ts'
import { temporaryDirectory } from '../local/temporary-directory.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { newBucket } from './bucket/buckets.ts'
import { faultyWire, onlyAt, type Wire } from './faulty-wire.ts'

describe.skipIf(withoutMinistack)(`an object over a wire with a fault, ${onMinistack}`, () => {
  let server: Ministack
  let wire: Wire
  let straight: S3Client
  let client: S3Client
  beforeAll(async () => {
    server = await startMinistack()
    wire = await faultyWire(server.endpoint)
    straight = new S3Client({ ...bulkCalls, ...server })
    client = new S3Client({ ...bulkCalls, ...server, endpoint: wire.endpoint })
  })
  afterAll(async () => {
    for (const each of [straight, client]) each?.destroy()
    await wire?.close()
    await server?.stop()
  })

  const stored = async (body: Uint8Array) => {
    const bucket = await newBucket(straight)
    const put = (Key: string, Body: Uint8Array) => straight.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))
    await put('document', body)
    await put('manifests/ids.csv', body)
    wire.plan(() => 'none')
    return { bucket, put, evidence: s3Evidence(client, bucket), manifests: s3Manifests(client, bucket) }
  }

  it('is read whole, each byte once, when the connection breaks ten times', async () => {
    const body = randomBytes(300_000)
    const { evidence, manifests } = await stored(body)
    wire.plan((place) => (place < 10 ? 'reply-cut' : 'none'))
    expect(body.equals(await evidence.get('document'))).toBe(true)
    expect(wire.requests).toEqual(Array(11).fill('GET object'))
    // MiniStack begins a version again instead of going on in it, so that ten breaks in its middle never end.
    wire.plan((place) => (place === 1 || place === 2 ? 'reply-cut' : 'none'))
    expect(body.equals(await readAll(manifests, 'manifests/ids.csv'))).toBe(true)
    expect(wire.requests).toEqual(['HEAD object', ...Array(3).fill('GET object')])
  })

  it('is the manifest that was opened, also when another one is handed in while the connection is broken', async () => {
    const body = randomBytes(300_000)
    const { put, manifests } = await stored(body)
    wire.plan((place) => (place === 1 ? 'reply-cut' : 'none'))
    const got: Buffer[] = []
    for await (const chunk of await manifests.open('manifests/ids.csv')) {
      await put('manifests/ids.csv', randomBytes(300_000))
      got.push(Buffer.from(chunk))
    }
    expect(Buffer.concat(got).equals(body)).toBe(true)
  })

  it('is a document of one content: one that was replaced while the connection was broken is not read on', async () => {
    const { bucket, put } = await stored(randomBytes(300_000))
    wire.plan(onlyAt(0, 'reply-cut'))
    const opened = await openObject({ client, bucket, where: 'test' }, 'document')
    const reading = async () => {
      for await (const _ of opened!.chunks) await put('document', randomBytes(300_000))
    }
    await expect(reading()).rejects.toThrow('test: expected to be served, got PreconditionFailed (HTTP 412)')
  })

  it('is looked into at two places: no more than these bytes comes over the wire, also when it breaks', async () => {
    const body = randomBytes(300_000)
    const { bucket } = await stored(body)
    const large = s3LargeEvidence(client, bucket, join(temporaryDirectory(), 'scratch'))
    wire.plan((place) => (place === 1 || place === 2 ? 'reply-cut' : 'none'))
    const found = await large.look('document', ({ size, read }) =>
      Buffer.concat([read(100_000, 100_100), read(size - 1, size)]),
    )
    expect(found.equals(Buffer.concat([body.subarray(100_000, 100_100), body.subarray(-1)]))).toBe(true)
    expect(wire.requests).toEqual(['HEAD object', ...Array(4).fill('GET object')])
    wire.plan((place) => (place > 0 ? 'reply-cut' : 'none'))
    await expect(large.look('document', (source) => source.read(0, 10))).rejects.toThrow(ServiceUnavailable)
  })

  it('is told as an outage when nothing more arrives, and not as what did arrive', async () => {
    const { evidence } = await stored(Buffer.from('x'))
    wire.plan(() => 'reply-cut')
    await expect(evidence.get('document')).rejects.toThrow(ServiceUnavailable)
    await expect(evidence.get('document')).rejects.toThrow('evidence: get: expected 1 bytes, got 0')
    await expect(evidence.put('document', 'y')).rejects.toThrow(ServiceUnavailable)
  })

  it('is not taken for what it is not, when a bit of it flips', async () => {
    const { evidence } = await stored(randomBytes(1000))
    wire.plan(() => 'reply-flipped')
    await expect(evidence.get('document')).rejects.toThrow('evidence: get: expected the stored bytes')
  })

  for (const fault of ['request-lost', 'reply-lost', 'throttled', 'server-error', 'conflict'] as const)
    it(`is written once: ${fault}`, async () => {
      const { evidence } = await stored(Buffer.from('x'))
      wire.plan(onlyAt(0, fault))
      const put = await evidence.put('new', 'first')
      expect(put).toMatchObject({ bytes: 5, created: fault !== 'reply-lost' })
      expect(await evidence.put('new', 'second')).toEqual({ ...put, created: false })
    })

  for (const fault of ['request-lost', 'reply-lost', 'throttled', 'server-error', 'conflict'] as const)
    it(`is written once from a file: ${fault}`, async () => {
      const { bucket } = await stored(Buffer.from('x'))
      const large = s3LargeEvidence(client, bucket, join(temporaryDirectory(), 'scratch'))
      const draft = await large.draft()
      draft.write(randomBytes(200_000))
      wire.plan(onlyAt(0, fault))
      const put = await draft.publish('new')
      expect(put).toMatchObject({ bytes: 200_000, created: fault !== 'reply-lost' })
      expect(await draft.publish('new')).toEqual({ ...put, created: false })
      expect((await large.open('new')).size).toBe(200_000)
    })

  it('is an outage when other writes are under way each time', async () => {
    const { evidence } = await stored(Buffer.from('x'))
    wire.plan(() => 'conflict')
    await expect(evidence.put('new', 'first')).rejects.toThrow(ServiceUnavailable)
    wire.plan(() => 'none')
    expect(await evidence.has('new')).toBe(false)
  })
})

describe('a server that is no S3 of Amazon', () => {
  const body = Buffer.from(Array.from({ length: 1000 }, (_, n) => n % 251))
  type Answer = { headers: Record<string, string>; body: Buffer; cut: boolean }

  const readFrom = async (answer: (range: string | undefined) => Answer) => {
    const server = createServer((incoming, outgoing) => {
      const { headers, body: sent, cut } = answer(incoming.headers.range)
      outgoing.writeHead(200, { ...headers, etag: '"e"' })
      outgoing.write(sent, () => (cut ? outgoing.socket?.destroy() : outgoing.end()))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = new S3Client({
      ...bulkCalls,
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    try {
      return await readObject({ client, bucket: 'bucket', where: 'test' }, 'key')
    } finally {
      client.destroy()
      server.closeAllConnections()
      server.close()
    }
  }
  const whole = { headers: { 'content-length': '1000' }, body, cut: false }
  const half = { ...whole, body: body.subarray(0, 500), cut: true }

  it('may begin again when it is asked to go on: no byte is read twice', async () => {
    expect(await readFrom((range) => (range ? whole : half))).toEqual(new Uint8Array(body))
  })

  it('is not believed when it goes on elsewhere', async () => {
    const elsewhere = { headers: { 'content-length': '400' }, body: body.subarray(600), cut: false }
    await expect(readFrom((range) => (range ? elsewhere : half))).rejects.toThrow(
      'test: expected 500 bytes from 500, got 400',
    )
  })

  it('is not believed when it names no length', async () => {
    const reading = readFrom(() => ({ headers: { 'transfer-encoding': 'chunked' }, body, cut: false }))
    await expect(reading).rejects.toThrow('test: expected a length, got none')
  })
})
