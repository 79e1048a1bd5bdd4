import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import {
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { ServiceUnavailable } from '../errors.ts'
import type { Chunks } from '../ports.ts'
import { calling, faultOf, isFault, isTransient, statusOf } from './faults.ts'

/**
 * An object, written once and read whole. `where` says in messages what is done; keys are left out of them. Where `owner` is given,
 * a bucket of another account is refused.
 */
export type Place = { client: S3Client; bucket: string; where: string; owner?: string }

/** What an object was when it was opened. Every later read is of this one, or fails. */
export type Pinned = { key: string; bytes: number; etag: string | undefined; versionId?: string | undefined }

/** In a row, without a byte in between. */
const attempts = 4

/** Bytes that are not in memory: `read` begins anew with each call. */
export type Streamed = { bytes: number; sha256: Buffer; read(): Readable }

/**
 * Writes unless there is an object under the key: `false` then, and nothing is changed. The service compares the bytes
 * with their digest before it answers.
 */
export async function putObjectOnce(
  { client, bucket, where, owner }: Place,
  key: string,
  body: Uint8Array | Streamed,
): Promise<boolean> {
  const streamed = body instanceof Uint8Array ? undefined : body
  const sha256 =
    streamed?.sha256 ??
    createHash('sha256')
      .update(body as Uint8Array)
      .digest()
  for (let attempt = 1; ; attempt += 1) {
    const reading = streamed?.read()
    const command = new PutObjectCommand({
      Bucket: bucket,
      ExpectedBucketOwner: owner,
      Key: key,
      Body: reading ?? (body as Uint8Array),
      ...(streamed && { ContentLength: streamed.bytes }),
      IfNoneMatch: '*',
      ChecksumSHA256: sha256.toString('base64'),
    })
    try {
      await client.send(command)
      return true
    } catch (error) {
      if (statusOf(error) === 412) return false
      // The SDK does not send a second time what it cannot read again.
      const isWorthARetry = streamed !== undefined && isTransient(error) && attempt < attempts
      if (statusOf(error) !== 409 && !isWorthARetry) throw faultOf(where, error)
      // Another write of the key is under way, and nobody knows yet whether it will be there.
      if (attempt === attempts) throw new ServiceUnavailable(`${where}: expected no other write at the same time`)
      await pause(50 * 2 ** attempt)
    } finally {
      reading?.destroy()
    }
  }
}

/** Opens an object to its first byte; `undefined` when there is none under the key. The chunks have to be asked for. */
export async function openObject(place: Place, key: string): Promise<{ bytes: number; chunks: Chunks } | undefined> {
  try {
    const { body, bytes, etag } = await getObject(place, { Key: key })
    return { bytes, chunks: readPinned(place, { key, bytes, etag }, body) }
  } catch (error) {
    if (isFault(error, 'NoSuchKey')) return undefined
    throw faultOf(place.where, error)
  }
}

export async function readObject(place: Place, key: string): Promise<Uint8Array | undefined> {
  const object = await openObject(place, key)
  if (!object) return undefined
  const body = new Uint8Array(object.bytes)
  let at = 0
  for await (const chunk of object.chunks) {
    body.set(chunk, at)
    at += chunk.length
  }
  return body
}

/**
 * The bytes of the pinned object, all of them or a fault. A connection that breaks is opened again where it broke.
 * `first`: a body that is there already.
 */
export async function* readPinned(place: Place, pinned: Pinned, first?: Readable): Chunks {
  const { where } = place
  const { bytes } = pinned
  let body = first
  let failures = 0
  for (let at = 0; body || at < bytes; ) {
    body ??= await calling(where, () => reopen(place, pinned, at))
    let broken: unknown
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        at += chunk.length
        failures = 0
        if (at > bytes) throw new ServiceUnavailable(`${where}: expected ${bytes} bytes, got more`)
        yield chunk
      }
    } catch (error) {
      // A digest that is wrong is noticed last: what was handed out already cannot be taken back.
      if (!isTransient(error)) throw new ServiceUnavailable(`${where}: expected the stored bytes`, { cause: error })
      broken = error
    }
    failures += 1
    body = undefined
    if (at < bytes && failures === attempts)
      throw new ServiceUnavailable(`${where}: expected ${bytes} bytes, got ${at}`, { cause: broken })
  }
}

/** What is under a key now; `undefined` when nothing is. */
export async function pinObject({ client, bucket, where, owner }: Place, key: string): Promise<Pinned | undefined> {
  try {
    const reply = await client.send(new HeadObjectCommand({ Bucket: bucket, ExpectedBucketOwner: owner, Key: key }))
    return { key, bytes: lengthOf(where, reply), etag: reply.ETag }
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw faultOf(where, error)
  }
}

/** The bytes `from <= at < to` of the pinned object, at least one. A connection that breaks is opened again. */
export async function readRange(place: Place, pinned: Pinned, from: number, to: number): Promise<Uint8Array> {
  const { where } = place
  for (let attempt = 1; ; attempt += 1) {
    const bytes = new Uint8Array(to - from)
    let at = 0
    try {
      const body = await calling(where, () => openRange(place, pinned, from, to))
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        if (at + chunk.length > bytes.length)
          throw new ServiceUnavailable(`${where}: expected ${to - from} bytes, got more`)
        bytes.set(chunk, at)
        at += chunk.length
      }
      if (at === bytes.length) return bytes
    } catch (error) {
      if (!isTransient(error) || attempt === attempts) throw faultOf(where, error)
    }
    if (attempt === attempts) throw new ServiceUnavailable(`${where}: expected ${to - from} bytes, got ${at}`)
  }
}

async function openRange(place: Place, { key, bytes, etag }: Pinned, from: number, to: number): Promise<Readable> {
  const got = await getObject(place, { Key: key, IfMatch: etag, Range: `bytes=${from}-${to - 1}` })
  if (got.bytes === to - from) return got.body
  // Whoever answers may leave a range out of account.
  if (got.bytes === bytes) return Readable.from(between(got.body, from, to))
  got.body.destroy()
  throw new ServiceUnavailable(`${place.where}: expected ${to - from} bytes from ${from}, got ${got.bytes}`)
}

async function* between(body: AsyncIterable<Uint8Array>, from: number, to: number): Chunks {
  let at = 0
  for await (const chunk of body) {
    const [first, last] = [Math.max(0, from - at), Math.min(chunk.length, to - at)]
    if (first < last) yield chunk.subarray(first, last)
    at += chunk.length
    if (at >= to) return
  }
}

async function reopen(place: Place, pinned: Pinned, at: number): Promise<Readable> {
  const { key, bytes, etag, versionId } = pinned
  const range = at === 0 ? {} : { Range: `bytes=${at}-` }
  const got = await getObject(place, { Key: key, VersionId: versionId, IfMatch: etag, ...range })
  if (got.bytes === bytes - at) return got.body
  // Whoever answers may leave a range out of account, and then begins again.
  if (got.bytes === bytes) return Readable.from(behind(got.body, at))
  got.body.destroy()
  throw new ServiceUnavailable(`${place.where}: expected ${bytes - at} bytes from ${at}, got ${got.bytes}`)
}

async function getObject({ client, bucket, where, owner }: Place, input: Omit<GetObjectCommandInput, 'Bucket'>) {
  const reply = await client.send(new GetObjectCommand({ Bucket: bucket, ExpectedBucketOwner: owner, ...input }))
  const body = reply.Body as Readable
  // A connection may break before anybody listens: whoever reads the body is told, and until then nobody is.
  body.on('error', () => {})
  try {
    return { body, bytes: lengthOf(where, reply), etag: reply.ETag }
  } catch (error) {
    body.destroy()
    throw error
  }
}

async function* behind(body: AsyncIterable<Uint8Array>, skip: number): Chunks {
  let left = skip
  for await (const chunk of body) {
    if (chunk.length > left) yield chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
}

/** An answer without a length is no answer: what it holds could be taken for all there is. */
export function lengthOf(where: string, { ContentLength }: { ContentLength?: number | undefined }): number {
  if (ContentLength === undefined) throw new ServiceUnavailable(`${where}: expected a length, got none`)
  return ContentLength
}

/** The keys that begin with `prefix`, in byte order; only those behind `after`, when it is given. */
export async function* listKeys(
  { client, bucket, where, owner }: Place,
  prefix: string,
  after?: string,
): AsyncGenerator<string> {
  for (let token: string | undefined; ; ) {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      ExpectedBucketOwner: owner,
      Prefix: prefix,
      StartAfter: after,
      ContinuationToken: token,
    })
    const { Contents = [], IsTruncated, NextContinuationToken } = await calling(where, () => client.send(command))
    for (const { Key } of Contents) if (Key !== undefined) yield Key
    if (!IsTruncated) return
    if (NextContinuationToken === undefined)
      throw new ServiceUnavailable(`${where}: expected where the listing goes on`)
    token = NextContinuationToken
  }
}
