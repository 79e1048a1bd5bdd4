import { describe, expect, it } from 'vitest'
import { createWorld, distributedOf, machineOf, named, taskOf } from './world.ts'

type World = ReturnType<typeof createWorld>
const slept = (world: World) => world.sleeps.reduce((sum, ms) => sum + ms, 0)
const waiting = (more: Record<string, unknown> = {}) => ({
  m: machineOf({ A: { Type: 'Wait', Seconds: 90, End: true, ...more } }),
})

describe('waiting for a time', () => {
  it.each([
    { name: 'a number', seconds: 90 },
    { name: 'an expression', seconds: '{% $states.input.minutes * 60 %}' },
  ])('goes on with its input after as many seconds as $name says, and not before', async ({ seconds }) => {
    const world = createWorld({ machines: waiting({ Seconds: seconds }) })
    const input = { minutes: 1.5 }
    expect(await world.run('m', input)).toEqual({ status: 'SUCCEEDED', output: input })
    expect(slept(world)).toBe(90_000)
    expect(world.events).toContainEqual({
      kind: 'waiting',
      machine: 'm',
      execution: 'e1',
      state: 'A',
      until: '2026-01-01T00:01:30.000Z',
    })
  })

  it('assigns and gives what it says', async () => {
    const world = createWorld({
      machines: {
        m: machineOf({
          A: { Type: 'Wait', Seconds: 1, Assign: { x: '{% $states.input.a + 1 %}' }, Output: { b: 2 }, Next: 'B' },
          B: { Type: 'Pass', Output: { x: '{% $x %}', b: '{% $states.input.b %}' }, End: true },
        }),
      },
    })
    expect(await world.run('m', { a: 1 })).toEqual({ status: 'SUCCEEDED', output: { x: 2, b: 2 } })
  })

  it('of no seconds goes on at once', async () => {
    const world = createWorld({ machines: waiting({ Seconds: 0 }) })
    expect(await world.run()).toMatchObject({ status: 'SUCCEEDED' })
    expect(world.sleeps).toEqual([])
    expect(world.events.filter(({ kind }) => kind === 'waiting')).toEqual([])
  })

  it.each([-1, 1.5, 100_000_000, '60', null])('refuses to wait for %j seconds', async (seconds) => {
    const world = createWorld({ machines: waiting({ Seconds: '{% $states.input.seconds %}' }) })
    expect(await world.run('m', { seconds })).toMatchObject({ error: 'States.QueryEvaluationError' })
    expect(world.sleeps).toEqual([])
  })

  it('sleeps for no longer than a timer holds, however long it waits', async () => {
    const world = createWorld({ machines: waiting({ Seconds: 60 * 86_400 }) })
    await world.run()
    expect(slept(world)).toBe(60 * 86_400_000)
    expect(Math.max(...world.sleeps)).toBeLessThan(2 ** 31)
  })

  it('waits anew at every visit', async () => {
    const world = createWorld({
      machines: {
        m: machineOf({
          Begin: { Type: 'Pass', Assign: { n: 0 }, Next: 'A' },
          A: { Type: 'Wait', Seconds: 10, Assign: { n: '{% $n + 1 %}' }, Next: 'Enough' },
          Enough: { Type: 'Choice', Choices: [{ Condition: '{% $n = 3 %}', Next: 'End' }], Default: 'A' },
          End: { Type: 'Succeed' },
        }),
      },
    })
    await world.run()
    expect(slept(world)).toBe(30_000)
  })
})

describe('waiting for a time, after a crash', () => {
  /** Dies once the end is journaled, in the wait. */
  async function dieWaiting(machines: Record<string, unknown> = waiting(), documents = {}): Promise<World> {
    const world: World = createWorld({ machines, documents })
    world.afterWrite = (step) => {
      if (step.endsWith(':until')) throw named('Killed')
    }
    await expect(world.run()).rejects.toThrow(named('Killed'))
    world.afterWrite = () => {}
    return world
  }

  it.each([
    { passed: 0, left: 90_000 },
    { passed: 89_000, left: 1000 },
    { passed: 90_000, left: 0 },
    { passed: 3_600_000, left: 0 },
  ])('waits $left ms more when $passed ms passed while nothing ran', async ({ passed, left }) => {
    const world = await dieWaiting()
    world.time += passed
    expect(await world.run()).toMatchObject({ status: 'SUCCEEDED' })
    expect(slept(world)).toBe(left)
  })

  it('keeps its end also in a distributed Map that journals nothing else', async () => {
    const states = { B: { Type: 'Wait', Seconds: 90, End: true } }
    const machines = { m: machineOf({ A: distributedOf(states) }) }
    const world = await dieWaiting(machines, { 'items.jsonl': '1\n' })
    world.time += 80_000
    expect(await world.run()).toMatchObject({ status: 'SUCCEEDED' })
    expect(slept(world)).toBe(10_000)
  })

  it('does not wait again for a time that was over when the next task died', async () => {
    const machines = {
      m: machineOf({ A: { Type: 'Wait', Seconds: 90, Next: 'B' }, B: taskOf('f') }),
    }
    const world: World = createWorld({ machines, handlers: { f: () => 1 } })
    world.beforeWrite = (step) => {
      if (step.startsWith('B')) throw named('Killed')
    }
    await expect(world.run()).rejects.toThrow(named('Killed'))
    world.beforeWrite = () => {}
    world.sleeps.length = 0
    expect(await world.run()).toMatchObject({ status: 'SUCCEEDED' })
    expect(world.sleeps).toEqual([])
  })

  it('stops at once when it is interrupted, and goes on with what is left', async () => {
    const world = createWorld({ machines: waiting() })
    world.events.push = (event) => {
      if (event.kind === 'waiting') world.interruption.abort()
      return 0
    }
    await expect(world.run()).rejects.toThrow(expect.objectContaining({ name: 'Interrupted' }))
    expect(world.sleeps).toEqual([])
    world.interruption = new AbortController()
    world.events.push = () => 0
    world.time += 60_000
    expect(await world.run()).toMatchObject({ status: 'SUCCEEDED' })
    expect(slept(world)).toBe(30_000)
  })
})
