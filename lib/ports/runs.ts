/** Runs: which there are, how they are started and answered, and who hears of them. */

/** `waiting` for a custodian is a part of `running`. */
export type RunRecord = {
  runId: string
  /** `dry-run`: lists every store to estimate what a run would cost; it scans and attests nothing. */
  trigger: 'nightly' | 'on-demand' | 'dry-run'
  state: 'running' | 'finished'
  startedAt: string
  finishedAt?: string
  stores: { storeId: string; verdict?: string; reasons?: string[] }[]
}

/** A deletion request. `token` is the state machine's task token while it waits for a custodian until `deadline`. */
export type RequestRecord = {
  requestId: string
  runId: string
  storeId: string
  pass: number
  deadline?: string
  token?: string
  acknowledgedAt?: string
}

/** Which runs and requests there are. Holds no evidence: what it says can be rebuilt from evidence and ledger. */
export interface RunState {
  putRun(run: RunRecord): Promise<void>
  getRun(runId: string): Promise<RunRecord | undefined>
  /** Newest first. */
  listRuns(): Promise<RunRecord[]>
  putRequest(request: RequestRecord): Promise<void>
  getRequest(requestId: string): Promise<RequestRecord | undefined>
  listRequests(runId: string): Promise<RequestRecord[]>
}

/** Answers a state that waits with a task token (Step Functions' SendTaskSuccess). Answering twice is harmless. */
export interface TaskTokens {
  succeed(token: string, output: unknown): Promise<void>
}

/** The state machines that a person may start. Runs and exports are named after their executions. */
export type StartedMachine = 'verify-run' | 'export-filing' | 'correct-entry' | 'rotate-key'

/**
 * How an execution stands; `error` is the name of what it failed with. `cause` is what was said about it, where somebody
 * said something: of a fault that is not ours it may quote data.
 */
export type Execution =
  | { state: 'running' }
  | { state: 'succeeded' }
  | { state: 'failed'; error: string; cause?: string }

export interface Executions {
  /**
   * Starts a machine under a name, and only once: the same name with the same input starts nothing again. `exists`: there
   * was one of that name; of one that still runs, `started` may be said as well.
   * @throws NameTaken when the one of that name was started with another input
   */
  start(machine: StartedMachine, name: string, input: unknown): Promise<'started' | 'exists'>
  /** Absent: there never was one of that name, or it ended so long ago that it is forgotten (90 days on AWS). */
  find(machine: StartedMachine, name: string): Promise<Execution | undefined>
}

/**
 * What others may hear of, by its kind. References and counts: never an identifier, an object key or a task token. `id`
 * is the same whenever the same thing is told again.
 */
export type EventDetails = {
  /** A store was judged, and the verdict is in the log at `seq`. Counts are those of its last pass. */
  'odv.verdict': {
    id: string
    runId: string
    storeId: string
    verdict: 'verified' | 'residual' | 'incomplete'
    seq: number
    reasons: number
    counts: { versions: number; found: number; unverified: number; findings: number; subjects: number }
  }
  /** A custodian is asked to delete, and the run waits for the answer until `deadline`. */
  'odv.request': {
    id: string
    runId: string
    storeId: string
    pass: number
    requestId: string
    channel: 'manual'
    deadline?: string
  }
}

export type EventKind = keyof EventDetails

/** Tells others what happened, at least once: a fault throws, and the task that tells is repeated. */
export interface Events {
  publish<Kind extends EventKind>(kind: Kind, detail: EventDetails[Kind]): Promise<void>
}
