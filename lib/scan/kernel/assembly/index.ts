import { setFilters } from './filter'
import { setSeed } from './hash'
import { setMemory } from './memory'
import { resume } from './runs'
import { spanResume } from './spans'

export { scanSigns } from './email'
export { countNewlines } from './lines'
export { doubtfulNumbers, linesOfNumbers, scanNumbers } from './numbers'
export { scanRuns } from './runs'
export { beginSift, sift } from './sieve'
export { scanSpans } from './spans'

/** Lists of words and where they are: see `lay-out-memory.ts`; `filters` has a record of each of `count`. */
export function setUp(memory: usize, filters: usize, count: i32, seedA: i32, seedB: i32): void {
  setMemory(memory)
  setFilters(filters, count)
  setSeed(seedA, seedB)
}

/** Where a run may begin that the last `scanRuns` found no end of, or the end. */
export function resumeAt(): i32 {
  return resume
}

/** The same after `scanSpans`. */
export function spansResumeAt(): i32 {
  return spanResume
}
