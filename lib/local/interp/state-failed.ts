/** A state failed with a States Language error: what `Retry` and `Catch` look at. Never leaves the interpreter. */
export class StateFailed extends Error {
  override readonly name = 'StateFailed'
  readonly error: string
  readonly causeText: string

  constructor(error: string, causeText: string) {
    super(`${error}: ${causeText}`)
    this.error = error
    this.causeText = causeText
  }
}

/** The execution was told to stop. Everything that was finished is in the journal; running it again goes on. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** Whether `ErrorEquals` holds: `States.ALL` is everything, `States.TaskFailed` everything but a timeout. */
export function isCaught(errors: readonly string[], error: string): boolean {
  return errors.some(
    (each) => each === error || each === 'States.ALL' || (each === 'States.TaskFailed' && error !== 'States.Timeout'),
  )
}
