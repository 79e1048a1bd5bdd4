import type { PassRef } from '../pipeline/evidence/evidence-keys.ts'
import type { RunEvent } from './deployment.ts'
import type { FunctionName } from './embedded-machines.ts'

/** What a task was called with and answered: references and counters. */
export type TaskEvent = { name: FunctionName; payload: Record<string, unknown> } & (
  | { kind: 'began' }
  | { kind: 'done'; output: Record<string, unknown> }
  | { kind: 'failed'; error: Error }
)

/** What a task of an embedded run shows of the run. */
export function toRunEvents(event: TaskEvent): RunEvent[] {
  const { storeId, pass } = event.payload as { storeId?: string; pass?: number }
  const ref = event.payload as PassRef
  switch (event.kind) {
    case 'began':
      if (event.name === 'take-inventory') return [{ kind: 'listing', ref }]
      if (event.name === 'execute-deletion') return [{ kind: 'deleting', ref, versions: 0 }]
      return event.name === 'scan-batch' ? [{ kind: 'scanning', ref }] : []
    case 'failed': {
      const where = { ...(storeId !== undefined && { storeId }), ...(pass !== undefined && { pass }) }
      return [{ kind: 'failed', task: event.name, error: event.error, ...where }]
    }
    case 'done':
      return toDone(event, ref)
    default:
      return event satisfies never
  }
}

function toDone({ name, payload, output }: Extract<TaskEvent, { kind: 'done' }>, ref: PassRef): RunEvent[] {
  switch (name) {
    case 'build-index':
      return payload.shard !== undefined || payload.confirms ? [] : [{ kind: 'manifest', runId: ref.runId }]
    case 'plan-batches':
      return [{ kind: 'planned', ref, versions: Number(output.versions), bytes: Number(output.bytes) }]
    case 'restore-archived':
      return [{ kind: 'restoring', ref }, ...(output.next === 'done' ? [{ kind: 'restored', ref } as const] : [])]
    case 'settle-coverage':
      return [{ kind: 'settled', ref }]
    case 'request-deletion':
      return [{ kind: 'requested', ref }]
    case 'execute-deletion':
      return [{ kind: 'deleting', ref, versions: Number(output.versions) }]
    case 'notify-custodian':
      return [{ kind: 'waiting', ref, requestId: String(payload.requestId) }]
    case 'stamp-checkpoint':
      return (output.failed as { authority: string; why: string }[]).map((each) => ({ kind: 'not-stamped', ...each }))
    case 'attest':
      return payload.phase === 'deletion-ack' ? [{ kind: 'answered', ref }] : []
    default:
      return []
  }
}
