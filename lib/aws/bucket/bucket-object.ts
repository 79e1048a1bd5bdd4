import type { Readable } from 'node:stream'
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { ReadFailed, StoreUnavailable } from '../../errors.ts'
import type { ListedVersion } from '../../inventory/object-version.ts'
import type { ByteRange, Chunks, Clock, Opened } from '../../ports.ts'
import type { Bucket } from './bucket-client.ts'
import { isAboutSigning, toFault } from './bucket-faults.ts'
import { answerOf, failed, getObject, otherVersion, toUnreadable, type Unreadable } from './get-object.ts'
import { nullVersion } from './listing-pages.ts'
import type { LoneFaults } from './lone-faults.ts'
import { type BodyLimits, type FetchRange, readBody } from './object-body.ts'
import { metadataLabels, type TagReader } from './object-labels.ts'
import { readProtection } from './object-protection.ts'
import type { PartSizes } from './part-sizes.ts'
import { compositeChecksum, type StoredChecksum, storedChecksum } from './stored-checksum.ts'

/**
 * `named`: the answer has to say which version it is, since a server that does not may leave the id out of account, also when it deletes.
 * `faults`: a version that the server always answers with a fault is unreadable; without them that is a fault of the store.
 */
export type ObjectReading = {
  tags: TagReader
  parts: PartSizes
  clock: Clock
  limits?: BodyLimits
  named?: true
  faults?: LoneFaults
}

/**
 * Opens exactly the listed version, or a range of it: one request, pinned to its version id and its ETag. The checksum that
 * S3 keeps is of the whole, so a range goes without; a range behind the first bytes goes without tags as well.
 * @throws StoreUnavailable
 */
export async function openS3Object(
  bucket: Bucket,
  version: ListedVersion,
  reading: ObjectReading,
  range?: ByteRange,
): Promise<Opened> {
  const abort = new AbortController()
  const answer = await answerOf(bucket, version, abort.signal, range, reading.faults)
  if ('kind' in answer) return answer
  const body = answer.Body as Readable
  // A body that nobody reads any more may fail once it is closed.
  body.on('error', () => {})
  try {
    const extent = extentOf(answer, version, range)
    const wrong =
      extent === 'other'
        ? otherRange
        : checkAnswer(extent === 'range' ? asWhole(answer, version) : answer, version, reading.named)
    if (wrong !== undefined) {
      body.destroy()
      return wrong
    }
    const metadata = metadataLabels(answer)
    // Whoever reads ranges begins with the first bytes.
    const isFurther = range !== undefined && range.from > 0
    const tags = isFurther ? { labels: [] } : await reading.tags(version, answer.TagCount)
    const gap = metadata.gap ?? tags.gap
    let lost: Unreadable | undefined
    const fetch = rangeFetcher(bucket, version, abort.signal, (refused) => {
      lost = refused
    })
    const { from, to } = range ?? { from: 0, to: version.size }
    const read = (first?: Chunks) =>
      readBody(first, to - from, (at, until) => fetch(from + at, from + until), reading.limits)
    const first = range !== undefined && extent === 'whole' ? within(body, from, to) : body
    const stored = range === undefined ? await checksumOf(answer, version, reading) : undefined
    return {
      kind: 'opened',
      chunks: checked(bucket, stored, read(first), read),
      // Every request was pinned to the version: what was read of it, is of it.
      settle: async () => (lost ? { kind: 'changed', detail: lost.detail } : { kind: 'unchanged' }),
      labels: [...metadata.labels, ...tags.labels],
      ...(gap !== undefined && { gap }),
      protection: () => readProtection(bucket, version, answer, reading.clock),
      close: async () => {
        abort.abort()
        body.destroy()
      },
    }
  } catch (error) {
    abort.abort()
    body.destroy()
    throw error
  }
}

/**
 * What the whole is checked by. Where S3 keeps nothing, or does not tell the sizes of parts, the bytes are trusted as every byte over
 * TLS is, and belong to the listed version since its id and its ETag are pinned.
 */
async function checksumOf(
  answer: GetObjectCommandOutput,
  version: ListedVersion,
  { parts }: ObjectReading,
): Promise<StoredChecksum | undefined> {
  const whole = storedChecksum(answer)
  const composite = whole === undefined ? compositeChecksum(answer) : undefined
  const sizes = composite && (await parts(version, composite.parts))
  return sizes ? composite.of(sizes) : whole
}

/** Whether an answer is the version that was asked for. Not every server that speaks S3's protocol heeds every condition. */
function checkAnswer(answer: GetObjectCommandOutput, version: ListedVersion, named = false): Unreadable | undefined {
  const { ETag, VersionId, ContentLength, LastModified, DeleteMarker, Metadata } = answer
  const isNull = version.versionId.startsWith(nullVersion)
  const asked = isNull ? 'null' : version.versionId
  const isOther =
    DeleteMarker === true ||
    (version.etag !== undefined && ETag?.replace(/^"|"$/g, '') !== version.etag) ||
    (VersionId === undefined ? named : VersionId !== asked) ||
    (isNull && LastModified !== undefined && secondsOf(LastModified) !== secondsOf(new Date(version.modifiedAt)))
  if (isOther) return otherVersion
  if (ContentLength !== undefined && ContentLength !== version.size)
    return failed('size-differs', `expected ${version.size} bytes, got ${ContentLength}`)
  if (Object.keys(Metadata ?? {}).some((name) => encryptionClient.has(name)))
    return failed('encrypted', 'by its writer, before it was stored')
  return undefined
}

/** What an answer holds: the range that was asked for, the whole where a server knows no ranges, or neither. */
function extentOf(
  { ContentRange }: GetObjectCommandOutput,
  { size }: ListedVersion,
  range: ByteRange | undefined,
): 'range' | 'whole' | 'other' {
  if (ContentRange === undefined) return 'whole'
  const isAsked = range !== undefined && ContentRange === `bytes ${range.from}-${range.to - 1}/${size}`
  return isAsked ? 'range' : 'other'
}

/** Of a range, the length is its own: the size of the version stands beside it, and was compared. */
const asWhole = (answer: GetObjectCommandOutput, { size }: ListedVersion) => ({ ...answer, ContentLength: size })

const otherRange = failed('size-differs', 'expected a range of the listed version, got another one')

/** S3 gives the time of an object in whole seconds. */
const secondsOf = (time: Date) => Math.floor(time.getTime() / 1000)

/** User metadata of the Amazon S3 Encryption Client: its formats V1 and V2, and V3 with its short names. */
const encryptionClient = new Set([
  'x-amz-key',
  'x-amz-key-v2',
  'x-amz-iv',
  'x-amz-cek-alg',
  'x-amz-wrap-alg',
  'x-amz-c',
  'x-amz-3',
  'x-amz-d',
  'x-amz-i',
])

/** Ranges of the version that was opened. What became of it in the meantime ends the reading. */
function rangeFetcher(
  bucket: Bucket,
  version: ListedVersion,
  abortSignal: AbortSignal,
  onLost: (refused: Unreadable) => void,
): FetchRange {
  return async (from, to) => {
    let answer: GetObjectCommandOutput
    try {
      answer = await getObject(bucket, version, abortSignal, { from, to })
    } catch (error) {
      const refused = toUnreadable(error)
      if (refused?.reason === 'changed' || refused?.reason === 'disappeared') onLost(refused)
      if (refused)
        throw new ReadFailed(`store: read: expected bytes at ${from}, got an object that is ${refused.reason}`)
      throw isAboutSigning(error) ? toFault(bucket, 'GetObject', error) : error
    }
    const body = answer.Body as Readable
    body.on('error', () => {})
    const extent = extentOf(answer, version, { from, to })
    const whole = extent === 'whole'
    if (extent === 'other' || checkAnswer(whole ? answer : asWhole(answer, version), version) !== undefined) {
      body.destroy()
      throw new ReadFailed(`store: read: expected bytes ${from} to ${to} of the version, got another answer`)
    }
    return { chunks: whole ? within(body, from, to) : body, whole }
  }
}

async function* within(body: Chunks, from: number, to: number): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const chunk of body) {
    const part = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at))
    at += chunk.length
    if (part.length > 0) yield part
    if (at >= to) return
  }
}

/**
 * The bytes, and at their end a look at the checksum that S3 keeps of them. Where they differ the version is read once
 * more: bytes that are right now were damaged on the way, which is a fault; bytes that are not are damaged where they lie.
 * @throws StoreUnavailable @throws ReadFailed
 */
async function* checked(
  bucket: Bucket,
  stored: StoredChecksum | undefined,
  chunks: Chunks,
  again: () => Chunks,
): AsyncGenerator<Uint8Array> {
  if (stored === undefined) return yield* chunks
  const digest = stored.digest()
  for await (const chunk of chunks) {
    digest.update(chunk)
    yield chunk
  }
  if (digest.value() === stored.value) return
  const second = stored.digest()
  for await (const chunk of again()) second.update(chunk)
  const expected = `expected bytes with the stored ${stored.name}`
  throw second.value() === stored.value
    ? new StoreUnavailable(`store ${bucket.storeId}: GetObject: ${expected}, got others once`)
    : new ReadFailed(`store: read: ${expected}, got others twice`)
}
