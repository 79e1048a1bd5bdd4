import { scanBatch } from '../lib/pipeline/scan-batch.ts'
import { task } from './runtime.ts'

export const handler = task('scan-batch', scanBatch)
