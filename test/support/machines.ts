import { readFileSync } from 'node:fs'
import { loadMachine } from '../../lib/local/asl/interpreter.ts'
import { noScanTasks } from '../../lib/local/asl/no-scan-tasks.ts'
import { acknowledge } from '../../lib/pipeline/acknowledge.ts'
import { attest } from '../../lib/pipeline/attest.ts'
import { buildIndex } from '../../lib/pipeline/build-index.ts'
import { checkBundle } from '../../lib/pipeline/check-bundle.ts'
import { closeRun } from '../../lib/pipeline/close-run.ts'
import { decideVerdict } from '../../lib/pipeline/decide-verdict.ts'
import { estimateRunCost } from '../../lib/pipeline/estimate-cost.ts'
import { executeDeletion } from '../../lib/pipeline/execute-deletion.ts'
import { exportBundle } from '../../lib/pipeline/export-bundle.ts'
import { vouchForLogKey } from '../../lib/pipeline/keys/vouch-for-key.ts'
import { notifyCustodian } from '../../lib/pipeline/notify-custodian.ts'
import { openRun } from '../../lib/pipeline/open-run.ts'
import { planBatches } from '../../lib/pipeline/plan-batches.ts'
import { planListing } from '../../lib/pipeline/plan-listing.ts'
import { planSegment } from '../../lib/pipeline/plan-segment.ts'
import { requestDeletion } from '../../lib/pipeline/request-deletion.ts'
import { restoreArchived } from '../../lib/pipeline/restore-archived.ts'
import { retireKey } from '../../lib/pipeline/retire-key.ts'
import { scanBatch } from '../../lib/pipeline/scan-batch.ts'
import { settleCoverage } from '../../lib/pipeline/settle-coverage.ts'
import { settleSegment } from '../../lib/pipeline/settle-segment.ts'
import { settleSubjects } from '../../lib/pipeline/settle-subjects.ts'
import { signCheckpoint } from '../../lib/pipeline/sign-checkpoint.ts'
import { stampCheckpoint } from '../../lib/pipeline/stamp-checkpoint.ts'
import { takeInventory } from '../../lib/pipeline/take-inventory.ts'
import { parseInput, signCheckpointInput } from '../../lib/pipeline/task-input.ts'
import type { Ports } from '../../lib/ports.ts'

/** The real state machines, and the functions that their tasks call. */

export const tasks = {
  'open-run': openRun,
  'build-index': buildIndex,
  attest,
  'settle-subjects': settleSubjects,
  'close-run': closeRun,
  'sign-checkpoint': (ports: Ports, input: unknown) => {
    const parsed = parseInput('sign-checkpoint', signCheckpointInput, input)
    return 'vouch' in parsed ? vouchForLogKey(ports, parsed.vouch) : signCheckpoint(ports)
  },
  'stamp-checkpoint': stampCheckpoint,
  'take-inventory': takeInventory,
  'plan-listing': planListing,
  'plan-segment': planSegment,
  'plan-batches': planBatches,
  'restore-archived': restoreArchived,
  'scan-batch': scanBatch,
  'settle-segment': settleSegment,
  'settle-coverage': settleCoverage,
  'request-deletion': requestDeletion,
  'execute-deletion': executeDeletion,
  'notify-custodian': notifyCustodian,
  acknowledge,
  'decide-verdict': decideVerdict,
  'estimate-cost': estimateRunCost,
  'export-bundle': exportBundle,
  'check-bundle': checkBundle,
  'retire-key': retireKey,
} satisfies Record<string, (ports: Ports, input: unknown) => Promise<unknown>>

export type TaskName = keyof typeof tasks

const machines = ['verify-run', 'verify-store', 'scan-store', 'export-filing', 'correct-entry', 'rotate-key'] as const
const pascal = (name: string) => name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())
export const loaded = Object.fromEntries(
  machines.map((name) => {
    const text = readFileSync(new URL(`../../statemachines/${name}.asl.json`, import.meta.url), 'utf8')
    return [name, loadMachine(name, JSON.parse(text))]
  }),
)
export const substitutions = {
  Partition: 'aws',
  EvidenceBucket: 'evidence',
  ...noScanTasks,
  ...Object.fromEntries(Object.keys(tasks).map((name) => [`${pascal(name)}FunctionArn`, name])),
  ...Object.fromEntries(machines.map((name) => [`${pascal(name)}StateMachineArn`, name])),
}
