import { settleSegment } from '../lib/pipeline/settle-segment.ts'
import { task } from './runtime.ts'

export const handler = task('settle-segment', settleSegment)
