import type { Journal } from '../journal.ts'
import type { Machine } from './machine.ts'

/** What happens in an execution, for progress: names and times, never payloads. */
export type ExecutionEvent = { machine: string; execution: string; state: string } & (
  | { kind: 'state-entered' }
  | { kind: 'state-exited' }
  | { kind: 'task-retried'; error: string; retry: number; delayMs: number }
  | { kind: 'waiting-for-token'; deadline: string }
  | { kind: 'waiting'; until: string }
)

/** All that executions need from the outside. */
export type Environment = {
  /** By the value that the substitution of `StateMachineArn` gives. */
  machines: Readonly<Record<string, Machine>>
  /** What replaces `${Name}` in the definitions. */
  substitutions: Readonly<Record<string, string>>
  /** Calls a handler; may be repeated after a crash. The `name` of what it throws is the States error, the message its cause. */
  invoke(functionName: string, payload: unknown): Promise<unknown>
  /**
   * Runs a container of these `Arguments` to its end, in at most so many seconds; throws as `invoke` does. On one machine there
   * are none: what has all the time that it takes hands nothing over.
   */
  runTask?(given: Record<string, unknown>, seconds: number): Promise<unknown>
  /** The answer to a task token; `undefined` while there is none. */
  token: { read(token: string): Promise<unknown | undefined> }
  /** How often a waiting state asks for its answer; 200 ms unless given. */
  tokenIntervalMs?: number
  /** The bucket behind ItemReader and ResultWriter. The first write of a key counts. */
  documents: { get(key: string): Promise<Uint8Array>; put(key: string, body: Uint8Array | string): Promise<unknown> }
  journal: Journal
  now(): Date
  /** From 0 to below 1, for jitter. */
  random(): number
  /** Resolves after the time, or early when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** Items of one Map at once, whatever its `MaxConcurrency`. */
  concurrency: number
  /** Safe interruption: running tasks finish, nothing new starts, then `Interrupted` is thrown. */
  signal: AbortSignal
  onEvent?(event: ExecutionEvent): void
}
