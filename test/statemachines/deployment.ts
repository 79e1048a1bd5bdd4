import type * as z from 'zod/mini'
import * as tasks from '../../lib/pipeline/task-input.ts'
import { createWorld, type Handler, named } from '../local/asl/world.ts'
import { machineNames, pascal, readDefinition } from './definitions.ts'

const schemas = {
  'open-run': tasks.openRunInput,
  'build-index': tasks.buildIndexInput,
  'settle-subjects': tasks.runInput,
  'close-run': tasks.closeRunInput,
  'sign-checkpoint': tasks.signCheckpointInput,
  'stamp-checkpoint': tasks.runInput,
  'take-inventory': tasks.pageInput,
  'plan-listing': tasks.passInput,
  'plan-segment': tasks.segmentInput,
  'plan-batches': tasks.passInput,
  'restore-archived': tasks.restoreInput,
  'scan-batch': tasks.batchInput,
  'settle-segment': tasks.segmentInput,
  'settle-coverage': tasks.passInput,
  'request-deletion': tasks.passInput,
  'execute-deletion': tasks.executeInput,
  'notify-custodian': tasks.notifyInput,
  acknowledge: tasks.acknowledgeInput,
  'decide-verdict': tasks.decideInput,
  'estimate-cost': tasks.runInput,
  attest: tasks.attestInput,
  'retire-key': tasks.retireInput,
}

type Pass = { runId: string; storeId: string; pass: number }
type Failure = { state: string; error: string } | null
export type Channel = 'none' | 'manual' | 'delete-files' | 's3-delete-versions'

export type Setting = {
  stores?: string[]
  /** Found in pass 0, 1 and so on, in every store; 0 when the list is over. */
  found?: number[]
  channel?: Channel
  seconds?: number
  passes?: number
  segments?: number
  /** Of each listing of each segment, one a call. */
  pages?: number
  /** Calls that the executor needs for one request. */
  legs?: number
  batches?: number
  /** Versions of each batch. */
  versions?: number
  /** Calls that each batch takes. */
  scanLegs?: number
  /** Archived versions that are to be restored, and what the restore says call by call; `done` when the list is over. */
  toRestore?: number
  restore?: ('again' | 'wait')[]
  /** Whether the custodian answers. */
  answers?: boolean
  /** Batches that a call has too little time for. */
  handedOver?: number[]
  /** What a scan task comes to, call by call; it reports when the list is over. `silent`: it succeeds without a report. */
  scanTask?: ('silent' | Error)[]
  /** Called before a function is; throws what it is to fail with. */
  before?(name: string, payload: Record<string, unknown>, call: number): void
}

/**
 * The real machines with handlers that keep what matters of the product in a few maps: who reported, what was decided
 * first, what was attested. Payloads are checked as the real tasks check them.
 */
export function deploy(setting: Setting = {}) {
  const {
    stores = ['sg'],
    found = [],
    channel = 'none',
    seconds = 60,
    passes = 2,
    batches = 2,
    scanLegs = 1,
    versions = 1,
  } = setting
  const { segments = 1, pages = 1, legs = 1, toRestore = 0, restore = [], handedOver = [], scanTask = [] } = setting
  let restores = 0
  let confirmations = 0
  const reported = new Set<string>()
  /** Legs that were not the last one of their batch. */
  const read = new Set<string>()
  const settled = new Map<string, { found: number; unverified: number }>()
  const verdicts = new Map<string, string>()
  const attested = new Set<string>()
  const of = ({ storeId, pass }: Pass) => `${storeId}/${pass}`
  let summary: { failed: boolean; verified: number } | undefined

  const handlers: Record<string, (payload: never) => unknown> = {
    'open-run': () => ({ stores: stores.map((storeId) => ({ storeId })) }),
    'build-index': ({ shard, confirms }: { shard?: number; confirms?: boolean }) => {
      if (confirms) return { confirmedAt: new Date(Date.UTC(2026, 0, 1, confirmations++)).toISOString() }
      return shard === undefined ? { subjects: 3 } : { complete: shard === 1, shard: shard + 1 }
    },
    'settle-subjects': () => ({ deleted: 3 }),
    'plan-listing': () => ({ segments: [...Array(segments).keys()] }),
    'take-inventory': ({ page }: { page: number }) => ({ complete: page === pages - 1, page: page + 1 }),
    'plan-segment': () => ({ batches: 1 }),
    'plan-batches': (ref: Pass) => {
      const key = `runs/${of(ref)}/batches.jsonl`
      const lines = Array.from({ length: batches }, (_, batch) => ({
        batch,
        segment: 0,
        part: 0,
        from: batch * versions,
        to: (batch + 1) * versions,
      }))
      world.documents.set(key, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
      return { batches, toRestore, key, resultsPrefix: `runs/${of(ref)}/map-results`, concurrency: 7 }
    },
    'restore-archived': ({ at }: { at: tasks.RestorePlace }) => {
      const next = restore[restores++] ?? 'done'
      return { at: { ...at, entry: at.entry + 1 }, next, seconds: next === 'wait' ? 900 : 0 }
    },
    'scan-batch': ({ batch, leg, ...ref }: Pass & { batch: { batch: number }; leg: number }) => {
      const name = `${of(ref)}/${batch.batch}`
      if (reported.has(name)) return { leg, complete: true }
      if (leg > 0 && !read.has(`${name}/${leg - 1}`)) throw named('EvidenceMissing')
      if (handedOver.includes(batch.batch)) throw named('HandedOver')
      const complete = leg + 1 >= scanLegs
      if (complete) reported.add(name)
      else read.add(`${name}/${leg}`)
      return { leg: complete ? leg : leg + 1, complete }
    },
    'settle-segment': () => ({ versions: 1 }),
    'settle-coverage': (ref: Pass) => {
      const unverified = Array.from({ length: batches }, (_, i) => i).filter((i) => !reported.has(`${of(ref)}/${i}`))
      const coverage = { found: found[ref.pass] ?? 0, unverified: unverified.length }
      settled.set(of(ref), coverage)
      return { ...coverage, passesLeft: passes - ref.pass - 1 }
    },
    'request-deletion': (ref: Pass) => ({ requestId: `q-${of(ref)}`, channel, seconds }),
    'execute-deletion': ({ leg }: { leg: number }) => ({ complete: leg === legs - 1 }),
    'notify-custodian': ({ requestId, token }: { requestId: string; token: string }) => {
      if (setting.answers) world.answers.set(token, { requestId })
      return { requestId }
    },
    acknowledge: () => ({}),
    'decide-verdict': ({ storeId, failure }: { storeId: string; failure: Failure }) => {
      const last = Array.from({ length: passes }, (_, pass) => settled.get(`${storeId}/${pass}`)).findLast(Boolean)
      const complete = failure === null && last?.unverified === 0
      const verdict = last?.found ? 'residual' : complete ? 'verified' : 'incomplete'
      if (!verdicts.has(storeId)) verdicts.set(storeId, verdict)
      return { verdict: verdicts.get(storeId) }
    },
    attest: ({ phase, storeId }: { phase: string; storeId?: string }) => {
      attested.add([phase, storeId].filter(Boolean).join(' '))
      return {}
    },
    'close-run': ({ failure }: { failure: Failure }) => {
      const verified = stores.filter((id) => verdicts.get(id) === 'verified' && attested.has(`verification ${id}`))
      summary = { failed: failure !== null, verified: verified.length }
      return summary
    },
    'sign-checkpoint': () => ({ size: attested.size }),
    'stamp-checkpoint': () => ({ size: attested.size, kept: [], failed: [] }),
    'estimate-cost': () => ({ usd: 1.5, unlisted: 0 }),
  }

  const started: { given: Record<string, unknown>; seconds: number }[] = []
  const runTask = async (given: Record<string, unknown>, seconds: number) => {
    const end = scanTask[started.length]
    started.push({ given: structuredClone(given), seconds })
    const { batch, ...ref } = tasks.parseInput('scan-batch', tasks.batchInput, JSON.parse(taskInputOf(given)))
    if (end instanceof Error) throw end
    if (end === undefined) reported.add(`${of(ref)}/${batch.batch}`)
    return { StopCode: 'EssentialContainerExited' }
  }

  let calls = 0
  const checked = (name: string, handler: Handler) => (payload: Record<string, unknown>) => {
    const schema = schemas[name as keyof typeof schemas] as z.ZodMiniType
    tasks.parseInput(name, schema, payload)
    setting.before?.(name, payload, calls++)
    return handler(payload as never)
  }
  const world = createWorld({
    machines: Object.fromEntries(machineNames.map((name) => [name, readDefinition(name)])),
    handlers: Object.fromEntries(
      Object.entries(handlers).map(([name, handler]) => [name, checked(name, handler) as Handler]),
    ),
    runTask,
    substitutions: {
      Partition: 'aws',
      EvidenceBucket: 'evidence',
      ...scanTasks,
      ...Object.fromEntries(
        [...Object.keys(schemas), 'export-bundle', 'check-bundle'].map((name) => [`${pascal(name)}FunctionArn`, name]),
      ),
      ...Object.fromEntries(machineNames.map((name) => [`${pascal(name)}StateMachineArn`, name])),
    },
  })
  return {
    world,
    /** The scan tasks that were started. */
    started,
    verdicts,
    attested,
    summary: () => summary,
    verify: (trigger = 'nightly') => world.run('verify-run', { trigger }, 'r1'),
    /** The states that were entered, in order, as `machine: state`. */
    way: (machine: string) =>
      world.events
        .filter((event) => event.machine === machine && event.kind === 'state-entered')
        .map(({ state }) => state),
  }
}

type Overrides = { Overrides: { ContainerOverrides: [{ Environment: [{ Name: string; Value: string }] }] } }

export const taskInputOf = (given: unknown) => (given as Overrides).Overrides.ContainerOverrides[0].Environment[0].Value

const scanTasks = {
  ScanTaskDefinitionArn: 'arn:aws:ecs:us-east-1:111122223333:task-definition/odv-test-scan:1',
  ScanTaskCluster: 'odv-test',
  ScanTaskSubnets: 'subnet-1,subnet-2',
  ScanTaskSecurityGroup: 'sg-1',
  ScanTaskPublicIp: 'DISABLED',
  ScanTaskSeconds: '172800',
}

export const broken = (name = 'Broken') => named(name)
