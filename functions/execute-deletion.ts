import { executeDeletion } from '../lib/pipeline/execute-deletion.ts'
import { task } from './runtime.ts'

export const handler = task('execute-deletion', executeDeletion)
