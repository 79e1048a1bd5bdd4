import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { CreateStateMachineCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallCalls } from '../../lib/aws/client-options.ts'
import { stepFunctionsExecutions } from '../../lib/aws/step-functions-executions.ts'
import type { Execution, Executions } from '../../lib/ports.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'

const account = '000000000000'
const arnPrefix = (prefix: string) => `arn:aws:states:us-east-1:${account}:stateMachine:${prefix}`

/**
 * MiniStack refuses every name that there was. Step Functions answers a repeated start of an execution that still runs as
 * it answered the first one: that is `started`, where MiniStack makes it `exists`. Both start nothing.
 */
describe.skipIf(withoutMinistack)(onMinistack, () => {
  let server: Ministack
  let client: SFNClient
  beforeAll(async () => {
    server = await startMinistack({ waits: true })
    client = new SFNClient({ ...smallCalls, ...server })
  })
  afterAll(async () => {
    client?.destroy()
    await server?.stop()
  })

  /** The two machines of a deployment: one waits until it is stopped, the other does as its input says. */
  async function deploy(): Promise<{ executions: Executions; machines: string }> {
    const prefix = `odv-${randomBytes(4).toString('hex')}`
    const definitions = {
      'verify-run': { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 600, End: true } } },
      'export-filing': {
        StartAt: 'Which',
        States: {
          Which: {
            Type: 'Choice',
            Choices: [{ Variable: '$.fails', BooleanEquals: true, Next: 'No' }],
            Default: 'Yes',
          },
          No: { Type: 'Fail', Error: 'NotKnown', Cause: 'nothing is selected' },
          Yes: { Type: 'Succeed' },
        },
      },
    }
    for (const [name, definition] of Object.entries(definitions))
      await client.send(
        new CreateStateMachineCommand({
          name: `${prefix}-${name}`,
          roleArn: `arn:aws:iam::${account}:role/machine`,
          definition: JSON.stringify(definition),
        }),
      )
    return { executions: stepFunctionsExecutions(client, arnPrefix(prefix)), machines: arnPrefix(prefix) }
  }

  async function ended(find: () => Promise<Execution | undefined>): Promise<Execution | undefined> {
    for (;;) {
      const execution = await find()
      if (execution?.state !== 'running') return execution
      await pause(50)
    }
  }

  it('starts an execution once: the same name and input start nothing again, while it runs and afterwards', async () => {
    const { executions, machines } = await deploy()
    const input = { trigger: 'on-demand' }
    expect(await executions.find('verify-run', 'run-1')).toBeUndefined()
    expect(await executions.start('verify-run', 'run-1', input)).toBe('started')
    expect(await executions.find('verify-run', 'run-1')).toEqual({ state: 'running' })
    expect(await executions.start('verify-run', 'run-1', input)).toBe('exists')
    const executionArn = `${machines.replace(':stateMachine:', ':execution:')}-verify-run:run-1`
    await client.send(new StopExecutionCommand({ executionArn }))
    expect(await executions.find('verify-run', 'run-1')).toEqual({ state: 'failed', error: 'Aborted' })
    expect(await executions.start('verify-run', 'run-1', input)).toBe('exists')
  })

  it('refuses a name that was used with another input', async () => {
    const { executions } = await deploy()
    await executions.start('verify-run', 'run-1', { trigger: 'on-demand' })
    await expect(executions.start('verify-run', 'run-1', { trigger: 'nightly' })).rejects.toMatchObject({
      name: 'NameTaken',
    })
    expect(await executions.start('verify-run', 'run-2', { trigger: 'nightly' })).toBe('started')
  })

  it('says how an execution ended, by the name of its error', async () => {
    const { executions } = await deploy()
    await executions.start('export-filing', 'good', { fails: false })
    await executions.start('export-filing', 'bad', { fails: true })
    expect(await ended(() => executions.find('export-filing', 'good'))).toEqual({ state: 'succeeded' })
    expect(await ended(() => executions.find('export-filing', 'bad'))).toMatchObject({
      state: 'failed',
      error: 'NotKnown',
    })
  })

  it('takes a machine that is not there for a fault', async () => {
    const executions = stepFunctionsExecutions(client, arnPrefix('odv-none'))
    await expect(executions.start('verify-run', 'run-1', {})).rejects.toMatchObject({ name: 'ServiceRefused' })
  })
})

describe('what Step Functions says of an execution', () => {
  const answering = (status: string, error?: string) => {
    const client = new SFNClient({ region: 'us-east-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' } })
    const output = { status, error, $metadata: {} }
    client.middlewareStack.add(() => async () => ({ output, response: {} }) as never, { step: 'initialize' })
    return stepFunctionsExecutions(client, arnPrefix('odv'))
  }
  const statuses: [string, string | undefined, Execution][] = [
    ['RUNNING', undefined, { state: 'running' }],
    ['PENDING_REDRIVE', undefined, { state: 'running' }],
    ['SUCCEEDED', undefined, { state: 'succeeded' }],
    ['FAILED', 'CheckpointRefused', { state: 'failed', error: 'CheckpointRefused' }],
    ['FAILED', undefined, { state: 'failed', error: 'States.Runtime' }],
    ['ABORTED', undefined, { state: 'failed', error: 'Aborted' }],
    ['TIMED_OUT', undefined, { state: 'failed', error: 'States.Timeout' }],
    ['SOMETHING_NEW', undefined, { state: 'failed', error: 'States.Runtime' }],
  ]
  for (const [status, error, execution] of statuses)
    it(`becomes ${execution.state} when it is ${status}${error === undefined ? '' : ` with ${error}`}`, async () => {
      expect(await answering(status, error).find('verify-run', 'run-1')).toEqual(execution)
    })
})
