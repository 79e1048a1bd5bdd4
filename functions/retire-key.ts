import { retireKey } from '../lib/pipeline/retire-key.ts'
import { task } from './runtime.ts'

export const handler = task('retire-key', retireKey)
