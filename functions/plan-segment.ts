import { planSegment } from '../lib/pipeline/plan-segment.ts'
import { task } from './runtime.ts'

export const handler = task('plan-segment', planSegment)
