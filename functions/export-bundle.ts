import { exportBundle } from '../lib/pipeline/export-bundle.ts'
import { task } from './runtime.ts'

export const handler = task('export-bundle', exportBundle)
