import { restoreArchived } from '../lib/pipeline/restore-archived.ts'
import { task } from './runtime.ts'

export const handler = task('restore-archived', restoreArchived)
