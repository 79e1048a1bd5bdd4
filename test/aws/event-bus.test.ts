import { setTimeout as pause } from 'node:timers/promises'
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smallCalls } from '../../lib/aws/client-options.ts'
import { eventBus } from '../../lib/aws/event-bus.ts'
import type { EventDetails } from '../../lib/ports.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'

const verdict: EventDetails['odv.verdict'] = {
  id: 'run-1-sg-verdict',
  runId: 'run-1',
  storeId: 'sg',
  verdict: 'residual',
  seq: 4,
  reasons: 1,
  counts: { versions: 2, found: 1, unverified: 0, findings: 3, subjects: 3 },
}

describe.skipIf(withoutMinistack)(onMinistack, () => {
  let server: Ministack
  let events: EventBridgeClient
  let machines: SFNClient
  beforeAll(async () => {
    server = await startMinistack()
    events = new EventBridgeClient({ ...smallCalls, ...server })
    machines = new SFNClient({ ...smallCalls, ...server })
  })
  afterAll(async () => {
    events?.destroy()
    machines?.destroy()
    await server?.stop()
  })

  /** A bus with one rule, whose target is a state machine: what it was started with is what it heard. */
  async function listen(): Promise<() => Promise<Record<string, unknown>[]>> {
    await events.send(new CreateEventBusCommand({ Name: 'odv-events' }))
    const { stateMachineArn } = await machines.send(
      new CreateStateMachineCommand({
        name: 'listener',
        roleArn: 'arn:aws:iam::000000000000:role/machine',
        definition: JSON.stringify({ StartAt: 'Heard', States: { Heard: { Type: 'Succeed' } } }),
      }),
    )
    const pattern = { source: ['odv'], 'detail-type': ['odv.verdict'], detail: { verdict: ['residual'] } }
    const rule = { Name: 'residuals', EventBusName: 'odv-events' }
    await events.send(new PutRuleCommand({ ...rule, EventPattern: JSON.stringify(pattern) }))
    await events.send(
      new PutTargetsCommand({
        Rule: rule.Name,
        EventBusName: rule.EventBusName,
        Targets: [{ Id: 'listener', Arn: stateMachineArn, RoleArn: 'arn:aws:iam::000000000000:role/events' }],
      }),
    )
    return async () => {
      const { executions } = await machines.send(new ListExecutionsCommand({ stateMachineArn }))
      const described = (executions ?? []).map(({ executionArn }) =>
        machines.send(new DescribeExecutionCommand({ executionArn })),
      )
      return (await Promise.all(described)).map(({ input }) => JSON.parse(input!))
    }
  }

  it('tells those who listen, by source, kind and detail, and nobody of what they did not ask for', async () => {
    const heard = await listen()
    const bus = eventBus(events, 'odv-events')
    await bus.publish('odv.verdict', { ...verdict, verdict: 'verified' })
    await bus.publish('odv.request', {
      id: 'run-1-sg-0-request',
      runId: 'run-1',
      storeId: 'sg',
      pass: 0,
      requestId: 'run-1-sg-0',
      channel: 'manual',
    })
    await bus.publish('odv.verdict', verdict)
    for (const end = Date.now() + 20_000; Date.now() < end && (await heard()).length === 0; ) await pause(50)
    await pause(200)
    expect(await heard()).toMatchObject([{ source: 'odv', 'detail-type': 'odv.verdict', detail: verdict }])
  })
})

describe('what EventBridge says', () => {
  const answering = (answer: () => object) => {
    const client = new EventBridgeClient({
      region: 'us-east-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    })
    client.middlewareStack.add(() => async () => ({ output: { ...answer(), $metadata: {} }, response: {} }) as never, {
      step: 'initialize',
    })
    return eventBus(client, 'odv-events').publish('odv.verdict', verdict)
  }
  const refusal = (name: string, status: number) => () => {
    throw Object.assign(new Error('run-1 of somebody'), { name, $metadata: { httpStatusCode: status } })
  }

  it('is good when there is an event id', async () => {
    await answering(() => ({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] }))
  })

  const faults: { name: string; answer: () => object; becomes: string }[] = [
    {
      name: 'a success with a failed entry',
      answer: () => ({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'x' }] }),
      becomes: 'ServiceUnavailable',
    },
    {
      name: 'a success without an event id',
      answer: () => ({ FailedEntryCount: 0, Entries: [] }),
      becomes: 'ServiceUnavailable',
    },
    { name: 'ThrottlingException', answer: refusal('ThrottlingException', 400), becomes: 'ServiceUnavailable' },
    { name: 'InternalException', answer: refusal('InternalException', 500), becomes: 'ServiceUnavailable' },
    { name: 'AccessDeniedException', answer: refusal('AccessDeniedException', 400), becomes: 'ServiceRefused' },
  ]
  for (const { name, answer, becomes } of faults)
    it(`is ${becomes} when it is ${name}, without its text`, async () => {
      const error = await answering(answer).catch((thrown) => thrown)
      expect(error.name).toBe(becomes)
      expect(error.message).not.toContain('run-1')
    })
})
