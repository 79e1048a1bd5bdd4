import { describe, expect, it } from 'vitest'
import type { RunRecord } from '../../lib/ports.ts'
import { callFunction, metricsIn, printed, requestId } from '../support/handlers.ts'
import { openDeployment } from './world.ts'

const run = (runId: string, change: Partial<RunRecord> = {}): RunRecord => ({
  runId,
  trigger: 'on-demand',
  state: 'running',
  startedAt: '2026-11-26T11:09:06.000Z',
  stores: [{ storeId: 'sg' }],
  ...change,
})
const key = { 'idempotency-key': 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6' }

describe('POST /runs', () => {
  it('starts a run on demand, named after its time, and says where to ask for it', async () => {
    const deployment = await openDeployment()
    const { status, headers, body } = await deployment.ask('post-run', { body: {} })
    expect(status).toBe(202)
    expect(body.runId).toMatch(/^run-20261126-110905-[0-9a-f]{6}$/)
    expect(headers).toMatchObject({ location: `/runs/${body.runId}`, 'content-type': 'application/json' })
    expect(deployment.started()).toEqual([{ name: `verify-run ${body.runId}`, input: { trigger: 'on-demand' } }])
  })

  it('takes no body for an empty one, and starts another run each time', async () => {
    const deployment = await openDeployment()
    const first = await deployment.ask('post-run')
    const second = await deployment.ask('post-run')
    expect([first.status, second.status]).toEqual([202, 202])
    expect(first.body.runId).not.toBe(second.body.runId)
  })

  it('starts one run for one idempotency key, while it runs and after it has ended', async () => {
    const deployment = await openDeployment()
    const first = await deployment.ask('post-run', { headers: key })
    const again = await deployment.ask('post-run', { headers: key })
    deployment.end(`verify-run ${first.body.runId}`, { state: 'succeeded' })
    const after = await deployment.ask('post-run', { headers: key })
    expect([first.status, again.status, after.status]).toEqual([202, 202, 200])
    expect(new Set([first, again, after].map(({ body }) => body.runId)).size).toBe(1)
    expect(after.headers.location).toBe(first.headers.location)
    expect(deployment.started()).toHaveLength(1)
  })

  it.each(['finished', 'running'] as const)(
    'starts nothing for a key whose run Step Functions has forgotten and the run state has not, when that is %s',
    async (state) => {
      const deployment = await openDeployment()
      const { body } = await deployment.ask('post-run', { headers: key })
      deployment.forget(`verify-run ${body.runId}`)
      await deployment.local.runState.putRun(run(String(body.runId), { state }))
      expect((await deployment.ask('post-run', { headers: key })).status).toBe(200)
      expect(deployment.started()).toEqual([])
    },
  )

  it('starts a dry run, which ends in an estimate and without a verdict', async () => {
    const deployment = await openDeployment()
    const { status, body } = await deployment.ask('post-run', { body: { dryRun: true } })
    expect(status).toBe(202)
    const runId = String(body.runId)
    expect(deployment.started()).toEqual([{ name: `verify-run ${runId}`, input: { trigger: 'dry-run' } }])
    const dry = run(runId, { trigger: 'dry-run' })
    await deployment.local.runState.putRun(dry)
    const passes = [
      { versions: 7, bytes: 1000 },
      { versions: 5, bytes: 200 },
    ]
    const cost = { usd: 1.25, asOf: '2025-12', requests: 14, lambdaSeconds: 3, passes, unlisted: ['far'] }
    await deployment.local.evidence.put(`runs/${runId}/cost.json`, JSON.stringify(cost))
    expect((await deployment.ask('get-run', { id: runId })).body).not.toHaveProperty('estimate')
    await deployment.local.runState.putRun({ ...dry, state: 'finished', finishedAt: '2026-11-26T11:10:00.000Z' })
    deployment.end(`verify-run ${runId}`, { state: 'succeeded' })
    const { body: ended } = await deployment.ask('get-run', { id: runId })
    expect(ended).toMatchObject({
      ...{ state: 'finished', attested: false, trigger: 'dry-run' },
      estimate: { usd: 1.25, versions: 12, bytes: 1200, requests: 14, lambdaSeconds: 3, unlisted: ['far'] },
    })
    expect(ended).not.toHaveProperty('verdict')
  })

  it.each([
    { name: 'a run', first: {}, second: { dryRun: true } },
    { name: 'a dry run', first: { dryRun: true }, second: { dryRun: false } },
  ])(
    'never takes $name for another kind of run under the same key, while it runs and after it has ended',
    async ({ first, second }) => {
      const deployment = await openDeployment()
      const { body } = await deployment.ask('post-run', { headers: key, body: first })
      expect((await deployment.ask('post-run', { headers: key, body: second })).status).toBe(409)
      const trigger = first.dryRun ? 'dry-run' : 'on-demand'
      await deployment.local.runState.putRun(run(String(body.runId), { trigger, state: 'finished' }))
      deployment.forget(`verify-run ${body.runId}`)
      expect((await deployment.ask('post-run', { headers: key, body: second })).status).toBe(409)
      expect((await deployment.ask('post-run', { headers: key, body: first })).status).toBe(200)
    },
  )

  it('names runs so that a store and a pass fit into the names of executions', async () => {
    const deployment = await openDeployment()
    const { body } = await deployment.ask('post-run', { headers: key })
    expect(`${body.runId}-${'s'.repeat(32)}-0`.length).toBeLessThanOrEqual(80)
    expect(String(body.runId)).not.toContain('f81d4fae')
  })
})

describe('a request', () => {
  it('may come in base64, as API Gateway hands over what it takes for binary', async () => {
    const deployment = await openDeployment()
    const base64 = Buffer.from('{"from":"2026-11-01","to":"2026-12-01"}').toString('base64')
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    expect((await deployment.ask('post-export', { base64, headers })).status).toBe(202)
  })

  it('may have null for what it does not have', async () => {
    const { ports } = await openDeployment()
    const event = { headers: null, pathParameters: null, rawQueryString: null, body: null, isBase64Encoded: null }
    expect(await callFunction('post-run', ports, event)).toMatchObject({ statusCode: 202 })
  })
})

describe('POST /requests/{id}/acknowledgement', () => {
  const request = { requestId: 'run-1-sg-0', runId: 'run-1', storeId: 'sg', pass: 0, token: 'token-1' }
  const waiting = async () => {
    const deployment = await openDeployment()
    await deployment.local.runState.putRequest(request)
    await deployment.local.evidence.put('runs/run-1/stores/sg/pass-0/request.json', '{"channel":"manual"}')
    return deployment
  }

  it('wakes the run that waits, keeps the digest of the certificate and counts the answer', async () => {
    const deployment = await waiting()
    const certificateSha256 = 'ab'.repeat(32)
    const { status, body } = await deployment.ask('post-acknowledgement', {
      id: 'run-1-sg-0',
      body: { certificateSha256 },
    })
    expect({ status, body }).toEqual({
      status: 200,
      body: { requestId: 'run-1-sg-0', acknowledgedAt: '2026-11-26T11:09:05.123Z', first: true },
    })
    expect(await deployment.local.taskTokens.read('token-1')).toEqual({ requestId: 'run-1-sg-0' })
    const stored = await deployment.local.evidence.get('runs/run-1/stores/sg/pass-0/acknowledgement.json')
    expect(JSON.parse(Buffer.from(stored).toString())).toMatchObject({ by: 'custodian', certificateSha256 })
    expect(metricsIn(printed)).toMatchObject([
      { name: 'RequestsAnswered', value: 1 },
      { name: 'TaskDone', value: 1 },
    ])
  })

  it('is harmless when it is repeated: the first answer counts', async () => {
    const deployment = await waiting()
    await deployment.ask('post-acknowledgement', { id: 'run-1-sg-0' })
    const { status, body } = await deployment.ask('post-acknowledgement', { id: 'run-1-sg-0' })
    expect({ status, first: body.first }).toEqual({ status: 200, first: false })
  })

  it('is refused after the deadline has answered', async () => {
    const deployment = await waiting()
    await deployment.local.evidence.put(
      'runs/run-1/stores/sg/pass-0/acknowledgement.json',
      JSON.stringify({ requestId: 'run-1-sg-0', by: 'deadline', acknowledgedAt: '2026-11-26T10:00:00.000Z' }),
    )
    const { status, body } = await deployment.ask('post-acknowledgement', { id: 'run-1-sg-0' })
    expect({ status, detail: body.detail }).toEqual({
      status: 409,
      detail: 'the run has gone on without this answer: its deadline passed, or its store has its verdict',
    })
  })
})

describe('POST /exports', () => {
  it('starts the export of a run and says where the bundle will be', async () => {
    const deployment = await openDeployment()
    await deployment.local.runState.putRun(run('run-1'))
    const { status, headers, body } = await deployment.ask('post-export', { body: { runId: 'run-1' } })
    expect(status).toBe(202)
    expect(body.exportId).toMatch(/^export-20261126-110905-[0-9a-f]{6}$/)
    expect(body.bundle).toBe(`s3://evidence/exports/${body.exportId}/`)
    expect(headers.location).toBe(`/exports/${body.exportId}`)
    expect(deployment.started()).toEqual([
      { name: `export-filing ${body.exportId}`, input: { selection: { runId: 'run-1' } } },
    ])
  })

  it('starts the export of a period', async () => {
    const deployment = await openDeployment()
    const period = { from: '2026-11-01', to: '2026-11-30T12:00:00+01:00' }
    expect((await deployment.ask('post-export', { body: period })).status).toBe(202)
    expect(deployment.started()).toMatchObject([{ input: { selection: period } }])
  })

  it('does not let the name of a run that never was become part of an execution', async () => {
    const deployment = await openDeployment()
    const { status } = await deployment.ask('post-export', { body: { runId: '7100000000000000001' } })
    expect(status).toBe(404)
    expect(deployment.started()).toEqual([])
    expect(printed.join('\n')).not.toContain('7100000000000000001')
  })

  it('refuses an idempotency key that was used for another selection', async () => {
    const deployment = await openDeployment()
    const ask = (from: string) =>
      deployment.ask('post-export', { body: { from, to: '2026-12-01' }, headers: key }).then(({ status }) => status)
    expect([await ask('2026-11-01'), await ask('2026-11-01'), await ask('2026-11-02')]).toEqual([202, 202, 409])
    expect(deployment.started()).toHaveLength(1)
  })
})

describe('GET /exports/{id}', () => {
  it('says how an export stands, with the name of what it failed with and nothing else of it', async () => {
    const deployment = await openDeployment()
    const { body } = await deployment.ask('post-export', { body: { from: '2026-11-01', to: '2026-12-01' } })
    const id = String(body.exportId)
    const look = async () => (await deployment.ask('get-export', { id })).body
    expect(await look()).toEqual({ exportId: id, state: 'running', bundle: body.bundle })
    deployment.end(`export-filing ${id}`, { state: 'succeeded' })
    expect(await look()).toEqual({ exportId: id, state: 'succeeded', bundle: body.bundle })
    deployment.end(`export-filing ${id}`, { state: 'failed', error: 'NotKnown' })
    expect(await look()).toEqual({ exportId: id, state: 'failed', error: 'NotKnown', bundle: body.bundle })
  })
})

describe('a fault of the deployment', () => {
  const secret = 'token AAAA of runs/r/7100000000000000001'
  const faults = [
    { name: 'Error', error: new Error(secret), status: 500 },
    { name: 'TypeError', error: new TypeError(secret), status: 500 },
    { name: 'ServiceUnavailable', error: 'ServiceUnavailable', status: 503 },
  ]
  for (const { name, error, status } of faults)
    it(`(${name}) is answered with ${status}, without its text, and found in the log by the instance`, async () => {
      const { ServiceUnavailable } = await import('../../lib/errors.ts')
      const deployment = await openDeployment()
      const thrown = typeof error === 'string' ? new ServiceUnavailable('run state: expected an answer') : error
      deployment.ports.runState = { ...deployment.local.runState, getRun: () => Promise.reject(thrown) }
      const { headers, body, ...answered } = await deployment.ask('get-run', { id: 'run-1' })
      expect(answered.status).toBe(status)
      expect(headers['content-type']).toBe('application/problem+json')
      expect(body.instance).toBe(`urn:uuid:${requestId}`)
      expect(JSON.stringify(body)).not.toMatch(/AAAA|710000|run state/)
      expect(printed.join('\n')).not.toMatch(/AAAA|710000/)
      expect(printed.join('\n')).toContain(requestId)
      expect(metricsIn(printed)).toMatchObject([{ name: 'TaskFailed', value: 1 }])
    })
})
