import { settleSubjects } from '../lib/pipeline/settle-subjects.ts'
import { task } from './runtime.ts'

export const handler = task('settle-subjects', settleSubjects)
