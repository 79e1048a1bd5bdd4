import { describe, expect, it } from 'vitest'
import { embeddedPorts } from '../../lib/cli/embedded-ports.ts'
import { CheckpointRefused, ManifestInvalid } from '../../lib/errors.ts'
import type { Execution, Ports } from '../../lib/ports.ts'
import { isMoment, openStore } from '../support/pipeline.ts'
import { jsonRecords, numbers, transferred } from '../support/sample-files.ts'
import { ask, openDeployment } from './world.ts'

/** A store in which data of transferred people is found, and a custodian who answers and deletes nothing. */
async function placeWith(channel: Record<string, string> = { kind: 'manual', deadline: '1h' }) {
  return openStore({ 'a.jsonl': jsonRecords(numbers(5).map(transferred)) }, { channel })
}

const withExecution = (ports: Partial<Ports>, execution: Execution | undefined): Partial<Ports> => ({
  runState: ports.runState!,
  evidence: ports.evidence!,
  ledger: ports.ledger!,
  clock: () => new Date(),
  executions: { start: () => Promise.reject(new Error('nothing is started here')), find: async () => execution },
})

async function askLater(place: Awaited<ReturnType<typeof placeWith>>, execution: Execution | undefined) {
  const ports = embeddedPorts(place.paths, { config: undefined, meter: { add() {} } })
  try {
    return (await ask(withExecution(ports, execution), 'get-run', { id: 'run-0' })).body
  } finally {
    ports.close()
  }
}

describe('GET /runs/{id}', () => {
  it('follows a run from its request to its attested verdict, and never shows a token', async () => {
    const place = await placeWith()
    const seen: Record<string, unknown>[] = []
    let ports: Ports
    let token: string | undefined
    await place.run({
      wrap: (given) => {
        ports = given
        return given
      },
      async after(moment) {
        if (!isMoment(moment, { task: 'notify-custodian' })) return
        const look = async () =>
          (await ask(withExecution(ports, { state: 'running' }), 'get-run', { id: 'run-0' })).body
        seen.push(await look())
        token = (await ports.runState.getRequest('run-0-sg-0'))?.token
        await ask({ ...withExecution(ports, undefined), taskTokens: ports.taskTokens }, 'post-acknowledgement', {
          id: 'run-0-sg-0',
        })
        seen.push(await look())
      },
    })
    const [waiting, answered] = seen
    expect(waiting).toMatchObject({
      state: 'running',
      attested: false,
      trigger: 'on-demand',
      stores: [{ storeId: 'sg' }],
    })
    expect(waiting!.openRequests).toEqual([
      { requestId: 'run-0-sg-0', storeId: 'sg', pass: 0, deadline: expect.stringMatching(/Z$/) },
    ])
    expect(answered!.openRequests).toEqual([])
    expect(token).toMatch(/./)
    expect(JSON.stringify(seen)).not.toContain(token)
    expect(await askLater(place, { state: 'succeeded' })).toMatchObject({
      state: 'finished',
      attested: true,
      verdict: 'residual',
      reasons: [],
      stores: [{ storeId: 'sg', verdict: 'residual', reasons: [expect.stringMatching(/^found: /)] }],
      openRequests: [],
    })
  })

  it('gives no verdict that is not under a signed checkpoint, however the run ended', async () => {
    const place = await placeWith({ kind: 'none' })
    await place.run({
      before(moment) {
        if (isMoment(moment, { task: 'sign-checkpoint' })) throw new CheckpointRefused('sign checkpoint: fork')
      },
    })
    const endings: (Execution | undefined)[] = [
      { state: 'running' },
      { state: 'succeeded' },
      { state: 'failed', error: 'CheckpointRefused' },
      undefined,
    ]
    const told = []
    for (const ending of endings) told.push(await askLater(place, ending))
    expect(told.map(({ state, attested, error }) => ({ state, attested, error }))).toEqual([
      { state: 'running', attested: false },
      { state: 'failed', attested: false },
      { state: 'failed', attested: false, error: 'CheckpointRefused' },
      { state: 'failed', attested: false },
    ])
    expect(JSON.stringify(told)).not.toContain('"verdict"')
  })

  it('knows how a run ended also when Step Functions has forgotten it', async () => {
    const place = await placeWith({ kind: 'none' })
    await place.run()
    expect(await askLater(place, undefined)).toMatchObject({ state: 'finished', attested: true, verdict: 'residual' })
  })

  it('calls a run failed whose execution failed, and says what its attested summary says', async () => {
    const place = await placeWith({ kind: 'none' })
    await place.run({
      before(moment) {
        if (isMoment(moment, { task: 'build-index' })) throw new ManifestInvalid('manifest: expected rows')
      },
    })
    expect(await askLater(place, { state: 'failed', error: 'ManifestInvalid' })).toMatchObject({
      state: 'failed',
      error: 'ManifestInvalid',
      attested: true,
      verdict: 'incomplete',
      reasons: ['failure: ManifestInvalid in BuildIndex'],
      stores: [{ storeId: 'sg', verdict: 'incomplete' }],
    })
  })

  it('says of a dry run that it has ended once it has, and gives no verdict', async () => {
    const { local, executions, end, ask } = await openDeployment()
    await executions.start('verify-run', 'dry-1', { trigger: 'dry-run' })
    const record = { runId: 'dry-1', trigger: 'dry-run', startedAt: '2026-11-26T11:09:06.000Z', stores: [] } as const
    await local.runState.putRun({ ...record, stores: [{ storeId: 'sg' }], state: 'running' })
    const running = (await ask('get-run', { id: 'dry-1' })).body
    await local.runState.putRun({ ...record, stores: [{ storeId: 'sg' }], state: 'finished' })
    end('verify-run dry-1', { state: 'succeeded' })
    const finished = (await ask('get-run', { id: 'dry-1' })).body
    expect([running, finished]).toMatchObject([
      { state: 'running', attested: false, trigger: 'dry-run' },
      { state: 'finished', attested: false, trigger: 'dry-run', stores: [{ storeId: 'sg' }] },
    ])
    expect(finished).not.toHaveProperty('verdict')
  })

  it('says of a run that was started a moment ago that it is starting', async () => {
    const { ports, executions, ask } = await openDeployment()
    await executions.start('verify-run', 'run-now', {})
    expect(ports.executions).toBe(executions)
    expect((await ask('get-run', { id: 'run-now' })).body).toEqual({
      runId: 'run-now',
      state: 'starting',
      attested: false,
      stores: [],
      openRequests: [],
    })
  })
})
