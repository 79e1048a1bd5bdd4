import type { LambdaClient } from '@aws-sdk/client-lambda'
import { describe, expect, it } from 'vitest'
import { callFunction } from '../../lib/aws/call-function.ts'
import { namesOf } from '../../lib/aws/deployment-names.ts'
import { describeFailure } from '../../lib/aws/describe-failure.ts'

/** What executions and functions of a deployment end with, as a person is told. */

const names = namesOf({ stage: 'prod', partition: 'aws', account: '111122223333', region: 'eu-west-1' })
const subject = '7100000000000000001'

describe('names of a deployment', () => {
  it('follow from its stage, account and Region', () => {
    expect(names).toMatchObject({
      prefix: 'odv-prod',
      evidenceBucket: 'odv-prod-evidence-111122223333-eu-west-1',
      intakeBucket: 'odv-prod-intake-111122223333-eu-west-1',
      ledgerTable: 'odv-prod-ledger',
      runStateTable: 'odv-prod-run-state',
      machines: 'arn:aws:states:eu-west-1:111122223333:stateMachine:odv-prod',
    })
  })
})

describe('an execution that failed', () => {
  for (const [what, failed, expected] of [
    [
      'in a state',
      { error: 'ManifestInvalid', cause: 'failed in BuildIndex' },
      'ManifestInvalid: failed in BuildIndex; the log group /aws/lambda/odv-prod-build-index says why',
    ],
    [
      'in a state that is no function',
      { error: 'States.Runtime', cause: 'failed in VerifyStores' },
      'States.Runtime: failed in VerifyStores',
    ],
    [
      'in a function of ours',
      { error: 'NotKnown', cause: JSON.stringify({ errorType: 'NotKnown', errorMessage: 'export x: expected a log' }) },
      'NotKnown: export x: expected a log',
    ],
    [
      'with a fault of somebody else, whose text may be data',
      { error: 'TypeError', cause: JSON.stringify({ errorType: 'TypeError', errorMessage: subject }) },
      'TypeError: the execution says no more',
    ],
    ['with text that may be data', { error: 'NotKnown', cause: subject }, 'NotKnown: the execution says no more'],
    ['because it was stopped', { error: 'Aborted' }, 'Aborted: somebody stopped the execution'],
    ['without a word', { error: 'States.Timeout' }, 'States.Timeout: the execution says no more'],
  ] as const)
    it(`is told in words when it failed ${what}`, () => {
      expect(describeFailure(failed, names)).toBe(expected)
    })
})

describe('a function', () => {
  const call = (answer: { FunctionError?: string; Payload: string }) =>
    callFunction(
      { send: async () => ({ ...answer, Payload: Buffer.from(answer.Payload) }) } as unknown as LambdaClient,
      names,
      'acknowledge',
      {},
    )

  it('gives its answer', async () => {
    expect(await call({ Payload: '{"first":true}' })).toEqual({ first: true })
  })

  it('fails under the name and with the words that it has where it runs', async () => {
    const Payload = JSON.stringify({ errorType: 'NotKnown', errorMessage: 'request x: expected a request' })
    await expect(call({ FunctionError: 'Unhandled', Payload })).rejects.toMatchObject({
      name: 'NotKnown',
      message: 'request x: expected a request',
    })
  })

  for (const Payload of [JSON.stringify({ errorType: 'Error', errorMessage: subject }), 'no JSON', ''])
    it(`fails without words that may be data: ${Payload.length} characters`, async () => {
      await expect(call({ FunctionError: 'Unhandled', Payload })).rejects.toMatchObject({
        name: 'FunctionFailed',
        message: expect.not.stringContaining(subject),
      })
    })
})
