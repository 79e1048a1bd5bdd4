import { requestDeletion } from '../lib/pipeline/request-deletion.ts'
import { task } from './runtime.ts'

export const handler = task('request-deletion', requestDeletion, ({ secondsLeft }) =>
  secondsLeft === undefined ? {} : { SecondsToDeadline: secondsLeft },
)
