import { describe, expect, it } from 'vitest'
import { createWorld, machineOf, named, waitingOf } from './world.ts'

type World = ReturnType<typeof createWorld>
const tokenOf = (world: World, call = 0) => (world.callsOf('notify')[call] as { token: string }).token
const waiting = (more: Record<string, unknown> = {}) => ({ m: machineOf({ Wait: waitingOf('notify', more) }) })
const timedOut = { status: 'FAILED', error: 'States.Timeout', cause: expect.any(String) }

describe('waiting for a task token', () => {
  it('goes on with the answer, not with what the handler returned', async () => {
    const world: World = createWorld({
      machines: waiting(),
      handlers: {
        notify: ({ token }: { token: string }) => {
          world.answers.set(token, { by: 'custodian' })
          return 'not this'
        },
      },
    })
    expect(await world.run()).toEqual({ status: 'SUCCEEDED', output: { by: 'custodian' } })
    expect(world.sleeps).toEqual([])
  })

  it('asks again and again until there is an answer', async () => {
    const world: World = createWorld({ machines: waiting(), handlers: { notify: () => null } })
    let reads = 0
    const get = world.answers.get.bind(world.answers)
    world.answers.get = (token) => (++reads === 5 ? null : get(token))
    expect(await world.run()).toEqual({ status: 'SUCCEEDED', output: null })
    expect(world.sleeps).toEqual([200, 200, 200])
  })

  it.each([
    { name: 'a number', seconds: 3 },
    { name: 'an expression', seconds: '{% $states.input.seconds %}' },
  ])('times out after as many seconds as $name says, and not before', async ({ seconds }) => {
    const world = createWorld({ machines: waiting({ TimeoutSeconds: seconds }), handlers: { notify: () => null } })
    expect(await world.run('m', { seconds: 3 })).toEqual(timedOut)
    expect(world.sleeps.reduce((sum, ms) => sum + ms)).toBe(3000)
    expect(world.events).toContainEqual(
      expect.objectContaining({ kind: 'waiting-for-token', deadline: '2026-01-01T00:00:03.000Z' }),
    )
  })

  it.each([0, -1, 1.5, 100_000_000, '60', null])(
    'refuses to wait for %j seconds, and calls nobody',
    async (seconds) => {
      const world = createWorld({
        machines: waiting({ TimeoutSeconds: '{% $states.input.seconds %}' }),
        handlers: { notify: () => null },
      })
      expect(await world.run('m', { seconds })).toMatchObject({ error: 'States.QueryEvaluationError' })
      expect(world.calls).toEqual([])
    },
  )

  it('retries the call with the same token', async () => {
    let calls = 0
    const world: World = createWorld({
      machines: waiting({ Retry: [{ ErrorEquals: ['Busy'] }] }),
      handlers: {
        notify: ({ token }: { token: string }) => {
          if (++calls < 3) throw named('Busy')
          world.answers.set(token, 'answer')
        },
      },
    })
    expect(await world.run()).toEqual({ status: 'SUCCEEDED', output: 'answer' })
    expect(new Set(world.callsOf('notify').map((payload) => JSON.stringify(payload))).size).toBe(1)
  })

  it('has another token for every execution and every visit', async () => {
    const states = {
      One: waitingOf('notify', { End: undefined, Next: 'Two' }),
      Two: waitingOf('notify'),
    }
    const world: World = createWorld({
      machines: { m: machineOf(states) },
      handlers: { notify: ({ token }: { token: string }) => void world.answers.set(token, 1) },
    })
    await world.run('m', {}, 'e1')
    await world.run('m', {}, 'e2')
    expect(new Set([0, 1, 2, 3].map((call) => tokenOf(world, call))).size).toBe(4)
  })
})

describe('waiting, after a crash', () => {
  /** Waits until the handler was called and that is journaled, and dies there. */
  async function dieWaiting(more: Record<string, unknown> = {}): Promise<World> {
    const world: World = createWorld({ machines: waiting(more), handlers: { notify: () => null } })
    world.afterWrite = (step) => {
      if (step.endsWith(':called')) throw named('Killed')
    }
    await expect(world.run()).rejects.toThrow()
    world.afterWrite = () => {}
    return world
  }

  it('does not call the handler again, and waits for the same token', async () => {
    const world = await dieWaiting()
    world.answers.set(tokenOf(world), 'answer')
    expect(await world.run()).toEqual({ status: 'SUCCEEDED', output: 'answer' })
    expect(world.callsOf('notify').length).toBe(1)
    expect(world.sleeps).toEqual([])
  })

  it('counts an answer that came while nothing ran, even after the deadline', async () => {
    const world = await dieWaiting()
    world.answers.set(tokenOf(world), 'answer')
    world.time += 61_000
    expect(await world.run()).toEqual({ status: 'SUCCEEDED', output: 'answer' })
  })

  it('times out at once when the deadline passed while nothing ran', async () => {
    const world = await dieWaiting()
    world.time += 61_000
    expect(await world.run()).toEqual(timedOut)
    expect(world.sleeps).toEqual([])
    expect(world.callsOf('notify').length).toBe(1)
  })

  it('waits only for what is left of the time', async () => {
    const world = await dieWaiting()
    world.time += 59_000
    expect(await world.run()).toEqual(timedOut)
    expect(world.sleeps.reduce((sum, ms) => sum + ms)).toBe(1000)
  })

  it('counts an answer to a call that was not journaled', async () => {
    const world: World = createWorld({
      machines: waiting(),
      handlers: { notify: ({ token }: { token: string }) => void world.answers.set(token, 'answer') },
    })
    world.beforeWrite = (step) => {
      if (step.endsWith(':called')) throw named('Killed')
    }
    await expect(world.run()).rejects.toThrow()
    world.beforeWrite = () => {}
    expect(await world.run()).toEqual({ status: 'SUCCEEDED', output: 'answer' })
    expect(world.callsOf('notify').length).toBe(1)
  })

  it('gives a person who was not called the whole time', async () => {
    const world = createWorld({ machines: waiting(), handlers: {} })
    world.beforeWrite = (step) => {
      if (step.endsWith('#0')) throw named('Killed')
    }
    await expect(world.run()).rejects.toThrow()
    world.beforeWrite = () => {}
    world.time += 3_600_000
    world.handlers.notify = () => null
    expect(await world.run()).toEqual(timedOut)
    expect(world.sleeps.reduce((sum, ms) => sum + ms)).toBe(60_000)
  })
})
