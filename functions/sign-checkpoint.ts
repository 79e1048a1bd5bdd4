import { signCheckpoint } from '../lib/pipeline/sign-checkpoint.ts'
import { task } from './runtime.ts'

export const handler = task('sign-checkpoint', signCheckpoint)
