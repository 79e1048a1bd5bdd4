import type { Verdict } from '../verdict/decide-verdict.ts'

/** What the process says to a script. The same for every command; `--help` prints this table. */
export const exitCode = {
  good: 0,
  residual: 1,
  incomplete: 2,
  usage: 64,
  fault: 70,
  waiting: 75,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

const usageErrors = new Set([
  'UsageInvalid',
  'ConfigInvalid',
  'ManifestInvalid',
  'HomeCountryRefused',
  'RunBusy',
  'NotKnown',
  'AnsweredTooLate',
  'KeyUnsafe',
  'ServiceRefused',
])

export function exitCodeOfError(error: unknown): ExitCode {
  return error instanceof Error ? exitCodeOfName(error.name) : exitCode.fault
}

/** An execution that failed leaves the name of its error. */
export function exitCodeOfName(name: string): ExitCode {
  if (name === 'IdentifierLeaked') return exitCode.residual
  return usageErrors.has(name) ? exitCode.usage : exitCode.fault
}

/** The worst verdict decides: something that is still there counts more than something that was not seen. */
export function exitCodeOfVerdicts(verdicts: readonly Verdict[]): ExitCode {
  if (verdicts.includes('residual')) return exitCode.residual
  if (verdicts.length === 0 || verdicts.some((verdict) => verdict !== 'verified')) return exitCode.incomplete
  return exitCode.good
}
