import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadMachine } from '../../lib/local/asl/interpreter.ts'
import { noScanTasks } from '../../lib/local/asl/no-scan-tasks.ts'
import { routes } from '../api/routes.ts'
import { allStates, type Definition, kebab, machineNames, readDefinition, textsOf } from './definitions.ts'

const root = join(import.meta.dirname, '../..')
const substitutions = (value: unknown) =>
  textsOf(value).flatMap(({ text }) => [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!))

/** Calls of which many go on at the same time in one execution: one for each segment, or for each store. */
const besideOthers = [
  'ListOpening',
  'PlanSegment',
  'ListClosing',
  'SettleSegment',
  'DecideFailedStore',
  'AttestFailedStore',
]

/** Those that the service itself raises, and the one that middy raises just before the time limit. */
const knownErrors = new Set([
  'States.ALL',
  'States.Timeout',
  'States.TaskFailed',
  'States.ItemReaderFailed',
  'States.ResultWriterFailed',
  'States.ExceedToleratedFailureThreshold',
  // Step Functions' names for a task that could not be started: https://repost.aws/knowledge-center/ecs-fargate-runtask-capacity
  'ECS.AmazonECSException',
  'AmazonECS.Unknown',
  'TimeoutError',
  'Sandbox.Timedout',
  // https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  // A runtime that ended in the middle of a call, by the names of Lambda and of Step Functions.
  'Runtime.ExitError',
  'Runtime.OutOfMemory',
  'Lambda.Unknown',
  // A child that could not be started: https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
  'StepFunctions.ExecutionLimitExceeded',
  'StepFunctions.AWSStepFunctionsException',
  'StepFunctions.SdkClientException',
  ...[...readFileSync(join(root, 'lib/errors.ts'), 'utf8').matchAll(/override readonly name = '(\w+)'/g)].map(
    ([, name]) => name!,
  ),
])

describe('the state machines', () => {
  it('are the six of the design', () => {
    expect(machineNames.toSorted()).toEqual([
      'correct-entry',
      'export-filing',
      'rotate-key',
      'scan-store',
      'verify-run',
      'verify-store',
    ])
  })

  it.each(machineNames)('%s is run here exactly as it is', (name) => {
    expect(loadMachine(name, readDefinition(name)).name).toBe(name)
  })

  it('have a comment on every machine and state', () => {
    const silent = allStates.filter(({ state }) => !/^[A-Z].{10,}\.$/.test(String(state.Comment)))
    expect(silent.map(({ machine, name }) => `${machine}: ${name}`)).toEqual([])
    for (const name of machineNames) expect(readDefinition(name)).toHaveProperty('Comment')
  })

  it('call functions by the names of their files, and every file is called, or asked by people', () => {
    const called = new Set(
      substitutions(machineNames.map(readDefinition))
        .filter((name) => name.endsWith('FunctionArn'))
        .map((name) => kebab(name.slice(0, -'FunctionArn'.length))),
    )
    const files = readdirSync(join(root, 'functions')).map((file) => file.replace(/\.ts$/, ''))
    const names = [...called, ...Object.keys(routes), 'propose-correction']
    expect(names.toSorted()).toEqual(files.filter((name) => !name.endsWith('runtime')).toSorted())
  })

  it('start machines that exist', () => {
    const started = substitutions(machineNames.map(readDefinition))
      .filter((name) => name.endsWith('StateMachineArn'))
      .map((name) => kebab(name.slice(0, -'StateMachineArn'.length)))
    expect([...new Set(started)].toSorted()).toEqual(['scan-store', 'verify-store'])
  })

  it('substitute nothing else but the partition, the bucket, and where scan tasks run', () => {
    const others = substitutions(machineNames.map(readDefinition)).filter((name) => !name.endsWith('Arn'))
    expect([...new Set(others)].filter((name) => !name.startsWith('ScanTask')).toSorted()).toEqual([
      'EvidenceBucket',
      'Partition',
    ])
    expect(
      [...new Set(substitutions(machineNames.map(readDefinition)))]
        .filter((name) => name.startsWith('ScanTask'))
        .toSorted(),
    ).toEqual(Object.keys(noScanTasks).toSorted())
  })

  it('name only errors that somebody raises', () => {
    const named = allStates.flatMap(({ machine, name, state }) =>
      [...((state.Retry as object[]) ?? []), ...((state.Catch as object[]) ?? [])].flatMap((rule) =>
        (rule as { ErrorEquals: string[] }).ErrorEquals.map((error) => ({ error, where: `${machine}: ${name}` })),
      ),
    )
    expect(named.length).toBeGreaterThan(100)
    expect(named.filter(({ error }) => !knownErrors.has(error))).toEqual([])
  })

  it('retry every call of a function over an outage, a crash, an overloaded service and a lost head of the log', () => {
    const calls = allStates.filter(({ state }) => state.Resource?.includes(':lambda:invoke'))
    expect(calls.length).toBeGreaterThan(20)
    for (const { name, state } of calls)
      expect(state.Retry).toEqual([
        {
          ErrorEquals: [
            'StoreUnavailable',
            'ServiceUnavailable',
            'LogMoved',
            'TimeoutError',
            'Sandbox.Timedout',
            'Lambda.ClientExecutionTimeoutException',
            'Lambda.ServiceException',
            'Lambda.AWSLambdaException',
            'Lambda.SdkClientException',
          ],
          IntervalSeconds: 2,
          MaxAttempts: 4,
          BackoffRate: 2,
          JitterStrategy: 'FULL',
        },
        // A crash is chance, or comes of what is read each time: then three times are enough to know.
        {
          ErrorEquals: ['Runtime.ExitError', 'Runtime.OutOfMemory', 'Lambda.Unknown'],
          IntervalSeconds: 2,
          MaxAttempts: 2,
          BackoffRate: 2,
          JitterStrategy: 'FULL',
        },
        // Batches run for minutes, and other stores have their share of the account's calls: of ten stores with 200 batches of five
        // minutes each at the same time, in an account with 1,000 calls, one batch in six gets none within 60 attempts (half an hour).
        {
          ErrorEquals: ['Lambda.TooManyRequestsException'],
          IntervalSeconds: 2,
          BackoffRate: 2,
          JitterStrategy: 'FULL',
          // As long, in fewer attempts, where many calls share the events of one execution (history.test.ts).
          ...(besideOthers.includes(name)
            ? { MaxAttempts: 200, MaxDelaySeconds: 180 }
            : { MaxAttempts: 600, MaxDelaySeconds: 60 }),
        },
      ])
  })

  it('begin the batches again whose list or results a service lost, or of which one ended in no way that can be caught', () => {
    const { state } = allStates.find(({ name }) => name === 'ScanBatches')!
    expect(state.Retry).toEqual([
      {
        ErrorEquals: ['States.ItemReaderFailed', 'States.ResultWriterFailed', 'States.ExceedToleratedFailureThreshold'],
        IntervalSeconds: 30,
        MaxAttempts: 3,
        BackoffRate: 2,
        JitterStrategy: 'FULL',
      },
    ])
  })

  it('start a child again that could not be started, and none that began', () => {
    const starts = allStates.filter(({ state }) => state.Resource?.includes(':startExecution'))
    expect(starts.length).toBe(3)
    for (const { state } of starts)
      expect(state.Retry).toEqual([
        {
          ErrorEquals: [
            'StepFunctions.ExecutionLimitExceeded',
            'StepFunctions.AWSStepFunctionsException',
            'StepFunctions.SdkClientException',
          ],
          IntervalSeconds: 2,
          MaxAttempts: 8,
          BackoffRate: 2,
          MaxDelaySeconds: 60,
          JitterStrategy: 'FULL',
        },
      ])
  })

  it.each(machineNames)('%s reaches every state, and every state reaches an end', (name) => {
    for (const scope of scopesOf(readDefinition(name))) {
      const ways = Object.entries(scope.States).flatMap(([from, state]) => nextOf(state).map((to) => ({ from, to })))
      expect(closure([scope.StartAt], ways)).toEqual(new Set(Object.keys(scope.States)))
      const ends = Object.entries(scope.States).filter(
        ([, state]) => state.End === true || ['Succeed', 'Fail'].includes(state.Type),
      )
      const back = ways.map(({ from, to }) => ({ from: to, to: from }))
      expect(
        closure(
          ends.map(([state]) => state),
          back,
        ),
      ).toEqual(new Set(Object.keys(scope.States)))
    }
  })

  it('catch everything that can go wrong with a store on its way to its verdict', () => {
    const leading = allStates.filter(
      ({ machine, name, state }) =>
        machine === 'verify-store' && state.Type === 'Task' && !['DecideVerdict', 'AttestVerdict'].includes(name),
    )
    expect(leading.length).toBe(10)
    for (const { name, state } of leading) {
      const last = (state.Catch as { ErrorEquals: string[]; Next: string; Assign: unknown }[]).at(-1)!
      expect({ name, errors: last.ErrorEquals, next: last.Next }).toEqual({
        name,
        errors: ['States.ALL'],
        next: 'DecideVerdict',
      })
      expect(last.Assign).toEqual({
        failure: {
          state: '{% $states.context.State.Name %}',
          error: expect.stringContaining('$states.errorOutput.Error'),
        },
      })
    }
  })

  it('catch everything that can go wrong with a run on its way to its summary, which says what did', () => {
    const { States } = readDefinition('verify-run')
    const lastCatchOf = ({ Catch }: { [field: string]: unknown }) =>
      (Catch as { ErrorEquals: string[]; Next: string; Assign?: unknown }[]).at(-1)!
    for (const name of ['OpenRun', 'BuildIndex', 'BuildScopeTree', 'AttestScope', 'VerifyStores', 'SettleSubjects'])
      expect({ name, last: lastCatchOf(States[name]!) }).toMatchObject({
        name,
        last: {
          ErrorEquals: ['States.ALL'],
          Next: 'CloseRun',
          Assign: {
            failure: { state: '{% $states.context.State.Name %}', error: '{% $states.errorOutput.Error %}' },
          },
        },
      })
    const ofStore = (States.VerifyStores!.ItemProcessor as unknown as Definition).States
    const next = {
      VerifyStore: 'DecideFailedStore',
      DecideFailedStore: 'StoreLeftOpen',
      AttestFailedStore: 'StoreLeftOpen',
    }
    for (const [name, Next] of Object.entries(next))
      expect({ name, last: lastCatchOf(ofStore[name]!) }).toMatchObject({
        name,
        last: { ErrorEquals: ['States.ALL'], Next },
      })
  })
})

function scopesOf(definition: Definition): Definition[] {
  const inner = Object.values(definition.States).flatMap(({ ItemProcessor }) =>
    ItemProcessor ? scopesOf(ItemProcessor as unknown as Definition) : [],
  )
  return [definition, ...inner]
}

function nextOf(state: Record<string, unknown>): string[] {
  const rules = [...((state.Choices as { Next: string }[]) ?? []), ...((state.Catch as { Next: string }[]) ?? [])]
  return [state.Next, state.Default, ...rules.map(({ Next }) => Next)].filter((next) => typeof next === 'string')
}

function closure(from: string[], ways: { from: string; to: string }[]): Set<string> {
  const reached = new Set(from)
  for (let before = -1; before !== reached.size; ) {
    before = reached.size
    for (const way of ways) if (reached.has(way.from)) reached.add(way.to)
  }
  return reached
}
