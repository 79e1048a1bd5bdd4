import { StoreUnavailable } from '../errors.ts'

/** What the SDK throws, in our words. Its own text may quote a key, and so may its other fields: nothing of it is passed on. */
export type S3Fault = { name: string; status: number; region?: string }

export function faultOf(error: unknown): S3Fault {
  const { name, $metadata, $response, Region } = (error ?? {}) as {
    name?: unknown
    $metadata?: { httpStatusCode?: number }
    $response?: { headers?: Record<string, string> }
    Region?: unknown
  }
  const region = $response?.headers?.['x-amz-bucket-region'] ?? Region
  return {
    name: typeof name === 'string' && /^[A-Za-z][A-Za-z0-9.]{0,63}$/.test(name) ? name : 'an error without a name',
    status: $metadata?.httpStatusCode ?? 0,
    ...(typeof region === 'string' && /^[a-z0-9-]{1,40}$/.test(region) && { region }),
  }
}

/** The version is not there. A bucket that is not there is an outage, and no good news. */
export const isAbsent = ({ name }: S3Fault) => ['NoSuchKey', 'NoSuchVersion', 'NoSuchUpload'].includes(name)

/** Refusals that say something about us, the bucket or the moment and nothing about one version. */
const general = new Set([
  'AuthorizationHeaderMalformed',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidToken',
  'NoSuchBucket',
  'PermanentRedirect',
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'SignatureDoesNotMatch',
  'SlowDown',
  'TokenRefreshRequired',
])

/** A refusal of one version, as opposed to an outage. */
export const isRefusal = ({ name, status }: S3Fault) =>
  status >= 400 && status < 500 && status !== 429 && !general.has(name)

/** Without its cause, which may quote keys. */
export function unavailable(storeId: string, what: string, { name }: S3Fault): StoreUnavailable {
  return new StoreUnavailable(`store ${storeId}: ${what}: expected an answer, got ${name}`)
}
