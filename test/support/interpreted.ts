import { loadMachine, runExecution } from '../../lib/local/asl/interpreter.ts'
import type { Deployment } from './deployment.ts'

/**
 * Runs a machine of a deployed stage in our own interpreter instead of the server's: with the definitions exactly as they
 * were deployed, calling the deployed functions, reading items from the stage's bucket and writing results there. Nothing
 * here waits for a custodian.
 */
export function interpret(deployment: Deployment, machine: string, name: string, input: unknown) {
  const machines = Object.entries(deployment.definitions).map(([arn, given]) => [arn, loadMachine(arn, given)] as const)
  const journal = new Map<string, string>()
  const functionArn = new RegExp(`:function:odv-${deployment.stage}-([a-z-]+)$`)
  return runExecution(
    {
      machines: Object.fromEntries(machines),
      substitutions: {},
      invoke: (arn, payload) => deployment.invoke(functionArn.exec(arn)![1]!, payload),
      token: { read: async () => undefined },
      documents: { get: deployment.document, put: deployment.putDocument },
      journal: {
        read: async (execution, step) => journal.get(`${execution} ${step}`),
        write: async (execution, step, json) => void journal.set(`${execution} ${step}`, json),
      },
      now: () => new Date(),
      random: () => 0,
      sleep: async () => {},
      concurrency: 8,
      signal: new AbortController().signal,
    },
    deployment.arnOf(machine),
    { name, input },
  )
}
