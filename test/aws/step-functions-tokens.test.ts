import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetActivityTaskCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallCalls } from '../../lib/aws/client-options.ts'
import { stepFunctionsTokens } from '../../lib/aws/step-functions-tokens.ts'
import { taskTokensContract } from '../contracts/task-tokens.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'

describe.skipIf(withoutMinistack)(onMinistack, () => {
  let server: Ministack
  let client: SFNClient
  beforeAll(async () => {
    server = await startMinistack()
    client = new SFNClient({ ...server })
  })
  afterAll(async () => {
    client?.destroy()
    await server?.stop()
  })

  taskTokensContract('Step Functions', async () => {
    const name = `waiting-${randomBytes(6).toString('hex')}`
    const { activityArn } = await client.send(new CreateActivityCommand({ name }))
    const { stateMachineArn } = await client.send(
      new CreateStateMachineCommand({
        name,
        roleArn: 'arn:aws:iam::000000000000:role/machine',
        definition: JSON.stringify({
          StartAt: 'Wait',
          States: { Wait: { Type: 'Task', Resource: activityArn, End: true } },
        }),
      }),
    )
    return {
      tokens: stepFunctionsTokens(client),
      async wait() {
        const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, input: '{}' }))
        const { taskToken } = await client.send(new GetActivityTaskCommand({ activityArn }))
        return {
          token: taskToken!,
          async answer() {
            for (;;) {
              const { status, output } = await client.send(new DescribeExecutionCommand({ executionArn }))
              if (status === 'SUCCEEDED') return JSON.parse(output!)
              expect(status).toBe('RUNNING')
              await pause(50)
            }
          },
        }
      },
    }
  })

  describe('what Step Functions says', () => {
    const answering = (name: string, status: number) => {
      const refusing = new SFNClient({ ...smallCalls, ...server, maxAttempts: 1 })
      const fault = Object.assign(new Error('token AAAA'), { name, $metadata: { httpStatusCode: status } })
      refusing.middlewareStack.add(() => () => Promise.reject(fault), { step: 'finalizeRequest' })
      return stepFunctionsTokens(refusing)
    }

    for (const name of ['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])
      it(`is no harm when it is ${name}`, async () => {
        await answering(name, 400).succeed('token', {})
      })

    const faults = [
      { name: 'ThrottlingException', status: 400, becomes: 'ServiceUnavailable' },
      { name: 'InternalServerError', status: 500, becomes: 'ServiceUnavailable' },
      { name: 'AccessDeniedException', status: 400, becomes: 'ServiceRefused' },
      { name: 'InvalidOutput', status: 400, becomes: 'ServiceRefused' },
      { name: 'KmsAccessDeniedException', status: 400, becomes: 'ServiceRefused' },
    ]
    for (const { name, status, becomes } of faults)
      it(`is ${becomes} when it is ${name}, without the token`, async () => {
        const error = await answering(name, status)
          .succeed('token', {})
          .catch((thrown) => thrown)
        expect(error.name).toBe(becomes)
        expect(error.message).not.toContain('AAAA')
      })
  })
})
