/** A state failed with a name that `Retry` and `Catch` match; the message is its cause. Never leaves the interpreter. */
export class StateFailure extends Error {
  readonly error: string
  constructor(error: string, cause: string) {
    super(cause.slice(0, longestCause))
    this.error = error
  }
}

/** Step Functions keeps 32,768 characters of a cause. */
const longestCause = 32_768

/**
 * Whether a retrier or catcher with these names takes the error. `States.ALL` takes everything but what cannot be
 * cured, `States.TaskFailed` everything of these but a timeout.
 */
export function matchesError(names: readonly string[], error: string): boolean {
  if (names.includes(error)) return true
  if (terminal.includes(error)) return false
  return names.includes('States.ALL') || (names.includes('States.TaskFailed') && error !== 'States.Timeout')
}

const terminal = ['States.DataLimitExceeded', 'States.Runtime']
