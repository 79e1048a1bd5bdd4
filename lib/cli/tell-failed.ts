import type { Ended } from './deployment.ts'
import { type ExitCode, exitCodeOfName } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

/** Says that a state machine failed, to people and to machines, as of an error that is thrown. Returns its exit code. */
export function tellFailed(
  { error, message }: Extract<Ended, { status: 'failed' }>,
  terminal: Terminal,
  of: string,
): ExitCode {
  const code = exitCodeOfName(error)
  terminal.warn(`${of}: ${message}`)
  terminal.emit({ kind: 'error', error, message, exitCode: code })
  return code
}
