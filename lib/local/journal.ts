/**
 * What an execution of a state machine has finished, so that a killed run goes on where it stopped. A step is written
 * once its result is final; the first write of a step wins, and a result that was acknowledged is there after a crash.
 */
export interface Journal {
  /** The result (JSON) of a finished step; absent: it is not finished. */
  read(execution: string, step: string): Promise<string | undefined>
  /** Keeps the result of a step. A second write of the same step changes nothing. */
  write(execution: string, step: string, json: string): Promise<void>
}
