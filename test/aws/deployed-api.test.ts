import { setTimeout as pause } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problem } from '../../lib/api/problem.ts'
import { dynamoRunState } from '../../lib/aws/dynamo-run-state.ts'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import { routes } from '../api/routes.ts'
import { type Deployment, openDeployment } from '../support/deployment.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { quarterOf } from '../support/some-of.ts'
import { deployStack, type Stack } from '../support/stack.ts'

const manifest = 'userId,transferredAt,batch\n40000000001,2026-01-31T12:00:00Z,b1\n'
const stores = [{ id: 'sg', root: '/nowhere', country: 'SG' }]

const { isLeftOut, note } = quarterOf(1)

/**
 * The API as it is deployed, every function under its role. MiniStack asks for a signature on these routes and does not
 * look into it; who may call which route is judged in test/infra/api.test.ts.
 */
describe.skipIf(withoutMinistack || isLeftOut)(`the deployed API ${onMinistack}${note}`, () => {
  let server: Ministack
  let stack: Stack
  let deployment: Deployment
  beforeAll(async () => {
    server = await startMinistack({ strict: true })
    stack = await deployStack(server, 'api')
    deployment = await openDeployment(server, stack)
    await deployment.rewrite(60)
    await deployment.handIn('manifests/transfers.csv', manifest)
    await deployment.handIn('config/odv.json', JSON.stringify({ manifest: 'manifests/transfers.csv', stores }))
  })
  afterAll(async () => {
    stack?.close()
    await server?.stop()
  })

  const signature = {
    authorization:
      'AWS4-HMAC-SHA256 Credential=test/20261126/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=00',
  }

  /** Asks one route; the answer has the shape that the document promises. */
  async function ask(
    route: string,
    { id = '', body, headers = {} }: { id?: string; body?: object; headers?: object } = {},
  ) {
    const { method, path, answers } = routes[route]!
    const [, api] = /^https?:\/\/([^.]+)\./.exec(deployment.outputs.ApiEndpoint!)!
    const response = await fetch(`${server.endpoint}/_aws/execute-api/${api}/$default${path.replace('{id}', id)}`, {
      method,
      headers: { ...signature, ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    })
    const answer = await response.json()
    expect((answers[response.status] ?? problem).safeParse(answer).success, JSON.stringify(answer)).toBe(true)
    return { status: response.status, headers: response.headers, body: answer as Record<string, unknown> }
  }

  async function whenEnded(route: string, id: string) {
    for (const end = Date.now() + 120_000; Date.now() < end; await pause(100)) {
      const { status, body } = await ask(route, { id })
      if (status === 200 && !['starting', 'running'].includes(String(body.state))) return body
    }
    throw new Error(`${route} ${id}: expected it to end`)
  }

  it('refuses whoever does not sign', async () => {
    const [, api] = /^https?:\/\/([^.]+)\./.exec(deployment.outputs.ApiEndpoint!)!
    const response = await fetch(`${server.endpoint}/_aws/execute-api/${api}/$default/runs`, { method: 'POST' })
    expect(response.status).toBe(403)
  })

  it('starts a run once for a key, follows it to its attested end, tells of its verdict, and exports it', async () => {
    const heard = await listen(server, deployment)
    const key = { 'idempotency-key': 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6' }
    const first = await ask('post-run', { headers: key })
    expect(first.status).toBe(202)
    const runId = String(first.body.runId)
    expect(first.headers.get('location')).toBe(`/runs/${runId}`)
    expect(await whenEnded('get-run', runId)).toMatchObject({
      state: 'finished',
      attested: true,
      trigger: 'on-demand',
      verdict: 'incomplete',
      stores: [{ storeId: 'sg', verdict: 'incomplete' }],
      openRequests: [],
    })
    const again = await ask('post-run', { headers: key })
    expect([again.status, again.body.runId]).toEqual([200, runId])
    expect(await heard()).toMatchObject([
      { id: `${runId}-sg-verdict`, runId, storeId: 'sg', verdict: 'incomplete', reasons: 2, seq: expect.any(Number) },
    ])

    const { status, body } = await ask('post-export', { body: { runId } })
    expect(status).toBe(202)
    const exportId = String(body.exportId)
    expect(body.bundle).toBe(`s3://${deployment.outputs.EvidenceBucketName}/exports/${exportId}/`)
    expect(await whenEnded('get-export', exportId)).toMatchObject({ state: 'succeeded', bundle: body.bundle })
    const bundle = await deployment.bundle(exportId)
    expect(verifyBundle(bundle, { pinnedKeys: await deployment.publicKeys() })).toMatchObject({
      stores: [{ runId, storeId: 'sg', verdict: 'incomplete' }],
    })
  })

  it('takes the answer of a custodian, and takes it once', async () => {
    const dynamo = new DynamoDBClient(server)
    const runState = dynamoRunState(dynamo, deployment.outputs.RunStateTableName!)
    await runState.putRequest({ requestId: 'asked-sg-0', runId: 'asked', storeId: 'sg', pass: 0 })
    dynamo.destroy()
    await deployment.putDocument('runs/asked/stores/sg/pass-0/request.json', '{"channel":"manual"}')
    const body = { certificateSha256: 'ab'.repeat(32) }
    const first = await ask('post-acknowledgement', { id: 'asked-sg-0', body })
    const again = await ask('post-acknowledgement', { id: 'asked-sg-0', body })
    expect([first, again]).toMatchObject([
      { status: 200, body: { requestId: 'asked-sg-0', first: true } },
      { status: 200, body: { first: false, acknowledgedAt: first.body.acknowledgedAt } },
    ])
    const stored = await deployment.document('runs/asked/stores/sg/pass-0/acknowledgement.json')
    expect(JSON.parse(Buffer.from(stored).toString())).toMatchObject({ by: 'custodian', ...body })
  })

  it('names what is wrong, and knows no names that there are not', async () => {
    expect(await ask('post-run', { body: { stores: [] } })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/stores', detail: 'expected no such field' }] },
    })
    expect((await ask('get-run', { id: 'run-none' })).status).toBe(404)
    expect((await ask('get-export', { id: 'export-none' })).status).toBe(404)
    expect((await ask('post-acknowledgement', { id: 'none-sg-0' })).status).toBe(404)
    expect((await ask('post-export', { body: { runId: 'run-none' } })).status).toBe(404)
  })
})

/** A rule on the bus of the stage, whose target is a machine that is started with every verdict: what it was told. */
async function listen(server: Ministack, deployment: Deployment): Promise<() => Promise<unknown[]>> {
  const [events, states] = [new EventBridgeClient(server), new SFNClient(server)]
  const roleArn = 'arn:aws:iam::000000000000:role/odv-api-verify-run-machine'
  const definition = JSON.stringify({ StartAt: 'Heard', States: { Heard: { Type: 'Succeed' } } })
  const { stateMachineArn } = await states.send(
    new CreateStateMachineCommand({ name: 'listener', roleArn, definition }),
  )
  const rule = { EventBusName: deployment.outputs.EventBusArn!.split('/')[1]! }
  const EventPattern = JSON.stringify({ source: ['odv'], 'detail-type': ['odv.verdict'] })
  await events.send(new PutRuleCommand({ ...rule, Name: 'verdicts', EventPattern }))
  const Targets = [{ Id: 'listener', Arn: stateMachineArn!, RoleArn: roleArn }]
  await events.send(new PutTargetsCommand({ ...rule, Rule: 'verdicts', Targets }))
  return async () => {
    const { executions } = await states.send(new ListExecutionsCommand({ stateMachineArn }))
    const inputs = (executions ?? []).map(async ({ executionArn }) => {
      const { input } = await states.send(new DescribeExecutionCommand({ executionArn }))
      return JSON.parse(input!).detail
    })
    return Promise.all(inputs)
  }
}
