import { attest } from '../lib/pipeline/attest.ts'
import { task } from './runtime.ts'

export const handler = task('attest', attest)
