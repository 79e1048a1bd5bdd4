import { describe, expect, it } from 'vitest'
import { toFault } from '../../lib/aws/bucket/bucket-faults.ts'
import { explainFault, isExpired } from '../../lib/aws/explain-fault.ts'
import { faultOf } from '../../lib/aws/faults.ts'
import { NotKnown } from '../../lib/errors.ts'

const names = { prefix: 'odv-prod', account: '111122223333', region: 'eu-west-1' }

/** As the SDK throws it. */
const thrown = (name: string, message: string, status?: number) =>
  Object.assign(new Error(message), { name, ...(status !== undefined && { $metadata: { httpStatusCode: status } }) })

const denied =
  'User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform: states:StartExecution on resource: ' +
  'arn:aws:states:eu-west-1:111122223333:stateMachine:odv-prod-verify-run because no identity-based policy allows it'

describe('a fault of AWS', () => {
  for (const [what, error, name, says] of [
    [
      'no credentials',
      thrown('CredentialsProviderError', 'Could not load'),
      'UsageInvalid',
      /credentials.*aws sso login/,
    ],
    ['an expired login', thrown('TokenProviderError', 'expired'), 'UsageInvalid', /credentials.*aws sso login/],
    [
      'expired credentials',
      thrown('ExpiredTokenException', 'x', 400),
      'UsageInvalid',
      /got ExpiredTokenException; log in/,
    ],
    ['credentials of nobody', thrown('InvalidClientTokenId', 'x', 403), 'UsageInvalid', /got InvalidClientTokenId/],
    [
      'a right that is missing',
      thrown('AccessDeniedException', denied, 400),
      'ServiceRefused',
      /^aws: states:StartExecution: expected the right to it on arn:aws:states:.*:odv-prod-verify-run, got access denied$/,
    ],
    [
      'a right that is missing and not named',
      thrown('UnknownError', 'UnknownError', 403),
      'ServiceRefused',
      /^aws: evidence: has: expected the right to do it, got access denied$/,
    ],
    [
      'a table that is not there',
      thrown('ResourceNotFoundException', 'Requested resource not found', 400),
      'NotKnown',
      /odv-prod: expected a deployment of this name in account 111122223333, Region eu-west-1, got none \(evidence: has\)/,
    ],
    [
      'a machine that is not there',
      thrown('StateMachineDoesNotExist', 'x', 400),
      'NotKnown',
      /odv-prod: expected a dep/,
    ],
    ['a bucket that is not there', thrown('NoSuchBucket', 'x', 404), 'NotKnown', /odv-prod: expected a deployment/],
    ['a key that is not there', thrown('NotFoundException', 'x', 400), 'NotKnown', /odv-prod: expected a deployment/],
    [
      'throttling',
      thrown('ThrottlingException', 'Rate exceeded', 400),
      'ServiceUnavailable',
      /got ThrottlingException/,
    ],
    ['an outage', thrown('InternalServerError', 'x', 500), 'ServiceUnavailable', /HTTP 500/],
    ['anything else', thrown('ValidationException', 'quotes data', 400), 'ServiceRefused', /got ValidationException/],
  ] as const) {
    it(`is explained: ${what}`, () => {
      expect(explainFault(faultOf('evidence: has', error), names)).toMatchObject({
        name,
        message: expect.stringMatching(says),
      })
    })
  }

  it('is explained as well when nobody gave it a place', () => {
    expect(explainFault(thrown('ExpiredToken', 'x', 400))).toMatchObject({ name: 'UsageInvalid' })
  })

  it('never quotes what a service said beside action and resource', () => {
    const secret = thrown('AccessDenied', `${denied} 7100000000000000001`, 403)
    expect(String((explainFault(faultOf('x', secret), names) as Error).message)).not.toContain('7100000000000000001')
  })

  it('is left alone when it is none', () => {
    for (const error of [new TypeError('x'), new NotKnown('run x: expected a run'), 'text'])
      expect(explainFault(error, names)).toBe(error)
  })

  it('is told of a store as well where nobody is logged in', () => {
    const store = { storeId: 'sg', config: { bucket: 'backups', pathStyle: false } } as Parameters<typeof toFault>[0]
    const { message } = toFault(store, 'ListObjectVersions', thrown('CredentialsProviderError', 'Could not load'))
    expect(message).toMatch(/^store sg: ListObjectVersions: expected credentials, got none; log in .* readProfile/)
  })

  it('tells credentials that ran out from what passes by itself', () => {
    expect(isExpired(faultOf('x', thrown('ExpiredTokenException', 'x', 400)))).toBe(true)
    expect(isExpired(faultOf('x', thrown('ThrottlingException', 'x', 400)))).toBe(false)
  })
})
