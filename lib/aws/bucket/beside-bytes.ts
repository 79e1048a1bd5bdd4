import {
  GetObjectTaggingCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3'
import type { Clock } from '../../ports.ts'
import { hostOf } from '../../regions.ts'
import type { Bucket } from './bucket-client.ts'
import { faultCode, toFault } from './bucket-faults.ts'
import { kept } from './deletion-answer.ts'
import { isRefusal } from './deletion-faults.ts'
import type { ExactVersion } from './exact-version.ts'
import { describeProtection } from './explain-refusal.ts'

/** What a version has beside its bytes, as a request has to say it so that another one has the same. Access control lists are not among it: the new version has what the bucket gives. */
export type BesideBytes = Pick<
  PutObjectCommandInput,
  | (typeof texts)[number]
  | 'BucketKeyEnabled'
  | 'ContentEncoding'
  | 'Expires'
  | 'Metadata'
  | 'ServerSideEncryption'
  | 'SSEKMSKeyId'
  | 'StorageClass'
  | 'Tagging'
>

const texts = [
  'CacheControl',
  'ContentDisposition',
  'ContentLanguage',
  'ContentType',
  'WebsiteRedirectLocation',
] as const

/**
 * Reads what exactly this version has beside its bytes. What another one cannot be given keeps the version. `lock`: what keeps it from being deleted now.
 * @throws StoreUnavailable
 */
export async function readBeside(
  bucket: Bucket,
  { Key, VersionId }: ExactVersion,
  clock: Clock,
): Promise<{ kind: 'read'; beside: BesideBytes; lock: string | undefined } | { kind: 'kept'; reason: string }> {
  const version = { ...bucket.target, Key, VersionId }
  try {
    const head = await bucket.client.send(new HeadObjectCommand(version))
    const beside = toBeside(bucket, head)
    if (beside === undefined) return kept(uncarried)
    const { TagSet } = await bucket.client.send(new GetObjectTaggingCommand(version)).catch(noTags)
    if (TagSet === undefined) return kept(unread)
    const tags = TagSet.map(({ Key = '', Value = '' }) => `${encodeURIComponent(Key)}=${encodeURIComponent(Value)}`)
    const Tagging = tags.toSorted().join('&')
    return { kind: 'read', beside: { ...beside, ...(Tagging && { Tagging }) }, lock: lockOf(head, clock) }
  } catch (error) {
    if (isRefusal(error)) return kept(unread)
    throw toFault(bucket, 'HeadObject', error)
  }
}

const unread = 'its metadata or tags cannot be read, so that another one would not have them'
const uncarried = 'it has metadata that another one cannot be given'

/** A server that knows none, or says so of a version without any. */
function noTags(error: unknown): { TagSet: { Key?: string; Value?: string }[] } {
  if (['NoSuchTagSet', 'NotImplemented', 'MethodNotAllowed'].includes(faultCode(error))) return { TagSet: [] }
  throw error
}

function lockOf(head: HeadObjectCommandOutput, clock: Clock): string | undefined {
  if (head.ObjectLockLegalHoldStatus === 'ON') return describeProtection({ code: 'legal-hold' })
  const until = head.ObjectLockRetainUntilDate
  return until !== undefined && until > clock()
    ? describeProtection({ code: 'retention', until: until.toISOString() })
    : undefined
}

/** Absent: not all of it can be said again, since it is not plain ASCII (of which a signature is sure), or S3 does not show it. */
function toBeside({ config }: Bucket, head: HeadObjectCommandOutput): BesideBytes | undefined {
  const { Metadata = {}, ExpiresString, SSEKMSKeyId, StorageClass } = head
  // AWS encrypts all that is new. What it says nothing of was there before, and goes on without a key that its readers may not have.
  const ServerSideEncryption = head.ServerSideEncryption ?? (hostOf(config) === undefined ? 'AES256' : undefined)
  if ((head.MissingMeta ?? 0) > 0 || head.SSECustomerAlgorithm !== undefined) return undefined
  const Expires = ExpiresString === undefined ? undefined : new Date(ExpiresString)
  if (Expires !== undefined && toHttpDate(Expires) !== ExpiresString) return undefined
  // How a request was cut into chunks, which some servers keep.
  const ContentEncoding = head.ContentEncoding?.split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each !== 'aws-chunked')
    .join(',')
  const given = Object.fromEntries(texts.flatMap((name) => (head[name] === undefined ? [] : [[name, head[name]]])))
  const said = [...Object.entries(Metadata).flat(), ...Object.values(given), ContentEncoding ?? '']
  if (said.some((text) => !/^[ -~]*$/.test(text))) return undefined
  return {
    ...given,
    Metadata,
    ...(ContentEncoding && { ContentEncoding }),
    ...(Expires && { Expires }),
    ...(StorageClass && { StorageClass }),
    ...(ServerSideEncryption && { ServerSideEncryption }),
    ...(SSEKMSKeyId && { SSEKMSKeyId }),
    ...(ServerSideEncryption === 'aws:kms' && { BucketKeyEnabled: head.BucketKeyEnabled ?? false }),
  }
}

const toHttpDate = (date: Date) => (Number.isNaN(date.getTime()) ? undefined : date.toUTCString())
