import { buildIndex } from '../lib/pipeline/build-index.ts'
import { task } from './runtime.ts'

export const handler = task('build-index', buildIndex)
