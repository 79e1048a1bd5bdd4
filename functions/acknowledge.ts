import { acknowledge } from '../lib/pipeline/acknowledge.ts'
import { task } from './runtime.ts'

export const handler = task('acknowledge', acknowledge, ({ first, by }) => ({
  RequestsAnswered: Number(first && by === 'custodian'),
  RequestsExpired: Number(first && by === 'deadline'),
}))
