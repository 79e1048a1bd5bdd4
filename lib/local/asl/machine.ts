import type { Template } from './template.ts'

/** A state machine that was loaded: everything in it is known and supported. */
export type Machine = {
  name: string
  scope: Scope
  /** Names of all `${Name}` in the definition. */
  substitutions: ReadonlySet<string>
  /** The `StateMachineArn`s of its child executions, before substitution. */
  children: ReadonlySet<string>
}

/** The states of a machine or of a Map's processor: they share variables. */
export type Scope = { startAt: string; states: Readonly<Record<string, State>> }

export type State = PassState | WaitState | ChoiceState | TaskState | MapState | SucceedState | FailState

type Named = {
  name: string
  /** Whether an expression reads `$states.context.State.EnteredTime`: only then it is journaled. */
  readsEnteredTime: boolean
}

/** `next` absent: the scope ends with this state. */
type Leaving = { assign?: Template; output?: Template; next?: string }

export type PassState = Named & Leaving & { kind: 'pass' }
/** `seconds` evaluates to an integer from 0. */
export type WaitState = Named & Leaving & { kind: 'wait'; seconds: Template }
export type ChoiceState = Named & { kind: 'choice'; choices: { condition: Template; next: string }[]; default?: string }
export type SucceedState = Named & { kind: 'succeed' }
export type FailState = Named & { kind: 'fail'; error: Template; cause: Template }

export type TaskState = Named &
  Leaving & {
    kind: 'task'
    resource: 'invoke' | 'invoke-and-wait' | 'run-task' | 'start-execution'
    arguments: Template
    /** The literal `StateMachineArn` of a child execution. */
    child?: string
    timeoutSeconds?: Template
    retry: Retrier[]
    catch: Catcher[]
  }

export type MapState = Named &
  Leaving & {
    kind: 'map'
    /** Evaluates to an integer from 0, which is as many at once as the environment allows. */
    maxConcurrency: Template
    itemSelector?: Template
    processor: Scope
    source: InlineItems | DistributedItems
    /** Of a distributed Map: each attempt begins with its first item again. */
    retry: Retrier[]
    catch: Catcher[]
  }
export type InlineItems = { kind: 'inline'; items: Template }
export type DistributedItems = {
  kind: 'distributed'
  label: string
  reader: Template
  writer: Template
  /** An item with several tasks journals each of them; of one with a single task, the outcome is enough. */
  journalsTasks: boolean
}

export type Retrier = {
  errorEquals: string[]
  intervalSeconds: number
  maxAttempts: number
  backoffRate: number
  maxDelaySeconds: number
  jitter: 'FULL' | 'NONE'
}
export type Catcher = { errorEquals: string[]; next: string; assign?: Template; output?: Template }
