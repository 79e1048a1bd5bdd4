import { describe, expect, it } from 'vitest'
import { childOf, createWorld, machineOf, mapOf, named, taskOf } from './world.ts'

const pass = (more: Record<string, unknown>) => ({ Type: 'Pass', ...more })
const output = (expression: unknown) => pass({ Output: expression, End: true })
const succeeded = (value: unknown) => ({ status: 'SUCCEEDED', output: value })
const failed = (error: string, cause: unknown = expect.any(String)) => ({ status: 'FAILED', error, cause })

type Case = { name: string; states: Record<string, unknown>; input?: unknown; expected: unknown }

const values: Case[] = [
  { name: 'Pass gives its input', states: { A: pass({ End: true }) }, input: { a: 1 }, expected: succeeded({ a: 1 }) },
  {
    name: 'Output is a value with expressions in it',
    states: { A: output({ list: [1, '{% $states.input.a + 1 %}', 'text'], none: null, yes: true }) },
    input: { a: 1 },
    expected: succeeded({ list: [1, 2, 'text'], none: null, yes: true }),
  },
  { name: 'an expression may return null', states: { A: output('{% null %}') }, expected: succeeded(null) },
  { name: 'false is a value', states: { A: output('{% 1 = 2 %}') }, expected: succeeded(false) },
  { name: 'zero is a value', states: { A: output('{% 1 - 1 %}') }, expected: succeeded(0) },
  { name: 'an empty text is a value', states: { A: output("{% '' %}") }, expected: succeeded('') },
  {
    name: 'a list of one stays a list',
    states: { A: output('{% $states.input.stores %}') },
    input: { stores: ['a'] },
    expected: succeeded(['a']),
  },
  {
    name: 'an empty list stays a list',
    states: { A: output('{% $states.input.stores %}') },
    input: { stores: [] },
    expected: succeeded([]),
  },
  {
    name: 'nothing is an error',
    states: { A: output('{% $states.input.absent %}') },
    expected: failed('States.QueryEvaluationError'),
  },
  {
    name: 'nothing deep inside a value is an error',
    states: { A: output({ a: [{ b: '{% $states.input.absent %}' }] }) },
    expected: failed('States.QueryEvaluationError'),
  },
  {
    name: 'a function is no value',
    states: { A: output('{% function($a) { $a } %}') },
    expected: failed('States.QueryEvaluationError'),
  },
  {
    name: 'an expression that fails says how, and quotes no value',
    states: { A: output('{% $number($states.input.a) %}') },
    input: { a: 'secret-value' },
    expected: failed('States.QueryEvaluationError', 'm: A: Output: the expression failed with D3030'),
  },
  {
    name: 'Assign is seen from the next state on',
    states: { A: pass({ Assign: { x: 1 }, Next: 'B' }), B: output('{% $x %}') },
    expected: succeeded(1),
  },
  {
    name: 'Assign and Output see the variables from before',
    states: {
      A: pass({ Assign: { x: 1, y: 10 }, Next: 'B' }),
      B: pass({ Assign: { x: '{% $y %}', y: '{% $x %}' }, Output: '{% $x & "," & $y %}', Next: 'C' }),
      C: output('{% [$states.input, $x, $y] %}'),
    },
    expected: succeeded(['1,10', 10, 1]),
  },
  {
    name: 'a variable may be null',
    states: { A: pass({ Assign: { failure: null }, Next: 'B' }), B: output({ failure: '{% $failure %}' }) },
    expected: succeeded({ failure: null }),
  },
  {
    name: 'a variable that is not assigned on this way is an error, also where JSONata would call it false',
    states: {
      A: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $found > 0 and true %}', Next: 'B' }],
        Default: 'C',
      },
      B: pass({ Assign: { found: 1 }, Next: 'C' }),
      C: { Type: 'Succeed' },
    },
    expected: failed('States.QueryEvaluationError', 'm: A: Choices[0]: Condition: variable $found is not assigned'),
  },
  {
    name: 'the first choice that holds is taken',
    states: {
      A: {
        Type: 'Choice',
        Choices: [
          { Condition: '{% $states.input.n > 2 %}', Next: 'B' },
          { Condition: '{% $states.input.n > 1 %}', Next: 'C' },
          { Condition: '{% $states.input.n > 0 %}', Next: 'D' },
        ],
      },
      B: output('B'),
      C: output('C'),
      D: output('D'),
    },
    input: { n: 2 },
    expected: succeeded('C'),
  },
  {
    name: 'Default is taken when none holds, with the input',
    states: {
      A: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'B' }], Default: 'C' },
      B: output('B'),
      C: { Type: 'Succeed' },
    },
    input: { n: 2 },
    expected: succeeded({ n: 2 }),
  },
  {
    name: 'no choice and no default is an error',
    states: { A: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'B' }] }, B: output('B') },
    expected: failed('States.NoChoiceMatched'),
  },
  ...[1, 'true', null, [], {}].map((value) => ({
    name: `a condition that is ${JSON.stringify(value)} is an error`,
    states: {
      A: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.value %}', Next: 'B' }], Default: 'B' },
      B: output('B'),
    },
    input: { value },
    expected: failed('States.QueryEvaluationError'),
  })),
  {
    name: 'Fail fails with a computed error and cause',
    states: { A: { Type: 'Fail', Error: '{% $states.input.e %}', Cause: "{% 'in ' & $states.input.s %}" } },
    input: { e: 'Bad', s: 'Here' },
    expected: failed('Bad', 'in Here'),
  },
  {
    name: 'Fail whose error is no text fails all the same',
    states: { A: { Type: 'Fail', Error: '{% 5 %}', Cause: 'c' } },
    expected: failed('States.QueryEvaluationError'),
  },
  {
    name: 'the context says where it is',
    states: {
      A: output([
        '{% $states.context.Execution.Name %}',
        '{% $states.context.Execution.Input.a %}',
        '{% $states.context.Execution.StartTime %}',
        '{% $states.context.State.Name %}',
        '{% $states.context.State.EnteredTime %}',
        '{% $states.context.StateMachine.Name %}',
        '{% $states.context.Execution.Id %}',
      ]),
    },
    input: { a: 1 },
    expected: succeeded([
      'e1',
      1,
      '2026-01-01T00:00:00.000Z',
      'A',
      '2026-01-01T00:00:00.000Z',
      'm',
      'arn:aws:states:local:000000000000:execution:m:e1',
    ]),
  },
  {
    name: 'more data than Step Functions carries is an error',
    states: { A: output("{% $pad('', 262143, 'x') %}") },
    expected: failed('States.DataLimitExceeded'),
  },
  {
    name: 'as much data as Step Functions carries is none',
    states: {
      A: pass({ Output: "{% $pad('', 262142, 'x') %}", Next: 'B' }),
      B: output('{% $length($states.input) %}'),
    },
    expected: succeeded(262_142),
  },
]

describe('states', () => {
  it.each(values)('$name', async ({ states, input, expected }) => {
    const world = createWorld({ machines: { m: machineOf(states) } })
    expect(await world.run('m', input)).toEqual(expected)
  })

  it('loops keep their variables, each visit on its own', async () => {
    const world = createWorld({
      machines: {
        m: machineOf({
          Begin: pass({ Assign: { page: 0 }, Next: 'List' }),
          List: taskOf('list', {
            Payload: '{% $page %}',
            Assign: { page: '{% $page + 1 %}', complete: '{% $states.result.Payload %}' },
            Next: 'Complete',
          }),
          Complete: {
            Type: 'Choice',
            Choices: [{ Condition: '{% $complete %}', Next: 'End' }],
            Default: 'List',
          },
          End: output('{% $page %}'),
        }),
      },
      handlers: { list: (page: number) => page === 4 },
    })
    expect(await world.run()).toEqual(succeeded(5))
    expect(world.callsOf('list')).toEqual([0, 1, 2, 3, 4])
  })
})

const caught = (more: Record<string, unknown> = {}) => ({ ErrorEquals: ['States.ALL'], Next: 'Caught', ...more })

describe('tasks', () => {
  it('gives what Lambda gives, and the payload is JSON', async () => {
    const world = createWorld({
      machines: { m: machineOf({ A: taskOf('f') }) },
      handlers: { f: () => ({ at: new Date(0), none: undefined }) },
    })
    expect(await world.run('m', { a: 1 })).toEqual(
      succeeded({ ExecutedVersion: '$LATEST', StatusCode: 200, Payload: { at: '1970-01-01T00:00:00.000Z' } }),
    )
    expect(world.calls).toEqual([{ name: 'f', payload: { a: 1 } }])
  })

  it('gives null for nothing', async () => {
    const world = createWorld({
      machines: { m: machineOf({ A: taskOf('f', { Output: '{% $states.result.Payload %}', End: true }) }) },
      handlers: { f: () => undefined },
    })
    expect(await world.run()).toEqual(succeeded(null))
  })

  it('substitutes in literals', async () => {
    const world = createWorld({
      machines: { m: machineOf({ A: taskOf(`\${FArn}`, { Payload: { bucket: `s3://\${Bucket}/x` }, End: true }) }) },
      substitutions: { FArn: 'f', Bucket: 'b' },
      handlers: { f: () => 1 },
    })
    await world.run()
    expect(world.calls).toEqual([{ name: 'f', payload: { bucket: 's3://b/x' } }])
  })

  const errors: { name: string; thrown: unknown; names: string[]; taken: boolean }[] = [
    { name: 'its own name', thrown: named('Bad'), names: ['Bad'], taken: true },
    { name: 'another name', thrown: named('Bad'), names: ['Worse'], taken: false },
    { name: 'a part of its name', thrown: named('Bad'), names: ['B'], taken: false },
    { name: 'one of several names', thrown: named('Bad'), names: ['Worse', 'Bad'], taken: true },
    { name: 'States.ALL', thrown: named('Bad'), names: ['States.ALL'], taken: true },
    { name: 'States.TaskFailed', thrown: named('Bad'), names: ['States.TaskFailed'], taken: true },
    { name: 'what is no Error, by States.ALL', thrown: 'text', names: ['States.ALL'], taken: true },
    {
      name: 'a timeout, by States.TaskFailed',
      thrown: named('States.Timeout'),
      names: ['States.TaskFailed'],
      taken: false,
    },
    { name: 'a timeout, by States.ALL', thrown: named('States.Timeout'), names: ['States.ALL'], taken: true },
    {
      name: 'too much data, by States.ALL',
      thrown: named('States.DataLimitExceeded'),
      names: ['States.ALL'],
      taken: false,
    },
    { name: 'a runtime error, by States.ALL', thrown: named('States.Runtime'), names: ['States.ALL'], taken: false },
    {
      name: 'too much data, by its name',
      thrown: named('States.DataLimitExceeded'),
      names: ['States.DataLimitExceeded'],
      taken: true,
    },
  ]

  it.each(errors)('Catch takes an error by $name: $taken', async ({ thrown, names, taken }) => {
    const world = createWorld({
      machines: {
        m: machineOf({
          A: taskOf('f', { Catch: [{ ErrorEquals: names, Next: 'Caught' }], End: true }),
          Caught: output('caught'),
        }),
      },
      handlers: {
        f: () => {
          throw thrown
        },
      },
    })
    expect((await world.run()).status === 'SUCCEEDED').toBe(taken)
  })

  const catching: Case[] = [
    {
      name: 'the first catcher that takes the error counts',
      states: {
        A: taskOf('bad', {
          Catch: [
            { ErrorEquals: ['Other'], Next: 'One' },
            { ErrorEquals: ['Bad'], Next: 'Two' },
            { ErrorEquals: ['States.ALL'], Next: 'Three' },
          ],
          End: true,
        }),
        One: output(1),
        Two: output(2),
        Three: output(3),
      },
      expected: succeeded(2),
    },
    {
      name: 'the error is the output of a catcher that has none',
      states: { A: taskOf('bad', { Catch: [caught()], End: true }), Caught: pass({ End: true }) },
      expected: succeeded({ Error: 'Bad', Cause: 'said so' }),
    },
    {
      name: "a catcher's Output sees the error and the input",
      states: {
        A: taskOf('bad', {
          Catch: [caught({ Output: ['{% $states.errorOutput.Error %}', '{% $states.input.a %}'] })],
          End: true,
        }),
        Caught: pass({ End: true }),
      },
      input: { a: 1 },
      expected: succeeded(['Bad', 1]),
    },
    {
      name: "a catcher assigns, and the state's own Assign does not count",
      states: {
        Begin: pass({ Assign: { x: 'begin', failure: null }, Next: 'A' }),
        A: taskOf('bad', {
          Assign: { x: 'done' },
          Catch: [caught({ Assign: { failure: { error: '{% $states.errorOutput.Error %}', was: '{% $x %}' } } })],
          End: true,
        }),
        Caught: output(['{% $x %}', '{% $failure %}']),
      },
      expected: succeeded(['begin', { error: 'Bad', was: 'begin' }]),
    },
    {
      name: 'an expression of Arguments that fails is caught',
      states: {
        A: taskOf('fine', { Payload: '{% $states.input.absent %}', Catch: [caught()], End: true }),
        Caught: output('{% $states.input.Error %}'),
      },
      expected: succeeded('States.QueryEvaluationError'),
    },
    {
      name: 'an expression of Assign that finds nothing in the result is caught',
      states: {
        A: taskOf('fine', { Assign: { x: '{% $states.result.Payload.absent %}' }, Catch: [caught()], End: true }),
        Caught: output('{% $states.input.Error %}'),
      },
      expected: succeeded('States.QueryEvaluationError'),
    },
    {
      name: 'a result that is too large is not caught by States.ALL',
      states: { A: taskOf('large', { Catch: [caught()], End: true }), Caught: output('caught') },
      expected: failed('States.DataLimitExceeded'),
    },
    {
      name: 'an error that nobody catches fails the execution',
      states: { A: taskOf('bad') },
      expected: failed('Bad', 'said so'),
    },
    {
      name: 'an error in a catcher fails the execution',
      states: {
        A: taskOf('bad', { Catch: [caught({ Output: '{% $states.input.absent %}' })], End: true }),
        Caught: output('caught'),
      },
      expected: failed('States.QueryEvaluationError'),
    },
  ]

  it.each(catching)('$name', async ({ states, input, expected }) => {
    const world = createWorld({
      machines: { m: machineOf(states) },
      handlers: {
        bad: () => {
          throw named('Bad')
        },
        fine: () => ({}),
        large: () => 'x'.repeat(300_000),
      },
    })
    expect(await world.run('m', input)).toEqual(expected)
  })
})

describe('children', () => {
  const child = machineOf({ C: taskOf('f', { Output: '{% $states.result.Payload %}', End: true }) })

  it('give their output parsed', async () => {
    const world = createWorld({
      machines: { m: machineOf({ A: childOf('n') }), n: child },
      handlers: { f: (input: unknown) => ({ got: input }) },
    })
    expect(await world.run('m', { a: 1 })).toEqual(
      succeeded({
        ExecutionArn: 'arn:aws:states:local:000000000000:execution:n:child',
        Name: 'child',
        Status: 'SUCCEEDED',
        Output: { got: { a: 1 } },
      }),
    )
  })

  it('that fail fail their task as States.TaskFailed, with their error in the cause', async () => {
    const states = {
      A: childOf('n', { Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }], End: true }),
      Caught: pass({ End: true }),
    }
    const world = createWorld({
      machines: { m: machineOf(states), n: child },
      handlers: {
        f: () => {
          throw named('Bad', 'for a reason')
        },
      },
    })
    const result = (await world.run()) as { output: { Error: string; Cause: string } }
    expect(result.output.Error).toBe('States.TaskFailed')
    expect(JSON.parse(result.output.Cause)).toEqual({
      ExecutionArn: 'arn:aws:states:local:000000000000:execution:n:child',
      Name: 'child',
      Status: 'FAILED',
      Error: 'Bad',
      Cause: 'for a reason',
    })
  })

  it('of the same name and another input never share a result', async () => {
    const states = { A: mapOf({ B: childOf('n') }) }
    const world = createWorld({ machines: { m: machineOf(states), n: child }, handlers: { f: () => 1 } })
    expect(await world.run('m', [1, 2])).toEqual(failed('StepFunctions.ExecutionAlreadyExistsException'))
    expect(world.callsOf('f').length).toBeLessThan(2)
  })

  it.each([
    { name: 'longer than 80 characters', childName: 'x'.repeat(81) },
    { name: 'empty', childName: '' },
    { name: 'with a space', childName: 'a b' },
  ])('are not started under a name that is $name', async ({ childName }) => {
    const world = createWorld({
      machines: { m: machineOf({ A: childOf('n', { Name: childName, End: true }) }), n: child },
      handlers: { f: () => 1 },
    })
    expect(await world.run()).toEqual(failed('StepFunctions.InvalidNameException'))
    expect(world.calls).toEqual([])
  })
})

describe('events', () => {
  it('tell of states in order, and of no payload', async () => {
    const world = createWorld({
      machines: { m: machineOf({ A: taskOf('f', { Next: 'B' }), B: { Type: 'Succeed' } }) },
      handlers: { f: () => 'secret' },
    })
    await world.run('m', { secret: 'secret' })
    expect(world.events.map(({ kind, state }) => [kind, state])).toEqual([
      ['state-entered', 'A'],
      ['state-exited', 'A'],
      ['state-entered', 'B'],
      ['state-exited', 'B'],
    ])
    expect(JSON.stringify(world.events)).not.toContain('secret')
  })
})
