import { describe, expect, it } from 'vitest'
import { createWorld, machineOf, mapOf, named, taskOf } from './world.ts'

const payload = { Output: '{% $states.result.Payload %}', End: true }
const echo = { f: (input: unknown) => input }
const tick = () => new Promise(setImmediate)

describe('an inline Map', () => {
  it('gives the outputs in the order of the items, whatever order they end in', async () => {
    const world = createWorld({
      machines: { m: machineOf({ A: mapOf({ B: taskOf('f', payload) }) }) },
      handlers: {
        f: async (n: number) => {
          for (let i = 0; i < 5 - n; i++) await tick()
          return n * 10
        },
      },
    })
    expect(await world.run('m', [1, 2, 3, 4])).toEqual({ status: 'SUCCEEDED', output: [10, 20, 30, 40] })
  })

  it.each([
    { name: 'none', items: [] },
    { name: 'one', items: ['a'] },
    { name: 'one that is a list', items: [['a']] },
    { name: 'some that are null', items: [null, 1, null] },
  ])('takes $name as they are', async ({ items }) => {
    const world = createWorld({
      machines: { m: machineOf({ A: mapOf({ B: taskOf('f', payload) }) }) },
      handlers: echo,
    })
    expect(await world.run('m', items)).toEqual({ status: 'SUCCEEDED', output: items })
  })

  it('selects from item, index, input and variables', async () => {
    const world = createWorld({
      machines: {
        m: machineOf({
          Begin: { Type: 'Pass', Assign: { runId: 'r' }, Next: 'A' },
          A: mapOf(
            { B: { Type: 'Pass', End: true } },
            {
              Items: '{% $states.input.stores %}',
              ItemSelector: {
                runId: '{% $runId %}',
                item: '{% $states.context.Map.Item.Value.id %}',
                index: '{% $states.context.Map.Item.Index %}',
                of: '{% $count($states.input.stores) %}',
              },
            },
          ),
        }),
      },
    })
    expect(await world.run('m', { stores: [{ id: 'a' }, { id: 'b' }] })).toEqual({
      status: 'SUCCEEDED',
      output: [
        { runId: 'r', item: 'a', index: 0, of: 2 },
        { runId: 'r', item: 'b', index: 1, of: 2 },
      ],
    })
  })

  it('reads the variables around it; its own are seen by no other item and not outside', async () => {
    const world = createWorld({
      machines: {
        m: machineOf({
          Begin: { Type: 'Pass', Assign: { outer: 'o' }, Next: 'A' },
          A: mapOf(
            {
              Mine: {
                Type: 'Choice',
                Choices: [{ Condition: '{% $states.input = 1 %}', Next: 'Set' }],
                Default: 'Read',
              },
              Set: { Type: 'Pass', Assign: { inner: '{% $outer & $string($states.input) %}' }, Next: 'Read' },
              Read: taskOf('f', {
                Payload: '{% $inner %}',
                Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Not', Output: '{% $states.errorOutput.Error %}' }],
                ...payload,
              }),
              Not: { Type: 'Pass', End: true },
            },
            { Assign: { outer: '{% $states.result %}' }, End: undefined, Next: 'After' },
          ),
          After: { Type: 'Pass', Output: '{% $outer %}', End: true },
        }),
      },
      handlers: echo,
    })
    expect(await world.run('m', [1, 2])).toEqual({
      status: 'SUCCEEDED',
      output: ['o1', 'States.QueryEvaluationError'],
    })
  })

  it.each(['text', 5, null, { a: 1 }])('refuses %j as items', async (items) => {
    const world = createWorld({ machines: { m: machineOf({ A: mapOf({ B: { Type: 'Succeed' } }) }) } })
    expect(await world.run('m', items === null ? { a: null } : items)).toMatchObject({
      error: 'States.QueryEvaluationError',
    })
  })

  it.each([-1, 1.5, 'five'])('refuses %j as what an expression for MaxConcurrency gives', async (given) => {
    const states = { A: mapOf({ B: { Type: 'Succeed' } }, { Items: [1], MaxConcurrency: '{% $states.input.at %}' }) }
    const world = createWorld({ machines: { m: machineOf(states) } })
    expect(await world.run('m', { at: given })).toMatchObject({ error: 'States.QueryEvaluationError' })
  })

  it.each([
    { name: 'MaxConcurrency', maxConcurrency: 3, concurrency: 9, expected: 3 },
    { name: 'an expression', maxConcurrency: '{% $count($states.input) / 5 %}', concurrency: 9, expected: 4 },
    { name: 'the environment', maxConcurrency: 9, concurrency: 2, expected: 2 },
    { name: 'the environment alone', maxConcurrency: 0, concurrency: 4, expected: 4 },
  ])('works on as many items at once as $name allows', async ({ maxConcurrency, concurrency, expected }) => {
    let at = 0
    let most = 0
    const world = createWorld({
      machines: { m: machineOf({ A: mapOf({ B: taskOf('f') }, { MaxConcurrency: maxConcurrency }) }) },
      concurrency,
      handlers: {
        f: async () => {
          most = Math.max(most, ++at)
          await tick()
          at--
        },
      },
    })
    await world.run(
      'm',
      Array.from({ length: 20 }, (_, i) => i),
    )
    expect(most).toBe(expected)
  })

  it('fails as its first failed item did, and begins no further item', async () => {
    const world = createWorld({
      machines: {
        m: machineOf({
          A: mapOf({ B: taskOf('f') }, { Catch: [{ ErrorEquals: ['Bad'], Next: 'C' }], End: undefined, Next: 'C' }),
          C: { Type: 'Succeed' },
        }),
      },
      concurrency: 2,
      handlers: {
        f: async (n: number) => {
          await tick()
          if (n === 3) throw named('Bad', 'item 3')
        },
      },
    })
    expect(await world.run('m', [1, 2, 3, 4, 5, 6, 7, 8])).toEqual({
      status: 'SUCCEEDED',
      output: { Error: 'Bad', Cause: 'item 3' },
    })
    expect(world.calls.length).toBeLessThanOrEqual(4)
  })

  it('fails the same way when it is run again, though other items were not finished', async () => {
    const world = createWorld({
      machines: { m: machineOf({ A: mapOf({ B: taskOf('f', { Next: 'C' }), C: taskOf('g') }) }) },
      handlers: {
        f: async (n: number) => {
          if (n === 2) throw named('Bad')
          await tick()
        },
        g: () => {
          throw named('Other')
        },
      },
    })
    const first = await world.run('m', [1, 2])
    expect(first).toMatchObject({ error: 'Bad' })
    const calls = world.calls.length
    expect(await world.run('m', [1, 2])).toEqual(first)
    expect(world.calls.length).toBe(calls)
  })
})
