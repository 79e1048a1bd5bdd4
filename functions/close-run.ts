import { closeRun } from '../lib/pipeline/close-run.ts'
import { task } from './runtime.ts'

export const handler = task('close-run', closeRun)
