import { describe, expect, it } from 'vitest'
import { provide, task } from '../../functions/runtime.ts'
import { StoreUnavailable } from '../../lib/errors.ts'
import type { Ports } from '../../lib/ports.ts'

const identifier = '71000000000009'
const context = { functionName: 'f', awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 }

async function failureOf(fault: Error): Promise<Error> {
  provide(async () => ({}) as Ports)
  const handler = task('probe', () => Promise.reject(fault)) as unknown as (
    input: unknown,
    context: unknown,
  ) => Promise<unknown>
  return handler({}, context).then(
    () => new Error('expected a failure'),
    (error: Error) => error,
  )
}

describe('a fault that leaves a handler', () => {
  it('keeps its name and its places, and none of its words, when it is not ours', async () => {
    const fault = Object.assign(new TypeError(`cannot read ${identifier}`), { name: 'TypeError' })
    const { name, message, stack } = await failureOf(fault)
    expect(name).toBe('TypeError')
    expect(stack).toContain('foreign-fault.test.ts')
    expect(`${message}${stack}`).not.toContain(identifier)
  })

  it('is as it was when it is ours', async () => {
    const fault = new StoreUnavailable('store sg: expected an answer, got none')
    expect(await failureOf(fault)).toBe(fault)
  })
})
