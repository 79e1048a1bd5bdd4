import { notifyCustodian } from '../lib/pipeline/notify-custodian.ts'
import { task } from './runtime.ts'

export const handler = task('notify-custodian', notifyCustodian, () => ({ RequestsSent: 1 }))
