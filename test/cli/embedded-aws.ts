import { setTimeout } from 'node:timers/promises'
import { deployed } from '../../lib/cli/deployed/deployed.ts'
import type { Deployment, Ended } from '../../lib/cli/deployment.ts'
import { openEmbedded } from '../../lib/cli/embedded.ts'
import { openTerminal } from '../../lib/cli/terminal.ts'
import { type Config, parseConfig } from '../../lib/config.ts'
import type { Execution, Executions } from '../../lib/ports.ts'
import type { JsonLine } from '../support/odv.ts'

/**
 * Stands where AWS is: executions that go on by themselves, in this process, over the product's own state machines, tasks
 * and adapters. Whoever follows them sees nothing but their status and what they leave.
 */
export async function openAws(root: string, config: Record<string, unknown>) {
  const parsed: Config = parseConfig(config)
  const embedded = await openEmbedded({ state: 'state', cwd: root, create: true, config: parsed })
  const stop = new AbortController()
  const executions = new Map<string, { running: Promise<Ended>; ended?: Ended }>()
  const calls = { start: 0, find: 0 }
  let fault: Error | undefined
  let isHidden = false

  const steps: Executions = {
    async start(machine, name, input) {
      calls.start++
      const id = `${machine}/${name}`
      if (executions.has(id)) return 'exists'
      const following = { signal: stop.signal, wait: true, onEvent() {} }
      const entry: { running: Promise<Ended>; ended?: Ended } = {
        running: embedded.execute(machine, name, input, following).then((ended) => {
          entry.ended = ended
          return ended
        }),
      }
      executions.set(id, entry)
      return 'started'
    },
    async find(machine, name): Promise<Execution | undefined> {
      calls.find++
      if (fault) throw fault
      const entry = executions.get(`${machine}/${name}`)
      if (isHidden || entry === undefined) return undefined
      switch (entry.ended?.status) {
        case undefined:
          return { state: 'running' }
        case 'failed':
          return { state: 'failed', error: entry.ended.error, cause: entry.ended.message }
        default:
          return { state: 'succeeded' }
      }
    },
  }
  return {
    calls,
    /** As a process on somebody's desk opens it. */
    open: (): Deployment =>
      deployed({
        ports: embedded.ports,
        executions: steps,
        describeFailure: ({ error, cause }) => `${error}: ${cause}`,
        acknowledge: (payload) => embedded.call('acknowledge', payload),
        proposeCorrection: (payload) => embedded.call('propose-correction', payload),
        hasKey: embedded.hasKey,
        locate: (key) => `s3://evidence/${key}`,
        options: ' --aws --stage test',
      }),
    /** From now on whoever looks at an execution meets this; `undefined` ends it. */
    breakWith(error: Error | undefined) {
      fault = error
    },
    /** Step Functions shows what it began some time later. */
    hide(hidden: boolean) {
      isHidden = hidden
    },
    forget: () => executions.clear(),
    async end() {
      await Promise.all([...executions.values()].map(({ running }) => running))
    },
    async close() {
      stop.abort()
      await Promise.all([...executions.values()].map(({ running }) => running))
      await embedded.close()
    },
  }
}

/** A terminal whose lines are kept. */
export function keptTerminal() {
  const kept = { lines: [] as JsonLine[], warnings: '' }
  const stdout = { write: (text: string) => kept.lines.push(JSON.parse(text)) }
  const stderr = {
    write(text: string) {
      kept.warnings += text
    },
  }
  return { kept, terminal: openTerminal({ json: true, stdout, stderr, now: Date.now }) }
}

export async function until<T>(what: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = what()
    if (found) return found
    await setTimeout(20)
  }
}
