import { OdvError, ServiceRefused, ServiceUnavailable } from '../errors.ts'

/**
 * What the SDK throws, in our words. Its own messages may quote keys of objects and items, so none of them is passed on:
 * they stay in `cause`, which nobody prints. What is printed is the place, the code and the HTTP status.
 */

/** Codes by which a service says that it is worth asking again. */
const worthARetry = new Set([
  'BandwidthLimitExceeded',
  'ExpiredToken',
  'ExpiredTokenException',
  'KMSInternalException',
  'KeyUnavailableException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestExpired',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeout',
  'RequestTimeoutException',
  'SlowDown',
  'Throttling',
  'ThrottledException',
  'ThrottlingException',
  'TimeoutError',
  'TooManyRequestsException',
  'TransactionInProgressException',
])

/** Codes of Node.js for a network that failed. */
const network = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ETIMEDOUT',
])

type Thrown = {
  name?: unknown
  code?: unknown
  cause?: unknown
  $retryable?: unknown
  $metadata?: { httpStatusCode?: number }
}

/** The HTTP status with which a service refused a call. */
export function statusOf(error: unknown): number | undefined {
  return (error as Thrown | undefined)?.$metadata?.httpStatusCode
}

/** Whether a service answered with one of these codes. */
export function isFault(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && codes.includes(error.name)
}

/** Whether the same call may succeed later: overload, an outage, a broken connection, credentials that are renewed. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { name, code, cause, $retryable } = error as Thrown
  const status = statusOf(error) ?? 0
  return (
    status >= 500 ||
    status === 429 ||
    $retryable !== undefined ||
    worthARetry.has(String(name)) ||
    network.has(String(code)) ||
    isTransient(cause)
  )
}

/** The error to throw for whatever `where` met. One of ours passes as it is. */
export function faultOf(where: string, error: unknown): OdvError {
  if (error instanceof OdvError) return error
  const got = describe(error)
  return isTransient(error)
    ? new ServiceUnavailable(`${where}: expected an answer, got ${got}`, { cause: error })
    : new ServiceRefused(`${where}: expected to be served, got ${got}`, { cause: error })
}

/** Runs one call and tells its fault in our words. */
export async function calling<T>(where: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw faultOf(where, error)
  }
}

/** A code is a word; whatever else stands in its place may be data. */
function describe(error: unknown): string {
  const { name, code } = (error ?? {}) as Thrown
  const status = statusOf(error)
  const word = [code, name].find((each) => typeof each === 'string' && /^[A-Za-z][A-Za-z0-9_.]{2,63}$/.test(each))
  return `${word ?? 'a fault'}${status === undefined ? '' : ` (HTTP ${status})`}`
}
