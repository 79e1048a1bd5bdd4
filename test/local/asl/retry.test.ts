import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { delayOf } from '../../../lib/local/asl/retrying.ts'
import { createWorld, machineOf, named, taskOf } from './world.ts'

type Case = {
  name: string
  retry: Record<string, unknown>[]
  errors: string[]
  sleeps: number[]
  status: 'SUCCEEDED' | 'FAILED'
}

const cases: Case[] = [
  {
    name: 'waits longer each time, and stops after MaxAttempts',
    retry: [{ ErrorEquals: ['A'], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 4 }],
    errors: ['A', 'A', 'A', 'A', 'A'],
    sleeps: [2000, 4000, 8000, 16_000],
    status: 'FAILED',
  },
  {
    name: 'goes on when a retry succeeds',
    retry: [{ ErrorEquals: ['A'], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 4 }],
    errors: ['A', 'A'],
    sleeps: [2000, 4000],
    status: 'SUCCEEDED',
  },
  {
    name: 'has the defaults of the States Language: 1 s, doubling, 3 attempts',
    retry: [{ ErrorEquals: ['States.ALL'] }],
    errors: ['A', 'A', 'A', 'A'],
    sleeps: [1000, 2000, 4000],
    status: 'FAILED',
  },
  {
    name: 'never waits longer than MaxDelaySeconds',
    retry: [{ ErrorEquals: ['A'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 5 }],
    errors: ['A', 'A', 'A', 'A'],
    sleeps: [2000, 5000, 5000, 5000],
    status: 'SUCCEEDED',
  },
  {
    name: 'takes any part of the delay with jitter',
    retry: [{ ErrorEquals: ['A'], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 2, JitterStrategy: 'FULL' }],
    errors: ['A', 'A'],
    sleeps: [1000, 2000],
    status: 'SUCCEEDED',
  },
  {
    name: 'does not retry with MaxAttempts 0, whatever retriers follow',
    retry: [
      { ErrorEquals: ['A'], MaxAttempts: 0 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 9 },
    ],
    errors: ['A'],
    sleeps: [],
    status: 'FAILED',
  },
  {
    name: 'counts each retrier on its own',
    retry: [
      { ErrorEquals: ['A', 'B'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 2 },
      { ErrorEquals: ['C'], IntervalSeconds: 5 },
    ],
    errors: ['A', 'B', 'C', 'B'],
    sleeps: [1000, 2000, 5000],
    status: 'FAILED',
  },
  {
    name: 'does not retry what no retrier names',
    retry: [{ ErrorEquals: ['A'] }],
    errors: ['B'],
    sleeps: [],
    status: 'FAILED',
  },
  {
    name: 'does not retry what cannot be cured',
    retry: [{ ErrorEquals: ['States.ALL'] }],
    errors: ['States.DataLimitExceeded'],
    sleeps: [],
    status: 'FAILED',
  },
]

describe('Retry', () => {
  it.each(cases)('$name', async ({ retry, errors, sleeps, status }) => {
    const left = [...errors]
    const world = createWorld({
      machines: { m: machineOf({ A: taskOf('f', { Retry: retry, End: true }) }) },
      handlers: {
        f: () => {
          const error = left.shift()
          if (error !== undefined) throw named(error)
          return 'done'
        },
      },
    })
    expect((await world.run()).status).toBe(status)
    expect(world.sleeps).toEqual(sleeps)
    expect(world.calls.length).toBe(sleeps.length + 1)
    expect(world.events.filter(({ kind }) => kind === 'task-retried').length).toBe(sleeps.length)
  })

  it('comes before Catch', async () => {
    const world = createWorld({
      machines: {
        m: machineOf({
          A: taskOf('f', {
            Retry: [{ ErrorEquals: ['Bad'], MaxAttempts: 2 }],
            Catch: [{ ErrorEquals: ['Bad'], Next: 'Caught' }],
            End: true,
          }),
          Caught: { Type: 'Succeed' },
        }),
      },
      handlers: {
        f: () => {
          throw named('Bad')
        },
      },
    })
    expect(await world.run()).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'Bad' } })
    expect(world.calls.length).toBe(3)
  })

  it('with jitter is within the delay, whatever the numbers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 1, max: 3, noNaN: true }),
        fc.integer({ min: 0, max: 10 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (intervalSeconds, backoffRate, retried, random) => {
          const retrier = { errorEquals: [], intervalSeconds, backoffRate, maxAttempts: 10, maxDelaySeconds: 300 }
          const most = delayOf({ ...retrier, jitter: 'NONE' }, retried, random)
          const some = delayOf({ ...retrier, jitter: 'FULL' }, retried, random)
          expect(most).toBeLessThanOrEqual(300_000)
          expect(some).toBeGreaterThanOrEqual(0)
          expect(some).toBeLessThanOrEqual(most)
        },
      ),
    )
  })
})
