import { type Environment, type ExecutionEvent, loadMachine, runExecution } from '../../../lib/local/asl/interpreter.ts'

export type Handler = (payload: never) => unknown

/** An error as handlers throw them: its name is what `Retry` and `Catch` match. */
export function named(name: string, message = 'said so'): Error {
  return Object.assign(new Error(message), { name })
}

type Options = {
  machines: Record<string, unknown>
  handlers?: Record<string, Handler>
  substitutions?: Record<string, string>
  documents?: Record<string, string>
  concurrency?: number
  random?: () => number
  runTask?: Environment['runTask']
}

/**
 * Everything around an execution, in memory, with a clock that only sleeping moves. What is durable outlives
 * `crash`: journal, documents, answers and the clock.
 */
export function createWorld(options: Options) {
  const world = {
    calls: [] as { name: string; payload: unknown }[],
    sleeps: [] as number[],
    events: [] as ExecutionEvent[],
    journal: new Map<string, string>(),
    documents: new Map(Object.entries(options.documents ?? {})),
    answers: new Map<string, unknown>(),
    handlers: options.handlers ?? {},
    time: Date.parse('2026-01-01T00:00:00.000Z'),
    interruption: new AbortController(),
    /** Called before a step is kept. */
    beforeWrite: (_step: string): void => {},
    /** Called once a step is kept. */
    afterWrite: (_step: string): void => {},
    callsOf: (name: string) => world.calls.filter((call) => call.name === name).map(({ payload }) => payload),
    run: (machine = Object.keys(options.machines)[0]!, input: unknown = {}, name = 'e1') =>
      runExecution(environment, machine, { name, input }),
  }

  const environment: Environment = {
    machines: Object.fromEntries(
      Object.entries(options.machines).map(([name, definition]) => [name, loadMachine(name, definition)]),
    ),
    substitutions: options.substitutions ?? {},
    async invoke(name, payload) {
      world.calls.push({ name, payload: structuredClone(payload) })
      const handler = world.handlers[name]
      if (handler === undefined) throw named('NoSuchFunction', name)
      return handler(payload as never)
    },
    ...(options.runTask && { runTask: options.runTask }),
    token: { read: async (token) => world.answers.get(token) },
    documents: {
      async get(key) {
        const text = world.documents.get(key)
        if (text === undefined) throw named('EvidenceMissing')
        return new TextEncoder().encode(text)
      },
      async put(key, body) {
        if (!world.documents.has(key)) world.documents.set(key, typeof body === 'string' ? body : String(body))
      },
    },
    journal: {
      read: async (execution, step) => world.journal.get(`${execution} ${step}`),
      async write(execution, step, json) {
        world.beforeWrite(step)
        const key = `${execution} ${step}`
        if (!world.journal.has(key)) world.journal.set(key, json)
        world.afterWrite(step)
      },
    },
    now: () => new Date(world.time),
    random: options.random ?? (() => 0.5),
    async sleep(ms) {
      world.sleeps.push(ms)
      world.time += ms
      await new Promise(setImmediate)
    },
    concurrency: options.concurrency ?? 8,
    get signal() {
      return world.interruption.signal
    },
    onEvent: (event) => void world.events.push(event),
  }
  return world
}

/** A machine of these states that starts with the first. */
export function machineOf(states: Record<string, unknown>): Record<string, unknown> {
  return { QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states }
}

/** A task state that calls `name` with the state's input, unless told otherwise. */
export function taskOf(name: string, more: Record<string, unknown> = { End: true }): Record<string, unknown> {
  const { Payload = '{% $states.input %}', ...fields } = more
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: name, Payload },
    ...fields,
  }
}

export function waitingOf(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: { FunctionName: name, Payload: { token: '{% $states.context.Task.Token %}' } },
    TimeoutSeconds: 60,
    End: true,
    ...more,
  }
}

export function childOf(machine: string, more: Record<string, unknown> = { End: true }): Record<string, unknown> {
  const { Name = 'child', Input = '{% $states.input %}', ...fields } = more
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Arguments: { StateMachineArn: machine, Name, Input },
    ...fields,
  }
}

/** A Map over the state's input. */
export function mapOf(states: Record<string, unknown>, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    Type: 'Map',
    Items: '{% $states.input %}',
    ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: Object.keys(states)[0], States: states },
    End: true,
    ...more,
  }
}

/** A distributed Map over the document `items.jsonl` that writes to `results`. */
export function distributedOf(
  states: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    Type: 'Map',
    ItemReader: {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSONL' },
      Arguments: { Bucket: 'bucket', Key: 'items.jsonl' },
    },
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: Object.keys(states)[0],
      States: states,
    },
    ResultWriter: {
      Resource: 'arn:aws:states:::s3:putObject',
      WriterConfig: { OutputType: 'JSONL', Transformation: 'COMPACT' },
      Arguments: { Bucket: 'bucket', Prefix: 'results' },
    },
    Label: 'Items',
    End: true,
    ...more,
  }
}
