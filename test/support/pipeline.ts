import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { decideRun } from '../../lib/attestation/to-run-summary.ts'
import { embeddedPorts } from '../../lib/cli/embedded-ports.ts'
import { type Config, parseConfig } from '../../lib/config.ts'
import type { Acknowledgement } from '../../lib/deletion/request.ts'
import type { Coverage } from '../../lib/inventory/coverage.ts'
import { type Environment, runExecution } from '../../lib/local/asl/interpreter.ts'
import { makeStateDirectory, stateDirectory } from '../../lib/local/state-directory.ts'
import type { RunSummary } from '../../lib/pipeline/close-run.ts'
import { readDocument } from '../../lib/pipeline/evidence/documents.ts'
import { passKey, runKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import { planSegment } from '../../lib/pipeline/plan-segment.ts'
import type { Ports } from '../../lib/ports.ts'
import { loaded, substitutions, type TaskName, tasks } from './machines.ts'
import { type Files, manifestText, writeFiles } from './sample-files.ts'
import { scratchDirectory } from './scratch.ts'

/**
 * The real state machines, tasks and local adapters in one process, with hands between them: `before` and `after` a
 * task something happens to the store or to the evidence, `wrap` exchanges a port.
 */

/** A task that is called: its name, and the page, pass, segment, listing and phase that its payload names. */
export type Moment = {
  task: TaskName
  pass?: number
  segment?: number
  listing?: string
  page?: number
  phase?: string
}

export type Hands = {
  /** Another time than the real one, for waiting. */
  time?: { now(): Date; sleep(ms: number): Promise<void> }
  /** Adapters of another place, which stand for all local ones. */
  ports?: Ports
  wrap?(ports: Ports): Ports
  before?(moment: Moment): void | Promise<void>
  after?(moment: Moment): void | Promise<void>
  /** Calls a task in another way than as a function. */
  call?(task: TaskName, ports: Ports, payload: unknown): Promise<unknown> | undefined
  trigger?: 'nightly' | 'on-demand'
  /** Runs a scan task. */
  runTask?: Environment['runTask']
}

/** A place with a manifest, a configuration and a state directory; runs in it follow one another. */
export async function openPlace(
  config: (root: string) => Record<string, unknown>,
  manifest: string | Uint8Array = manifestText,
) {
  const root = scratchDirectory()
  writeFileSync(join(root, 'ids.csv'), manifest)
  const paths = stateDirectory(join(root, 'state'))
  await makeStateDirectory(paths)
  const parsed: Config = parseConfig({ manifest: join(root, 'ids.csv'), ...config(root) })
  let runs = 0

  return {
    root,
    paths,
    /** The name of a run that was not begun yet. */
    nextRunId: () => `run-${runs}`,
    async run(hands: Hands = {}) {
      const runId = `run-${runs++}`
      return runOnce(paths, parsed, runId, hands)
    },
  }
}

/** A channel that deletes files of whose records each is a subject's. */
export const deleting = { kind: 'delete-files', owner: 'user_id' }

/** A place with one store, the directory `store` with these files: `sg`, unless its part of the configuration says another name. */
export async function openStore(
  files: Files = {},
  store: { id?: string } & Record<string, unknown> = {},
  config: Record<string, unknown> = {},
  manifest?: string | Uint8Array,
) {
  const { id = 'sg' } = store
  const place = await openPlace(
    (root) => ({ ...config, stores: [{ country: id.toUpperCase(), ...store, id, root: join(root, 'store') }] }),
    manifest,
  )
  mkdirSync(join(place.root, 'store'))
  writeFiles(join(place.root, 'store'), files)
  return place
}

async function runOnce(paths: ReturnType<typeof stateDirectory>, config: Config, runId: string, hands: Hands) {
  const local = embeddedPorts(paths, { config, meter: { add() {} } })
  // Properties one by one: the local ports open their database when they are asked for.
  const base = hands.ports ?? local
  const ports = hands.wrap?.(base) ?? base
  const invoke = async (name: string, payload: unknown) => {
    const task = name as TaskName
    const moment: Moment = { ...(payload as Omit<Moment, 'task'>), task }
    await hands.before?.(moment)
    const output = await (hands.call?.(task, ports, payload) ?? tasks[task](ports, payload))
    await hands.after?.(moment)
    return output
  }
  try {
    const result = await runExecution(
      {
        machines: loaded,
        substitutions,
        invoke,
        ...(hands.runTask && { runTask: hands.runTask }),
        token: local.taskTokens,
        tokenIntervalMs: 5,
        documents: base.evidence,
        journal: local.journal,
        now: hands.time?.now ?? (() => new Date()),
        random: () => 0,
        sleep: hands.time?.sleep ?? (async (ms) => setTimeout(Math.min(ms, 20))),
        concurrency: 2,
        signal: new AbortController().signal,
      },
      'verify-run',
      { name: runId, input: { trigger: hands.trigger ?? 'on-demand' } },
    )
    return await outcomeOf(base, runId, result)
  } finally {
    local.close()
  }
}

async function outcomeOf(ports: Ports, runId: string, result: Awaited<ReturnType<typeof runExecution>>) {
  const summary = await readDocument<RunSummary>(ports, runKey(runId, 'summary.json'))
  const { stores, result: verdict } = decideRun(summary)
  const store = stores[0]
  const ifThere = async <T>(key: string) => ((await ports.evidence.has(key)) ? readDocument<T>(ports, key) : undefined)
  const ref = (pass: number) => ({ runId, storeId: store?.storeId ?? 'none', pass })
  return {
    runId,
    result,
    summary,
    /** Of the run, and of its first store with its reasons in one text. */
    verdict,
    store: store?.result,
    why: store?.reasons.join('; ') ?? '',
    coverage: (pass: number) => ifThere<Coverage>(passKey(ref(pass), 'coverage.json')),
    acknowledgement: (pass: number) => ifThere<Acknowledgement>(passKey(ref(pass), 'acknowledgement.json')),
  }
}

export type Place = Awaited<ReturnType<typeof openPlace>>

export const isMoment = (moment: Moment, wanted: Partial<Moment>) =>
  Object.entries(wanted).every(([name, value]) => moment[name as keyof Moment] === value)

/** Plans batches and slices of so many bytes, so that small objects have many. */
export const inSlicesOf =
  (bytes: number): NonNullable<Hands['call']> =>
  (task, ports, payload) =>
    task === 'plan-segment' ? planSegment(ports, payload, { bytes, versions: 1000, slice: bytes }) : undefined
