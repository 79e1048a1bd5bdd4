import { estimateRunCost } from '../lib/pipeline/estimate-cost.ts'
import { task } from './runtime.ts'

export const handler = task('estimate-cost', estimateRunCost)
