import * as errors from '../errors.ts'
import type { DeploymentNames } from './deployment-names.ts'

const tasks: Record<string, string> = {
  OpenRun: 'open-run',
  BuildIndex: 'build-index',
  BuildScopeTree: 'build-index',
  AttestScope: 'attest',
  AttestSummary: 'attest',
  SettleSubjects: 'settle-subjects',
  CloseRun: 'close-run',
  SignCheckpoint: 'sign-checkpoint',
}

/**
 * Why an execution failed, for people: a machine says in which state, a function of ours what it said itself, and a log
 * group says the rest.
 */
export function describeFailure({ error, cause = '' }: { error: string; cause?: string }, { prefix }: DeploymentNames) {
  const state = /^failed in (\w+)$/.exec(cause)?.[1]
  if (state !== undefined)
    return `${error}: ${cause}${tasks[state] === undefined ? '' : `; the log group /aws/lambda/${prefix}-${tasks[state]} says why`}`
  if (error === 'Aborted') return `${error}: somebody stopped the execution`
  // Text of a fault that is not ours could quote data.
  const said = Object.hasOwn(errors, error) ? errorMessageIn(cause) : undefined
  return `${error}: ${said ?? 'the execution says no more'}`
}

function errorMessageIn(cause: string): string | undefined {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown }
    return typeof errorMessage === 'string' ? errorMessage : undefined
  } catch {
    return undefined
  }
}
