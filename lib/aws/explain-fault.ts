import { NotKnown, OdvError, ServiceRefused, ServiceUnavailable, UsageInvalid } from '../errors.ts'
import type { DeploymentNames } from './deployment-names.ts'
import { faultOf, isFault, statusOf } from './faults.ts'

const withoutCredentials = ['CredentialsProviderError', 'TokenProviderError']
const rejectedCredentials = [
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]
const absent = ['NoSuchBucket', 'NotFoundException', 'ResourceNotFoundException', 'StateMachineDoesNotExist']

/** Whether a person has to log in before the same call can succeed: nothing renews what ran out. */
export function isExpired(error: unknown): boolean {
  const cause = error instanceof OdvError ? error.cause : error
  return isFault(cause, ...withoutCredentials, ...rejectedCredentials)
}

/**
 * What a person is told who asked a deployment: what to do about credentials, which right is missing, or that there is
 * no such deployment. Anything else stays as it is.
 */
export function explainFault(error: unknown, names?: Pick<DeploymentNames, 'prefix' | 'account' | 'region'>): unknown {
  if (error instanceof OdvError && !(error instanceof ServiceRefused || error instanceof ServiceUnavailable))
    return error
  if (!(error instanceof OdvError) && !isExpired(error) && statusOf(error) === undefined) return error
  const fault = faultOf('aws', error)
  const cause = fault.cause ?? error
  if (isFault(cause, ...withoutCredentials))
    return new UsageInvalid(
      'aws: credentials: expected some, got none; log in (aws sso login), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
      { cause },
    )
  if (isFault(cause, ...rejectedCredentials))
    return new UsageInvalid(
      `aws: credentials: expected valid ones, got ${(cause as Error).name}; log in again (aws sso login), or look at AWS_PROFILE and the clock`,
      { cause },
    )
  if (isDenied(cause)) return new ServiceRefused(`aws: ${describeDenied(fault, cause)}`, { cause })
  if (names && isFault(cause, ...absent))
    return new NotKnown(
      `${names.prefix}: expected a deployment of this name in account ${names.account}, Region ${names.region}, got none ` +
        `(${describeAbsent(fault)}); name another one with --stage and --region`,
      { cause },
    )
  return fault
}

function isDenied(cause: unknown): boolean {
  return isFault(cause, 'AccessDenied', 'AccessDeniedException', 'KMSAccessDeniedException') || statusOf(cause) === 403
}

/** IAM says which action on which resource; a HEAD of S3 has no words, and then what was done has to do. */
function describeDenied(fault: OdvError, cause: unknown): string {
  const text = cause instanceof Error ? cause.message : ''
  const [, action, , resource] =
    /not authorized to perform: ([a-z0-9-]+:[A-Za-z*]+)( on resource: "?([\w:/+=,.@*-]+)"?)?/.exec(text) ?? []
  const what = fault instanceof ServiceRefused ? fault.message.replace(/: expected to be served, got .*$/, '') : ''
  if (action === undefined) return `${what.replace(/^aws: /, '')}: expected the right to do it, got access denied`
  return `${action}: expected the right to it${resource === undefined ? '' : ` on ${resource}`}, got access denied`
}

function describeAbsent(fault: OdvError): string {
  return fault.message.replace(/^aws: /, '').replace(/: expected to be served, got .*$/, '')
}
