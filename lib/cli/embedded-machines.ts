import { readFile } from 'node:fs/promises'
import { type Environment, loadMachine } from '../local/asl/interpreter.ts'
import { noScanTasks } from '../local/asl/no-scan-tasks.ts'
import type { LocalPorts } from '../local/local-ports.ts'

const functions = [
  'open-run',
  'build-index',
  'attest',
  'settle-subjects',
  'close-run',
  'sign-checkpoint',
  'stamp-checkpoint',
  'take-inventory',
  'plan-listing',
  'plan-segment',
  'plan-batches',
  'restore-archived',
  'scan-batch',
  'settle-segment',
  'settle-coverage',
  'request-deletion',
  'execute-deletion',
  'notify-custodian',
  'acknowledge',
  'decide-verdict',
  'estimate-cost',
  'export-bundle',
  'check-bundle',
  'propose-correction',
  'retire-key',
] as const

const machines = ['verify-run', 'verify-store', 'scan-store', 'export-filing', 'correct-entry', 'rotate-key'] as const

export type FunctionName = (typeof functions)[number]
export type MachineName = (typeof machines)[number]

/** Substitutes as the deployment does: functions and machines go by their names, the evidence by the ports. */
export async function toEnvironment(ports: LocalPorts, cores: number): Promise<Omit<Environment, 'invoke' | 'signal'>> {
  const substitutions = {
    Partition: 'aws',
    EvidenceBucket: 'evidence',
    ...noScanTasks,
    ...Object.fromEntries(functions.map((name) => [`${pascal(name)}FunctionArn`, name])),
    ...Object.fromEntries(machines.map((name) => [`${pascal(name)}StateMachineArn`, name])),
  }
  const loaded = await Promise.all(
    machines.map(async (name) => {
      const text = await readFile(new URL(`../../statemachines/${name}.asl.json`, import.meta.url), 'utf8')
      return [name, loadMachine(name, JSON.parse(text))] as const
    }),
  )
  return {
    machines: Object.fromEntries(loaded),
    substitutions,
    token: ports.taskTokens,
    documents: ports.evidence,
    journal: ports.journal,
    now: ports.clock,
    random: Math.random,
    sleep,
    concurrency: Math.max(64, cores * 4),
  }
}

const pascal = (name: string) => name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done)
  })
}
