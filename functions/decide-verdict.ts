import { decideVerdict } from '../lib/pipeline/decide-verdict.ts'
import { task } from './runtime.ts'

export const handler = task('decide-verdict', decideVerdict, ({ verdict, overdue, secondsLeft }) => ({
  StoreIncomplete: Number(verdict === 'incomplete'),
  ResidualPastDeadline: Number(overdue),
  ...(secondsLeft !== undefined && { SecondsToDeadline: secondsLeft }),
}))
