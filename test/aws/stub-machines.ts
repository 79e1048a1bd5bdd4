import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { CreateFunctionCommand, LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { formatZip } from '../../infra/zip.ts'
import type { Loopback } from '../support/ministack.ts'

/**
 * Lambdas that stand for others: they show what a state machine does with what a function answers, and nothing about
 * the functions of the product. `fail` throws the error that its payload names; `flaky` does so until its third call; `keep`
 * writes the token that it was given to a file, and `append` a line.
 */
const sources = {
  echo: 'export const handler = async (event) => event',
  version: 'export const handler = async () => process.version',
  fail: 'export const handler = async ({ error }) => { throw Object.assign(new Error("said so"), { name: error }) }',
  keep: `import { writeFileSync } from 'node:fs'
export const handler = async ({ token, file }) => writeFileSync(file, token)`,
  append: `import { appendFileSync } from 'node:fs'
export const handler = async ({ line, file }) => appendFileSync(file, JSON.stringify(line) + '\\n')`,
  flaky: `import { appendFileSync, readFileSync } from 'node:fs'
export const handler = async ({ error, tally }) => {
  appendFileSync(tally, 'x')
  const calls = readFileSync(tally).length
  if (calls < 3) throw Object.assign(new Error('said so'), { name: error })
  return { calls }
}`,
}

/** A state that calls one of them. */
export const invoke = (name: keyof typeof sources, Payload: unknown, waits = false) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::lambda:invoke${waits ? '.waitForTaskToken' : ''}`,
  Arguments: { FunctionName: `arn:aws:lambda:us-east-1:000000000000:function:${name}`, Payload },
})

export type Ended = { status: string; output?: unknown; error?: string; cause?: string }

/** Makes machines of definitions and runs them, beside the functions above. */
export async function stubMachines(server: Loopback) {
  const [lambda, states] = [new LambdaClient(server), new SFNClient(server)]
  for (const [name, source] of Object.entries(sources)) {
    const ZipFile = formatZip([{ name: 'index.mjs', bytes: Buffer.from(source) }])
    const [Role, Runtime] = ['arn:aws:iam::000000000000:role/stub', 'nodejs24.x' as const]
    await lambda.send(
      new CreateFunctionCommand({ FunctionName: name, Role, Runtime, Handler: 'index.handler', Code: { ZipFile } }),
    )
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30 }, { FunctionName: name })
  }

  let machines = 0
  async function create(definition: object): Promise<string> {
    const made = await states.send(
      new CreateStateMachineCommand({
        name: `machine-${machines++}`,
        roleArn: 'arn:aws:iam::000000000000:role/stub',
        definition: JSON.stringify({ QueryLanguage: 'JSONata', ...definition }),
      }),
    )
    return made.stateMachineArn!
  }

  async function start(stateMachineArn: string, input: unknown = {}): Promise<string> {
    const started = await states.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }))
    return started.executionArn!
  }

  async function end(executionArn: string): Promise<Ended> {
    for (const until = Date.now() + 180_000; Date.now() < until; await pause(20)) {
      const { status, output, error, cause } = await states.send(new DescribeExecutionCommand({ executionArn }))
      if (status === 'RUNNING') continue
      if (status === 'SUCCEEDED') return { status, output: JSON.parse(output!) }
      return { status: status!, error: error!, cause: cause! }
    }
    throw new Error(`${executionArn}: expected it to end within three minutes`)
  }

  return {
    states,
    create,
    start,
    end,
    run: async (arn: string, input?: unknown) => end(await start(arn, input)),
    kept: (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : ''),
  }
}
