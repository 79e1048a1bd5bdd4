import { describe, expect, it } from 'vitest'
import { loadMachine, runExecution } from '../../../lib/local/asl/interpreter.ts'
import { childOf, distributedOf, machineOf, mapOf, taskOf, waitingOf } from './world.ts'

const done = { Type: 'Succeed' }
const ignored = () => {}

/** Each differs from what is accepted in one thing, and the refusal names it. */
const refused: { name: string; definition: unknown; names: string }[] = [
  { name: 'JSONPath', definition: { ...machineOf({ A: done }), QueryLanguage: 'JSONPath' }, names: '"QueryLanguage"' },
  { name: 'no query language', definition: { StartAt: 'A', States: { A: done } }, names: '"QueryLanguage"' },
  {
    name: 'a time limit of the machine',
    definition: { ...machineOf({ A: done }), TimeoutSeconds: 9 },
    names: '"TimeoutSeconds"',
  },
  { name: 'a version', definition: { ...machineOf({ A: done }), Version: '1.0' }, names: '"Version"' },
  { name: 'a start that is no state', definition: { ...machineOf({ A: done }), StartAt: 'B' }, names: '"B"' },
  { name: 'a machine that is no object', definition: [], names: 'object' },
  { name: 'a machine without states', definition: { QueryLanguage: 'JSONata', StartAt: 'A' }, names: '"States"' },
  { name: 'a state that is nothing', definition: machineOf({ A: null }), names: '"Type"' },
  { name: 'a name with a slash', definition: machineOf({ 'A/B': done }), names: 'A/B' },

  ...['Timestamp', 'SecondsPath', 'TimestampPath', 'Catch', 'Retry', 'TimeoutSeconds'].map((field) => ({
    name: `${field} of a Wait`,
    definition: machineOf({ A: { Type: 'Wait', Seconds: 1, [field]: 5, End: true } }),
    names: `"${field}"`,
  })),
  ...[undefined, null, -1, 1.5, 100_000_000, '60'].map((seconds) => ({
    name: `a Wait of ${seconds} seconds`,
    definition: machineOf({ A: { Type: 'Wait', Seconds: seconds, End: true } }),
    names: '"Seconds"',
  })),
  {
    name: 'a Wait that leads nowhere',
    definition: machineOf({ A: { Type: 'Wait', Seconds: 1, Next: 'B' } }),
    names: '"B"',
  },
  {
    name: 'a result of a Wait',
    definition: machineOf({ A: { Type: 'Wait', Seconds: 1, Output: '{% $states.result %}', End: true } }),
    names: '"$states.result"',
  },
  {
    name: 'a Wait for a variable that nothing assigns',
    definition: machineOf({ A: { Type: 'Wait', Seconds: '{% $nobody %}', End: true } }),
    names: '"$nobody"',
  },
  {
    name: 'Parallel',
    definition: machineOf({ A: { Type: 'Parallel', Branches: [], End: true } }),
    names: '"Parallel"',
  },
  {
    name: 'Result of a Pass',
    definition: machineOf({ A: { Type: 'Pass', Result: 1, End: true } }),
    names: '"Result"',
  },
  {
    name: 'Output of a Succeed',
    definition: machineOf({ A: { Type: 'Succeed', Output: 1 } }),
    names: '"Output"',
  },
  {
    name: 'QueryLanguage of a state',
    definition: machineOf({ A: { Type: 'Pass', QueryLanguage: 'JSONPath', End: true } }),
    names: '"QueryLanguage"',
  },
  {
    name: 'Next and End',
    definition: machineOf({ A: { Type: 'Pass', Next: 'A', End: true } }),
    names: 'either field "Next" or field "End"',
  },
  { name: 'neither Next nor End', definition: machineOf({ A: { Type: 'Pass' } }), names: 'either field "Next"' },
  { name: 'End that is false', definition: machineOf({ A: { Type: 'Pass', End: false } }), names: '"End"' },
  { name: 'Next to nowhere', definition: machineOf({ A: { Type: 'Pass', Next: 'B' } }), names: '"B"' },
  {
    name: 'a catcher to nowhere',
    definition: machineOf({ A: taskOf('f', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }], End: true }) }),
    names: '"B"',
  },
  {
    name: 'a choice to nowhere',
    definition: machineOf({ A: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'B' }] } }),
    names: '"B"',
  },
  {
    name: 'Assign in a choice',
    definition: machineOf({
      A: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'B', Assign: { x: 1 } }] },
      B: done,
    }),
    names: '"Assign"',
  },
  {
    name: 'a condition that is no expression',
    definition: machineOf({ A: { Type: 'Choice', Choices: [{ Condition: 'true', Next: 'B' }] }, B: done }),
    names: '"Condition"',
  },
  {
    name: 'a Choice without choices',
    definition: machineOf({ A: { Type: 'Choice', Choices: [] } }),
    names: '"Choices"',
  },
  { name: 'a Fail without a cause', definition: machineOf({ A: { Type: 'Fail', Error: 'E' } }), names: '"Cause"' },
  {
    name: 'ErrorPath of a Fail',
    definition: machineOf({ A: { Type: 'Fail', Error: 'E', Cause: 'C', ErrorPath: '$.e' } }),
    names: '"ErrorPath"',
  },

  {
    name: 'another resource',
    definition: machineOf({ A: { ...taskOf('f'), Resource: 'arn:aws:states:::sqs:sendMessage' } }),
    names: '"Resource"',
  },
  {
    name: 'a bare function as resource',
    definition: machineOf({ A: { ...taskOf('f'), Resource: 'arn:aws:lambda:eu-west-1:1:function:f' } }),
    names: '"Resource"',
  },
  ...['TimeoutSeconds', 'HeartbeatSeconds', 'ResultSelector', 'InputPath', 'Credentials', 'Parameters'].map(
    (field) => ({
      name: `${field} of a task`,
      definition: machineOf({ A: taskOf('f', { [field]: 5, End: true }) }),
      names: `"${field}"`,
    }),
  ),
  {
    name: 'HeartbeatSeconds of a waiting task',
    definition: machineOf({ A: waitingOf('f', { HeartbeatSeconds: 5 }) }),
    names: '"HeartbeatSeconds"',
  },
  {
    name: 'Qualifier',
    definition: machineOf({
      A: { ...taskOf('f'), Arguments: { FunctionName: 'f', Payload: 1, Qualifier: 'live' } },
    }),
    names: '"Qualifier"',
  },
  {
    name: 'a task without a payload',
    definition: machineOf({ A: { ...taskOf('f'), Arguments: { FunctionName: 'f' } } }),
    names: '"Payload"',
  },
  {
    name: 'a computed function name',
    definition: machineOf({ A: taskOf('{% $states.input.f %}') }),
    names: '"FunctionName"',
  },
  {
    name: 'a waiting task without a time limit',
    definition: machineOf({ A: waitingOf('f', { TimeoutSeconds: undefined }) }),
    names: '"TimeoutSeconds"',
  },
  {
    name: 'a time limit of nothing',
    definition: machineOf({ A: waitingOf('f', { TimeoutSeconds: 0 }) }),
    names: '"TimeoutSeconds"',
  },
  {
    name: 'Retry of a child that began, whose name is taken',
    definition: machineOf({ A: childOf('m', { Retry: [{ ErrorEquals: ['E'] }], End: true }) }),
    names: '"Retry"',
  },
  {
    name: 'a retrier without errors',
    definition: machineOf({ A: taskOf('f', { Retry: [{ ErrorEquals: [] }], End: true }) }),
    names: '"ErrorEquals"',
  },
  {
    name: 'an error that is no name',
    definition: machineOf({ A: taskOf('f', { Retry: [{ ErrorEquals: [5] }], End: true }) }),
    names: '"ErrorEquals"',
  },
  ...Object.entries({
    IntervalSeconds: 0,
    MaxAttempts: -1,
    BackoffRate: 0.5,
    MaxDelaySeconds: 'soon',
    JitterStrategy: 'SOME',
    Comment: 'why',
  }).map(([field, value]) => ({
    name: `${field} ${value} of a retrier`,
    definition: machineOf({ A: taskOf('f', { Retry: [{ ErrorEquals: ['E'], [field]: value }], End: true }) }),
    names: `"${field}"`,
  })),
  {
    name: 'IntervalSeconds of a fraction',
    definition: machineOf({ A: taskOf('f', { Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 1.5 }], End: true }) }),
    names: '"IntervalSeconds"',
  },
  {
    name: 'ResultPath of a catcher',
    definition: machineOf({
      A: taskOf('f', { Catch: [{ ErrorEquals: ['E'], Next: 'B', ResultPath: '$.e' }], End: true }),
      B: done,
    }),
    names: '"ResultPath"',
  },

  ...['ToleratedFailureCount', 'ToleratedFailurePercentage', 'ItemBatcher', 'ItemsPath', 'Retry', 'Iterator'].map(
    (field) => ({
      name: `${field} of a Map`,
      definition: machineOf({ A: mapOf({ B: done }, { [field]: 5 }) }),
      names: `"${field}"`,
    }),
  ),
  ...['ToleratedFailureCount', 'ToleratedFailurePercentage', 'ItemBatcher', 'Items'].map((field) => ({
    name: `${field} of a distributed Map`,
    definition: machineOf({ A: distributedOf({ B: done }, { [field]: 5 }) }),
    names: `"${field}"`,
  })),
  {
    name: 'MaxConcurrency that is a text',
    definition: machineOf({ A: mapOf({ B: done }, { MaxConcurrency: '5' }) }),
    names: '"MaxConcurrency"',
  },
  {
    name: 'a Map without items',
    definition: machineOf({ A: mapOf({ B: done }, { Items: undefined }) }),
    names: '"Items"',
  },
  {
    name: 'a label on an inline Map',
    definition: machineOf({ A: mapOf({ B: done }, { Label: 'L' }) }),
    names: '"Label"',
  },
  {
    name: 'a label of 41 characters',
    definition: machineOf({ A: distributedOf({ B: done }, { Label: 'L'.repeat(41) }) }),
    names: '"Label"',
  },
  {
    name: 'express children',
    definition: machineOf({
      A: distributedOf(
        { B: done },
        {
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
            StartAt: 'B',
            States: { B: done },
          },
        },
      ),
    }),
    names: '"ExecutionType"',
  },
  ...['CSV', 'JSON', 'MANIFEST', 'PARQUET'].map((format) => ({
    name: `items as ${format}`,
    definition: machineOf({
      A: distributedOf(
        { B: done },
        {
          ItemReader: {
            Resource: 'arn:aws:states:::s3:getObject',
            ReaderConfig: { InputType: format },
            Arguments: { Bucket: 'b', Key: 'k' },
          },
        },
      ),
    }),
    names: '"InputType"',
  })),
  {
    name: 'MaxItems of a reader',
    definition: machineOf({
      A: distributedOf(
        { B: done },
        {
          ItemReader: {
            Resource: 'arn:aws:states:::s3:getObject',
            ReaderConfig: { InputType: 'JSONL', MaxItems: 5 },
            Arguments: { Bucket: 'b', Key: 'k' },
          },
        },
      ),
    }),
    names: '"MaxItems"',
  },
  {
    name: 'a listing as items',
    definition: machineOf({
      A: distributedOf(
        { B: done },
        { ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2', Arguments: { Bucket: 'b', Prefix: 'p' } } },
      ),
    }),
    names: '"Resource"',
  },
  {
    name: 'results as flattened JSON',
    definition: machineOf({
      A: distributedOf(
        { B: done },
        {
          ResultWriter: {
            Resource: 'arn:aws:states:::s3:putObject',
            WriterConfig: { OutputType: 'JSON', Transformation: 'FLATTEN' },
            Arguments: { Bucket: 'b', Prefix: 'p' },
          },
        },
      ),
    }),
    names: '"OutputType"',
  },

  ...Object.entries({
    'an expression that cannot be parsed': ['{% $states.input. %}', 'JSONata'],
    'a text beside an expression': ['a {% 1 %}', 'alone'],
    'a substitution inside an expression': [`{% '\${Name}' %}`, 'substitution'],
    $eval: ['{% $eval("1") %}', '"$eval"'],
    'the clock': ['{% $now() %}', '"$now"'],
    'milliseconds of the clock': ['{% $millis() %}', '"$millis"'],
    randomness: ['{% $random() %}', '"$random"'],
    shuffling: ['{% $shuffle([1, 2]) %}', '"$shuffle"'],
    'a function of Step Functions that is not here': ['{% $uuid() %}', '"$uuid"'],
    'a function handed on': ['{% 1 ~> $hash %}', '"$hash"'],
    'a variable that nothing assigns': ['{% $nobody %}', '"$nobody"'],
    'a variable that nothing assigns, deep inside': ['{% [1].{ "a": $nobody > 1 } %}', '"$nobody"'],
    'the root': ['{% $$.a %}', '"$$"'],
    'all of $states': ['{% $states %}', '"$states"'],
    'all of the context': ['{% $states.context %}', '"$states.context"'],
    'an unknown part of the context': ['{% $states.context.Execution.RoleArn %}', 'Execution.RoleArn'],
    'a computed part of $states': ['{% $states.*.Name %}', '"$states.'],
    'the result where there is none': ['{% $states.result %}', '"$states.result"'],
    'the error where there is none': ['{% $states.errorOutput.Error %}', '"$states.errorOutput"'],
    'the token where there is none': ['{% $states.context.Task.Token %}', 'Task.Token'],
    'the item where there is none': ['{% $states.context.Map.Item.Value %}', 'Map.Item.Value'],
  }).map(([name, [expression, names]]) => ({
    name,
    definition: machineOf({ A: { Type: 'Pass', Output: { x: expression }, End: true } }),
    names: names!,
  })),
  {
    name: 'Assign that is an expression',
    definition: machineOf({ A: { Type: 'Pass', Assign: '{% { "x": 1 } %}', End: true } }),
    names: '"Assign"',
  },
  {
    name: 'a variable called states',
    definition: machineOf({ A: { Type: 'Pass', Assign: { states: 1 }, End: true } }),
    names: '"states"',
  },
  {
    name: 'a variable that an outer scope assigns as well',
    definition: machineOf({
      A: { Type: 'Pass', Assign: { x: 1 }, Next: 'B' },
      B: mapOf({ C: { Type: 'Pass', Assign: { x: 2 }, End: true } }),
    }),
    names: '"x"',
  },
  {
    name: 'a variable of an inner scope, read outside',
    definition: machineOf({
      A: mapOf({ C: { Type: 'Pass', Assign: { x: 2 }, End: true } }, { Output: '{% $x %}' }),
    }),
    names: '"$x"',
  },
  {
    name: 'an outer variable in a distributed Map',
    definition: machineOf({
      A: { Type: 'Pass', Assign: { x: 1 }, Next: 'B' },
      B: distributedOf({ C: { Type: 'Pass', Output: '{% $x %}', End: true } }),
    }),
    names: '"$x"',
  },
  {
    name: 'the execution in a distributed Map, where it is another one',
    definition: machineOf({
      B: distributedOf({ C: { Type: 'Pass', Output: '{% $states.context.Execution.Name %}', End: true } }),
    }),
    names: 'Execution.Name',
  },
]

describe('loading a machine', () => {
  it.each(refused)('refuses $name', ({ definition, names }) => {
    expect(() => loadMachine('night', definition)).toThrow(
      expect.objectContaining({ name: 'MachineUnsupported', message: expect.stringContaining(names) }),
    )
  })

  it('names machine, state and field', () => {
    const definition = machineOf({ Stores: mapOf({ B: done }, { ToleratedFailureCount: 1 }) })
    expect(() => loadMachine('verify-run', definition)).toThrow(
      /^verify-run: Stores: field "ToleratedFailureCount": expected one of /,
    )
  })

  it.each([
    { name: 'an ordinary function', expression: '{% $string($count([1, 2])) %}' },
    { name: 'names that the expression binds itself', expression: '{% ($f := function($a) { $a + 1 }; $f(1)) %}' },
    { name: 'what an expression reads of its input', expression: '{% $states.input.a.b[c = 1].d %}' },
    { name: 'a part of the execution', expression: '{% $states.context.Execution.Name %}' },
  ])('accepts $name', ({ expression }) => {
    const definition = machineOf({ A: { Type: 'Pass', Output: expression, End: true } })
    expect(loadMachine('night', definition).name).toBe('night')
  })
})

describe('an environment', () => {
  const definition = machineOf({ A: taskOf(`\${FunctionArn}`) })
  const run = (machines: Record<string, unknown>, substitutions: Record<string, string>, first = 'm') =>
    runExecution(
      {
        machines: Object.fromEntries(Object.entries(machines).map(([name, each]) => [name, loadMachine(name, each)])),
        substitutions,
        invoke: async () => null,
        token: { read: async () => undefined },
        documents: { get: async () => new Uint8Array(), put: async () => null },
        journal: { read: async () => undefined, write: async () => ignored() },
        now: () => new Date(0),
        random: () => 0,
        sleep: async () => ignored(),
        concurrency: 1,
        signal: new AbortController().signal,
      },
      first,
      { name: 'e', input: {} },
    )

  it.each([
    { name: 'a substitution', machines: { m: definition }, substitutions: {}, names: '"FunctionArn"' },
    {
      name: 'a substitution of a machine that is only started later',
      machines: { m: machineOf({ A: childOf('n') }), n: definition },
      substitutions: {},
      names: '"FunctionArn"',
    },
    {
      name: 'a child machine',
      machines: { m: machineOf({ A: mapOf({ B: childOf(`\${ChildArn}`) }) }) },
      substitutions: { ChildArn: 'other' },
      names: `\${ChildArn}`,
    },
    { name: 'the machine itself', machines: {}, substitutions: {}, names: 'm: expected' },
  ])('that lacks $name is refused before anything runs', async ({ machines, substitutions, names }) => {
    await expect(run(machines, substitutions as Record<string, string>)).rejects.toThrow(
      expect.objectContaining({ name: 'MachineUnsupported', message: expect.stringContaining(names) }),
    )
  })
})
