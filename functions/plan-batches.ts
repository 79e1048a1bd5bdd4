import { planBatches } from '../lib/pipeline/plan-batches.ts'
import { task } from './runtime.ts'

export const handler = task('plan-batches', planBatches)
