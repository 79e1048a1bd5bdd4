import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { problem } from '../../lib/api/problem.ts'
import { embeddedPorts } from '../../lib/cli/embedded-ports.ts'
import { NameTaken } from '../../lib/errors.ts'
import { makeStateDirectory, stateDirectory } from '../../lib/local/state-directory.ts'
import type { Execution, Executions, Ports } from '../../lib/ports.ts'
import { callFunction } from '../support/handlers.ts'
import { scratchDirectory } from '../support/scratch.ts'
import { routes } from './routes.ts'

/** Executions that end when the test says so, with the rules of Step Functions. */
function memoryExecutions() {
  const known = new Map<string, { input: string; execution: Execution }>()
  const executions: Executions = {
    async start(machine, name, input) {
      const earlier = known.get(`${machine} ${name}`)
      const text = JSON.stringify(input)
      if (earlier === undefined) known.set(`${machine} ${name}`, { input: text, execution: { state: 'running' } })
      else if (earlier.input !== text) throw new NameTaken(`${machine} ${name}: expected another name`)
      return earlier === undefined || earlier.execution.state === 'running' ? 'started' : 'exists'
    },
    find: async (machine, name) => known.get(`${machine} ${name}`)?.execution,
  }
  return {
    executions,
    started: () => [...known].map(([name, { input }]) => ({ name, input: JSON.parse(input) })),
    end: (name: string, execution: Execution) => {
      known.set(name, { input: known.get(name)!.input, execution })
    },
    forget: (name: string) => known.delete(name),
  }
}

export type Asked = {
  id?: string
  body?: unknown
  text?: string
  base64?: string
  headers?: Record<string, string>
  query?: string
}
export type Answered = { status: number; headers: Record<string, string>; body: Record<string, unknown> }

/** A deployment on one machine: local adapters, and executions that only a test ends. */
export async function openDeployment() {
  const paths = stateDirectory(`${scratchDirectory()}/state`)
  await makeStateDirectory(paths)
  const local = embeddedPorts(paths, { config: undefined, meter: { add() {} } })
  const memory = memoryExecutions()
  const ports: Partial<Ports> = {
    clock: () => new Date('2026-11-26T11:09:05.123Z'),
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    runState: local.runState,
    evidence: local.evidence,
    ledger: local.ledger,
    anchor: local.anchor,
    attestationSigner: local.attestationSigner,
    logSigner: local.logSigner,
    taskTokens: local.taskTokens,
    tool: local.tool,
    events: local.events,
    executions: memory.executions,
  }
  return { ...memory, paths, local, ports, ask: (name: string, asked: Asked = {}) => ask(ports, name, asked) }
}

/** Asks as API Gateway does (payload format 2.0). Every answer has the shape that the document promises. */
export async function ask(ports: Partial<Ports>, name: string, asked: Asked = {}): Promise<Answered> {
  const text = asked.text ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body))
  const result = (await callFunction(name, ports, {
    version: '2.0',
    routeKey: `${routes[name]!.method} ${routes[name]!.path}`,
    rawQueryString: asked.query ?? '',
    headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...asked.headers },
    ...(asked.id !== undefined && { pathParameters: { id: asked.id } }),
    ...(text !== undefined && { body: text }),
    ...(asked.base64 !== undefined && { body: asked.base64 }),
    isBase64Encoded: asked.base64 !== undefined,
  })) as { statusCode: number; headers: Record<string, string>; body: string }
  const body = JSON.parse(result.body)
  const { success } = (routes[name]!.answers[result.statusCode] ?? problem).safeParse(body)
  expect(success, `${name} answered ${result.statusCode}: ${result.body}`).toBe(true)
  return { status: result.statusCode, headers: result.headers, body }
}
