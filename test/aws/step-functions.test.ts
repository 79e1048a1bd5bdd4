import { join } from 'node:path'
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Definition } from '../statemachines/definitions.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { scratchDirectory } from '../support/scratch.ts'
import { toMinistack } from '../support/to-ministack.ts'
import { type Ended, invoke, stubMachines } from './stub-machines.ts'

/**
 * What MiniStack 1.5.33's Step Functions do with what our machines use, feature by feature.
 *
 * | our machines use                                          | MiniStack                                              |
 * |-----------------------------------------------------------|--------------------------------------------------------|
 * | Assign (null too), variables, $states.context             | as AWS                                                 |
 * | lambda:invoke, Payload, Output                            | as AWS                                                 |
 * | Choice with Condition, Fail and Wait with expressions     | as AWS                                                 |
 * | Catch with Assign and Output                              | as AWS, but for the name of the error (below)          |
 * | Map INLINE: Items, ItemSelector, scopes, Catch            | as AWS                                                 |
 * | startExecution.sync:2, Output parsed                      | as AWS                                                 |
 * | ... when the child fails                                  | the child's error; AWS: States.TaskFailed with a Cause |
 * |                                                           | (the expression in our Catch reads both)               |
 * | ... when the child's name is taken                        | runs it again; AWS: refuses it                         |
 * | what a function throws, by name                           | always Runtime.HandlerError, so that no Retry matches  |
 * | lambda:invoke.waitForTaskToken, token, answer             | as AWS                                                 |
 * | ... with TimeoutSeconds as a number                       | as AWS                                                 |
 * | ... with TimeoutSeconds as an expression                  | WRONG: not evaluated, ends the execution               |
 * | ... when the function fails                               | WRONG: waits for the time limit                        |
 * | Distributed Map in JSONata: Arguments, ItemSelector       | WRONG: not evaluated                                   |
 * | ... MaxConcurrency as an expression                       | WRONG: not evaluated, ends the execution               |
 * | ... Output, Assign                                        | WRONG: ignored                                         |
 * | ... ResultWriter                                          | WRONG: ignored                                         |
 * | Distributed Map in JSONPath, JSON Lines from S3           | as AWS, without the ResultWriter                       |
 * | LoggingConfiguration                                      | not kept                                               |
 *
 * A test that says "WRONG" fails once it is right: then `toMinistack` has less to change.
 */

const name = (field: string) => `{% ${field} %}`
const pass = (Output: unknown) => ({ Type: 'Pass', Output, End: true })
const retry = { IntervalSeconds: 2, MaxAttempts: 4, BackoffRate: 2, JitterStrategy: 'FULL' }

const tally = () => join(scratchDirectory(), 'tally')

const ok: { feature: string; states: Record<string, unknown>; input?: unknown; expected: unknown }[] = [
  {
    feature: 'assigns, null too, and reads variables and the context',
    states: {
      A: { Type: 'Pass', Assign: { failure: null, page: 1 }, Next: 'B' },
      B: {
        ...invoke('echo', {
          failure: name('$failure'),
          page: name('$page + 1'),
          at: name('$toMillis($states.context.Execution.StartTime) > 0'),
          state: name('$states.context.State.Name'),
          named: name('$contains($states.context.Execution.Id, $states.context.Execution.Name)'),
        }),
        Output: name('$states.result.Payload'),
        End: true,
      },
    },
    expected: { failure: null, page: 2, at: true, state: 'B', named: true },
  },
  {
    feature: 'chooses by a condition',
    states: {
      A: { Type: 'Choice', Choices: [{ Condition: name('$states.input.found > 0'), Next: 'B' }], Default: 'C' },
      B: pass('found'),
      C: pass('nothing'),
    },
    input: { found: 0 },
    expected: 'nothing',
  },
  {
    feature: 'runs the items of an inline Map, each with its own variables, and catches in each',
    states: {
      A: { Type: 'Pass', Assign: { runId: 'r' }, Next: 'B' },
      B: {
        Type: 'Map',
        Items: name('$states.input.stores'),
        MaxConcurrency: 40,
        ItemSelector: { runId: name('$runId'), error: name('$states.context.Map.Item.Value.error') },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'I',
          States: {
            I: {
              ...invoke('fail', name('$states.input')),
              Catch: [{ ErrorEquals: ['States.ALL'], Assign: { seen: name('$states.input.error') }, Next: 'J' }],
              End: true,
            },
            J: pass({ runId: name('$runId'), seen: name('$seen') }),
          },
        },
        End: true,
      },
    },
    input: { stores: [{ error: 'X' }, { error: 'Y' }] },
    expected: [
      { runId: 'r', seen: 'X' },
      { runId: 'r', seen: 'Y' },
    ],
  },
  {
    feature: 'catches what an inline Map fails with, and replaces what it gives',
    states: {
      A: {
        Type: 'Map',
        Items: [1],
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'I',
          States: { I: { Type: 'Fail', Error: 'Broken' } },
        },
        Catch: [
          {
            ErrorEquals: ['States.ALL'],
            Assign: {
              failure: { state: name('$states.context.State.Name'), error: name('$states.errorOutput.Error') },
            },
            Next: 'B',
          },
        ],
        Output: {},
        Next: 'B',
      },
      B: pass(name('$failure')),
    },
    expected: { state: 'A', error: 'Broken' },
  },
  {
    feature: 'waits for seconds that are an expression (without waiting, here)',
    states: { A: { Type: 'Wait', Seconds: name('$states.input.seconds'), Next: 'B' }, B: pass('later') },
    input: { seconds: 1 },
    expected: 'later',
  },
  {
    feature: 'retries with jitter up to the limit',
    states: {
      A: {
        ...invoke('flaky', { error: 'StoreUnavailable', tally: tally() }),
        Retry: [{ ErrorEquals: ['States.TaskFailed'], ...retry }],
        Output: name('$states.result.Payload.calls'),
        End: true,
      },
    },
    expected: 3,
  },
]

/** What differs from AWS: `aws` says, for the reader, what it does there. */
const wrong: { feature: string; aws: string; states: Record<string, unknown>; input?: unknown; expected: Ended }[] = [
  {
    feature: 'retries by the name of what a function throws',
    aws: 'tries again: StoreUnavailable is the error',
    states: {
      A: {
        ...invoke('flaky', { error: 'StoreUnavailable', tally: tally() }),
        Retry: [{ ErrorEquals: ['StoreUnavailable'], ...retry }],
        End: true,
      },
    },
    expected: {
      status: 'FAILED',
      error: 'Runtime.HandlerError',
      cause: '{"errorMessage": "said so", "errorType": "Runtime.HandlerError"}',
    },
  },
  {
    feature: 'evaluates TimeoutSeconds',
    aws: 'waits for a second, then States.Timeout',
    states: {
      A: {
        ...invoke('echo', { token: name('$states.context.Task.Token') }, true),
        TimeoutSeconds: name('1'),
        End: true,
      },
    },
    expected: { status: 'FAILED', error: 'States.Runtime', cause: expect.stringContaining('not supported') },
  },
  {
    feature: 'ends a wait whose function fails',
    aws: 'ends at once, with the error of the function',
    states: {
      A: {
        ...invoke('fail', { error: 'Broken', token: name('$states.context.Task.Token') }, true),
        TimeoutSeconds: 1,
        End: true,
      },
    },
    expected: { status: 'FAILED', error: 'States.Timeout', cause: expect.any(String) },
  },
]

describe.skipIf(withoutMinistack)(`Step Functions ${onMinistack}`, () => {
  let server: Ministack
  let machines: Awaited<ReturnType<typeof stubMachines>>
  beforeAll(async () => {
    server = await startMinistack()
    machines = await stubMachines(server)
  })
  afterAll(() => server?.stop())

  const run = async (States: Record<string, unknown>, input?: unknown) =>
    machines.run(await machines.create({ StartAt: Object.keys(States)[0], States }), input)

  it.each(ok)('$feature', async ({ states, input, expected }) => {
    expect(await run(states, input)).toEqual({ status: 'SUCCEEDED', output: expected })
  })

  it('runs functions in the Node of this project', async () => {
    const { output } = await run({ A: { ...invoke('version', {}), Output: name('$states.result.Payload'), End: true } })
    expect(output).toMatch(/^v24\./)
  })

  it('fails with an error and a cause that are expressions', async () => {
    const ended = await run({
      A: { Type: 'Pass', Assign: { failure: { state: 'S', error: 'E' } }, Next: 'B' },
      B: { Type: 'Fail', Error: name('$failure.error'), Cause: name("'failed in ' & $failure.state") },
    })
    expect(ended).toEqual({ status: 'FAILED', error: 'E', cause: 'failed in S' })
  })

  describe.each(wrong)('WRONG: $feature (AWS: $aws)', ({ states, input, expected }) => {
    it('does not', async () => expect(await run(states, input)).toEqual(expected))
  })

  describe('a nested execution', () => {
    const nested = (child: string, broken: boolean, Name: string) => ({
      A: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Arguments: { StateMachineArn: child, Name, Input: { broken, by: name('$states.context.Execution.Id') } },
        Catch: [{ ErrorEquals: ['States.ALL'], Output: name('$states.errorOutput'), Next: 'B' }],
        Output: name('$states.result.Output'),
        End: true,
      },
      B: pass(name('$states.input')),
    })
    let child: string
    beforeAll(async () => {
      child = await machines.create({
        StartAt: 'A',
        States: {
          A: { Type: 'Choice', Choices: [{ Condition: name('$states.input.broken'), Next: 'C' }], Default: 'B' },
          B: pass({ found: 3, name: name('$states.context.Execution.Name') }),
          C: { Type: 'Fail', Error: 'ChildBroken', Cause: 'why' },
        },
      })
    })

    it('is waited for, under its name, and its output parsed', async () => {
      const output = { found: 3, name: 'first' }
      expect(await run(nested(child, false, 'first'))).toEqual({ status: 'SUCCEEDED', output })
    })

    it('WRONG: gives its own error when it fails (AWS: States.TaskFailed, and the error in its Cause)', async () => {
      const output = { Error: 'ChildBroken', Cause: 'why' }
      expect(await run(nested(child, true, 'second'))).toEqual({ status: 'SUCCEEDED', output })
    })

    it('WRONG: runs again under a name that is taken (AWS: StepFunctions.ExecutionAlreadyExistsException)', async () => {
      await run(nested(child, false, 'third'))
      expect(await run(nested(child, false, 'third'))).toMatchObject({ output: { found: 3 } })
    })
  })

  it('waits for the answer to a task token, and gives it', async () => {
    const file = tally()
    const arn = await machines.create({
      StartAt: 'A',
      States: {
        A: {
          ...invoke('keep', { token: name('$states.context.Task.Token'), file }, true),
          TimeoutSeconds: 30,
          Output: name('$states.result'),
          End: true,
        },
      },
    })
    const execution = await machines.start(arn)
    const taskToken = await vi.waitUntil(() => machines.kept(file), { timeout: 180_000 })
    await machines.states.send(new SendTaskSuccessCommand({ taskToken, output: '{"answer":42}' }))
    expect(await machines.end(execution)).toEqual({ status: 'SUCCEEDED', output: { answer: 42 } })
  })

  it('ends a wait at its time limit', async () => {
    const ended = await run({
      A: {
        ...invoke('echo', { token: name('$states.context.Task.Token') }, true),
        TimeoutSeconds: 1,
        Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'B' }],
        End: true,
      },
      B: pass('too late'),
    })
    expect(ended).toEqual({ status: 'SUCCEEDED', output: 'too late' })
  })

  describe('a Distributed Map over JSON Lines in S3', () => {
    const Bucket = 'machine-items'
    const map = {
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSONL' },
        Arguments: { Bucket, Key: name('$key') },
      },
      ItemSelector: { runId: name('$runId'), item: name('$states.context.Map.Item.Value') },
      Label: 'Items',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'I',
        States: {
          I: {
            ...invoke('append', { file: name('$states.input.item.file'), line: name('$states.input') }),
            End: true,
          },
        },
      },
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        WriterConfig: { OutputType: 'JSONL', Transformation: 'COMPACT' },
        Arguments: { Bucket, Prefix: 'results' },
      },
      Output: {},
      Next: 'C',
    }
    const definition = (map: object) =>
      ({
        StartAt: 'A',
        States: { A: { Type: 'Pass', Assign: { key: 'items', runId: 'r' }, Next: 'B' }, B: map, C: pass('done') },
      }) as unknown as Definition
    const s3 = () => new S3Client(server)
    const file = tally()
    beforeAll(async () => {
      await s3().send(new CreateBucketCommand({ Bucket }))
      const Body = [1, 2].map((item) => `${JSON.stringify({ item, file })}\n`).join('')
      await s3().send(new PutObjectCommand({ Bucket, Key: 'items', Body }))
    })

    it('WRONG: takes the key as it is written (AWS: evaluates it)', async () => {
      const cause = `The specified key does not exist. (Bucket: ${Bucket}, Key: {% $key %})`
      const ended = await machines.run(await machines.create(definition(map)))
      expect(ended).toEqual({ status: 'FAILED', error: 'States.ItemReaderFailed', cause })
    })

    it('WRONG: fails over a concurrency that is an expression (AWS: evaluates it)', async () => {
      const literal = { ...map, ItemReader: { ...map.ItemReader, Arguments: { Bucket, Key: 'items' } } }
      const ended = await machines.run(await machines.create(definition({ ...literal, MaxConcurrency: name('1') })))
      expect(ended).toEqual({ status: 'FAILED', error: 'States.Runtime', cause: expect.stringContaining('int()') })
    })

    it('WRONG: gives items as the selector is written (AWS: evaluates it), and their results instead of the Output', async () => {
      const literal = { ...map, ItemReader: { ...map.ItemReader, Arguments: { Bucket, Key: 'items' } } }
      const echoing = { StartAt: 'I', States: { I: pass(name('$states.input')) } }
      const { B, ...States } = definition({
        ...literal,
        ItemProcessor: { ...map.ItemProcessor, ...echoing },
        Next: undefined,
        End: true,
      }).States
      const ended = await machines.run(await machines.create({ StartAt: 'A', States: { ...States, B } }))
      expect(ended.output).toEqual([map.ItemSelector, map.ItemSelector])
    })

    it('runs every item in JSONPath, as machines are rewritten for it', async () => {
      const rewritten = toMinistack(definition(map), 60)
      expect(await machines.run(await machines.create(rewritten))).toEqual({ status: 'SUCCEEDED', output: 'done' })
      const lines = machines.kept(file).split('\n').filter(Boolean).sort()
      expect(lines.map((line) => JSON.parse(line))).toEqual(
        [1, 2].map((item) => ({ runId: 'r', item: { item, file } })),
      )
    })

    it('WRONG: writes no results (AWS: writes them and a manifest)', async () => {
      const { Contents = [] } = await s3().send(new ListObjectsV2Command({ Bucket, Prefix: 'results' }))
      expect(Contents).toEqual([])
    })
  })
})
