import { ConfigInvalid } from '../errors.ts'
import type { Ports, RunRecord } from '../ports.ts'
import { formatDocument, readRunConfig } from './evidence/documents.ts'
import { runKey } from './evidence/evidence-keys.ts'
import { requireWholeLog } from './log/require-whole-log.ts'
import { openRunInput, parseInput } from './task-input.ts'

/**
 * Pins the configuration that is in force now and records that the run began. Neither happens on a log that could not be signed in the end.
 * @throws CheckpointRefused when the log is missing, or does not go on from its last anchored checkpoint
 */
export async function openRun(
  ports: Pick<Ports, 'clock' | 'configuration' | 'evidence' | 'runState' | 'ledger' | 'anchor'>,
  input: unknown,
): Promise<{ trigger: RunRecord['trigger']; stores: { storeId: string }[] }> {
  const { runId, trigger } = parseInput('open-run', openRunInput, input)
  await requireWholeLog(ports)
  const key = runKey(runId, 'config.json')
  if (!(await ports.evidence.has(key))) await ports.evidence.put(key, formatDocument(await ports.configuration.read()))
  const { stores, manifest } = await readRunConfig(ports, runId)
  if (stores.length === 0) throw new ConfigInvalid('configuration: stores: expected at least one')
  if (manifest === undefined) throw new ConfigInvalid('configuration: manifest: expected the transfer manifest')
  if (!(await ports.runState.getRun(runId)))
    await ports.runState.putRun({
      runId,
      trigger,
      state: 'running',
      startedAt: ports.clock().toISOString(),
      stores: stores.map(({ id }) => ({ storeId: id })),
    })
  return { trigger, stores: stores.map(({ id }) => ({ storeId: id })) }
}
