import { randomUUID } from 'node:crypto'
import { NotKnown } from '../../errors.ts'

type Handler = (payload: unknown, context: unknown) => Promise<unknown>

const functionName = /^[a-z]+(?:-[a-z]+)*$/
const timeLimit = 15 * 60 * 1000

/** @throws NotKnown */
export async function loadHandler(name: string): Promise<Handler> {
  if (!functionName.test(name)) throw new NotKnown(`function ${name}: expected one of functions/`)
  const { handler } = (await import(`../../../functions/${name}.ts`)) as { handler: Handler }
  return handler
}

/** Calls a handler of `functions/` as Lambda would: JSON in, JSON out, a context, one call at a time per place. */
export async function callHandler(name: string, payload: unknown): Promise<unknown> {
  const handler = await loadHandler(name)
  const deadline = Date.now() + timeLimit
  const output = await handler(structuredClone(payload), {
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${name}`,
    memoryLimitInMB: '2048',
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  })
  return JSON.parse(JSON.stringify(output ?? null))
}
