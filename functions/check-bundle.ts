import { checkBundle } from '../lib/pipeline/check-bundle.ts'
import { task } from './runtime.ts'

export const handler = task('check-bundle', checkBundle)
