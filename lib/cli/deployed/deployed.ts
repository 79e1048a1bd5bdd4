import type { RunSummary } from '../../pipeline/close-run.ts'
import { readIfThere } from '../../pipeline/evidence/documents.ts'
import { runKey } from '../../pipeline/evidence/evidence-keys.ts'
import type { Executions } from '../../ports.ts'
import type {
  AcknowledgePayload,
  CorrectionPayload,
  Deployment,
  DeploymentPorts,
  Ended,
  Following,
  MachineName,
} from '../deployment.ts'
import { type Failed, followExecution, isRunning } from './follow-execution.ts'
import { type Followed, followRun } from './follow-run.ts'

/** What a deployment is made of, wherever its parts come from. */
export type Parts = {
  ports: DeploymentPorts
  executions: Executions
  /** Why an execution failed, in words that people may read. */
  describeFailure(failed: Failed): string
  acknowledge(payload: AcknowledgePayload): Promise<unknown>
  proposeCorrection(payload: CorrectionPayload): Promise<unknown>
  hasKey: Deployment['hasKey']
  locate(key: string): string
  /** As commands that are shown have to give it: ` --aws --stage prod`. */
  options: string
}

/** A deployment whose executions go on whether anybody follows them or not. */
export function deployed({
  ports,
  executions,
  describeFailure,
  acknowledge,
  proposeCorrection,
  hasKey,
  locate,
  options,
}: Parts): Deployment {
  let followed: Followed | undefined

  const toEnded = (execution: { state: 'succeeded' } | Failed): Ended =>
    execution.state === 'succeeded'
      ? { status: 'succeeded' }
      : { status: 'failed', error: execution.error, message: describeFailure(execution) }

  /** An execution that has ended is not told again, and neither is one that is forgotten: its summary says how it ended. */
  const findEnded = async (machine: MachineName, name: string) => {
    const execution = await executions.find(machine, name)
    if (execution === undefined) return machine === 'verify-run' ? endOf(ports, name) : undefined
    return isRunning(execution) ? undefined : execution
  }

  const execute = async (machine: MachineName, name: string, input: unknown, following: Following): Promise<Ended> => {
    if (input !== undefined) await executions.start(machine, name, input)
    else {
      const ended = await findEnded(machine, name)
      if (ended !== undefined) return toEnded(ended)
    }
    if (machine === 'verify-run') followed = followRun(ports, name, following.onEvent)
    const execution = { machine, name, followed, isNew: input !== undefined }
    const ended = await followExecution(executions, execution, following)
    return 'state' in ended ? toEnded(ended) : ended
  }

  return {
    ports,
    execute,
    acknowledge,
    proposeCorrection,
    hasKey,
    progress: () => followed?.progress() ?? { listed: 0, bytes: 0, versions: 0 },
    locate,
    words: {
      where: 'this deployment',
      options,
      interrupted: 'goes on on AWS, and nobody follows it any more',
      goOn: 'Follow it with',
    },
  }
}

/** How a run ended whose execution is forgotten; absent while it has no summary. */
async function endOf(ports: Pick<DeploymentPorts, 'evidence'>, runId: string) {
  const summary = await readIfThere<RunSummary>(ports, runKey(runId, 'summary.json'))
  if (summary === undefined) return undefined
  const { failure } = summary
  if (failure === undefined) return { state: 'succeeded' as const }
  return { state: 'failed' as const, error: failure.error, cause: `failed in ${failure.state}` }
}
