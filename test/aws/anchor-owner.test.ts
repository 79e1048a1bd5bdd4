import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bulkCalls } from '../../lib/aws/client-options.ts'
import { s3Anchor } from '../../lib/aws/s3-anchor.ts'
import { s3Timestamps } from '../../lib/aws/s3-timestamps.ts'
import { ServiceRefused } from '../../lib/errors.ts'
import { anchorContract } from '../contracts/anchor.ts'
import { timestampsContract } from '../contracts/timestamps.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { newBucket } from './bucket/buckets.ts'

const owner = '999900001111'

/** S3 refuses a request that names another owner than the bucket has, and MiniStack does not: this does, and whatever names none. */
async function guard(target: string): Promise<{ endpoint: string; server: Server }> {
  const server = createServer(async (incoming, outgoing) => {
    const body = Buffer.concat(await Array.fromAsync(incoming))
    const isTheirs = incoming.headers['x-amz-expected-bucket-owner'] === owner
    const { method, url } = incoming
    const headers = Object.entries(incoming.headers).filter(
      ([name]) => !['connection', 'host', 'content-length'].includes(name),
    )
    const answer = isTheirs
      ? await fetch(new URL(url!, target), {
          method: method!,
          headers: headers as [string, string][],
          ...(method === 'PUT' && { body }),
        })
      : new Response('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>', { status: 403 })
    const sent = Buffer.from(await answer.arrayBuffer())
    outgoing.writeHead(answer.status, { ...Object.fromEntries(answer.headers), 'content-length': sent.length })
    outgoing.end(sent)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

describe.skipIf(withoutMinistack)(`a bucket of which every request says whose it is, ${onMinistack}`, () => {
  let ministack: Ministack
  let server: Server
  let straight: S3Client
  let client: S3Client
  beforeAll(async () => {
    ministack = await startMinistack()
    const guarded = await guard(ministack.endpoint)
    server = guarded.server
    straight = new S3Client({ ...bulkCalls, ...ministack })
    client = new S3Client({ ...bulkCalls, ...ministack, endpoint: guarded.endpoint })
  })
  afterAll(async () => {
    for (const each of [straight, client]) each?.destroy()
    server?.closeAllConnections()
    server?.close()
    await ministack?.stop()
  })

  anchorContract('such a bucket', async () => s3Anchor(client, { bucket: await newBucket(straight), owner }))
  timestampsContract('such a bucket', async () => s3Timestamps(client, { bucket: await newBucket(straight), owner }))

  it('is not taken for the anchor when it is somebody else’s, and messages say which one was expected', async () => {
    const place = { bucket: await newBucket(straight), owner: '111122223333' }
    const [anchor, timestamps] = [s3Anchor(client, place), s3Timestamps(client, place)]
    const stamp = { size: 1, authority: 'a', response: Uint8Array.of(48), certificate: 'c\n' }
    const calls = {
      'anchor: latest': () => anchor.latest(),
      'anchor: add': () => anchor.add(1, 'note'),
      'timestamps: list': () => timestamps.list(),
      'timestamps: add': () => timestamps.add(stamp),
      'timestamps: get': () => timestamps.get(stamp),
    }
    for (const [name, call] of Object.entries(calls)) {
      const error = await call().then(
        () => undefined,
        (thrown) => thrown,
      )
      expect(error, name).toBeInstanceOf(ServiceRefused)
      expect(error.message).toBe(
        `${name}: bucket ${place.bucket} of account 111122223333: expected to be served, got AccessDenied (HTTP 403)`,
      )
    }
    const theirs = s3Anchor(client, { ...place, owner })
    expect(await theirs.latest()).toBeUndefined()
  })
})
