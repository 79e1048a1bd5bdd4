import type { BucketConfig } from '../../config.ts'
import { ConfigInvalid, OdvError, StoreUnavailable } from '../../errors.ts'

/** What a failed request of the SDK says, by field; the text of its message may quote a key and is never used. */
type Failure = {
  name?: unknown
  Code?: unknown
  code?: unknown
  $metadata?: { httpStatusCode?: number }
  $response?: { statusCode?: number; headers?: Record<string, string> }
}

/** S3's code of an error, or that of the connection: letters, dots and underscores. */
export function faultCode(error: unknown): string {
  const { name, Code, code } = (error ?? {}) as Failure
  const found = [Code, name === 'Error' ? undefined : name, code].find(
    (each): each is string => typeof each === 'string' && /^[A-Za-z_.]{1,64}$/.test(each),
  )
  return found ?? 'an unknown error'
}

export const faultStatus = (error: unknown): number | undefined =>
  (error as Failure)?.$metadata?.httpStatusCode ?? (error as Failure)?.$response?.statusCode

/** For a message. */
export function describeFault(error: unknown): string {
  const status = faultStatus(error)
  return status === undefined ? faultCode(error) : `${faultCode(error)} (HTTP ${status})`
}

/**
 * The request was refused for who or when it was signed, whatever it asked for. Nothing follows from it about an object:
 * it is a fault, to be tried again with other credentials or a clock that was set.
 */
const notAboutTheObject = new Set([
  'AccountProblem',
  'AllAccessDisabled',
  'AuthorizationHeaderMalformed',
  'AuthorizationQueryParametersError',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSecurity',
  'InvalidToken',
  'NotSignedUp',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
  'UnrecognizedClientException',
])

export const isAboutSigning = (error: unknown): boolean => notAboutTheObject.has(faultCode(error))

/** Nobody answered what was asked: worth a retry. Anything else is an answer, and a refusal. */
export function isOutage(error: unknown): boolean {
  const status = faultStatus(error)
  return status === undefined || status === 429 || (status >= 500 && status !== 501) || isAboutSigning(error)
}

const [signIn, lookAtPlace] = [
  'log in again, or look at the keys of the reader',
  'look at the network, and at region and endpoint of the store',
]
/** What people can do about it, by its code. */
const mends = new Map([
  ['AccessDenied', 'the reader needs the right to it, and s3.requesterPays where whoever reads the bucket pays'],
  ['NoSuchBucket', 'look at bucket, region and endpoint of the store'],
  ['ExpiredToken', signIn],
  ['InvalidAccessKeyId', signIn],
  ['SignatureDoesNotMatch', signIn],
  ['RequestTimeTooSkewed', 'set the clock of this machine'],
  ['ENOTFOUND', lookAtPlace],
  ['ECONNREFUSED', lookAtPlace],
  ['EAI_AGAIN', lookAtPlace],
])

/**
 * What a request that failed for good is to the product. A bucket in another Region is a wrong configuration: it is never
 * followed, since it may be at home.
 */
export function toFault(
  { storeId, config }: { storeId: string; config: BucketConfig },
  operation: string,
  error: unknown,
): OdvError {
  if (error instanceof OdvError) return error
  const region = (error as Failure)?.$response?.headers?.['x-amz-bucket-region']
  if (config.region !== undefined && region !== undefined && region !== config.region && /^[a-z0-9-]+$/.test(region))
    return new ConfigInvalid(
      `store ${storeId}: s3.region: expected ${region}, where the bucket is, got ${config.region}`,
    )
  if (faultCode(error) === 'CredentialsProviderError')
    return new StoreUnavailable(
      `store ${storeId}: ${operation}: expected credentials, got none; log in (aws sso login), or set readProfile and deleteProfile of the store, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
    )
  const toMend =
    faultCode(error) === 'AccessDenied' && config.requesterPays === true ? undefined : mends.get(faultCode(error))
  return new StoreUnavailable(
    `store ${storeId}: ${operation}: expected an answer, got ${describeFault(error)}${toMend === undefined ? '' : `; ${toMend}`}`,
  )
}
