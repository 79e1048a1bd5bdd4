import { corrupt } from '../column-fault.ts'
import { nextRun1 } from './run-length-1.ts'
import { nextRun2 } from './run-length-2.ts'
import type { StreamBytes } from './stream-bytes.ts'

/** The longest run of either version. */
export const longestRun = 512
/** Bytes of the longest run. */
const mostRunBytes = 5000

/**
 * One run of whole numbers of 64 bits, each by its halves in two's complement. With `isList` all are there; otherwise the first one, and
 * each is `stepLow` and `stepHigh` more than the one before (`expand` makes a list of it).
 */
export type Run = {
  count: number
  isList: boolean
  readonly low: Int32Array
  readonly high: Int32Array
  stepLow: number
  stepHigh: number
}

/** Whole numbers of one stream, run by run. */
export type Numbers = {
  readonly run: Run
  /** Decodes the next run and returns how many numbers it has, 0 at the end of the stream. @throws ColumnFault */
  next(): number
}

/** `version`: of the run length encoding (ORC specification v1, "Run Length Encoding"). */
export function numbersOf(stream: StreamBytes, version: 1 | 2, isSigned: boolean): Numbers {
  const run: Run = {
    count: 0,
    isList: true,
    low: new Int32Array(longestRun),
    high: new Int32Array(longestRun),
    stepLow: 0,
    stepHigh: 0,
  }
  const decode = version === 1 ? nextRun1 : nextRun2
  return {
    run,
    next() {
      run.count = 0
      stream.fill(mostRunBytes)
      if (stream.at < stream.bytes.length) decode(stream, isSigned, run)
      return run.count
    },
  }
}

export function expand(run: Run): void {
  if (run.isList) return
  run.isList = true
  const { low, high, count, stepLow, stepHigh } = run
  let lower = low[0]! >>> 0
  let upper = high[0]!
  for (let index = 1; index < count; index++) {
    const sum = lower + (stepLow >>> 0)
    lower = sum >>> 0
    upper = (upper + stepHigh + (sum > 0xffffffff ? 1 : 0)) | 0
    low[index] = lower
    high[index] = upper
  }
}

const doubleOf = (low: number, high: number) => high * 2 ** 32 + (low >>> 0)

/** Holds all numbers of a run against `bound`, below which they must be, from 0 on; returns their sum. A run takes no longer than a number. */
export function sumBelow(run: Run, bound: number): number {
  const { low, high, count } = run
  if (!run.isList) {
    const first = doubleOf(low[0]!, high[0]!)
    const last = first + doubleOf(run.stepLow, run.stepHigh) * (count - 1)
    if (!(first >= 0 && first < bound && last >= 0 && last < bound)) throw outside()
    return ((first + last) / 2) * count
  }
  let sum = 0
  for (let index = 0; index < count; index++) {
    const value = doubleOf(low[index]!, high[index]!)
    if (value < 0 || value >= bound) throw outside()
    sum += value
  }
  return sum
}

const outside = () => corrupt('orc: expected a length or an index within its bound')

/** Numbers one by one, each from 0 to below `bound`. */
export type NumberByNumber = { hasMore(): boolean; next(): number }

export function oneByOne(numbers: Numbers, bound: number): NumberByNumber {
  const { run } = numbers
  let index = 0
  let count = 0
  const hasMore = () => {
    if (index < count) return true
    index = 0
    count = numbers.next()
    expand(run)
    return count > 0
  }
  return {
    hasMore,
    next() {
      if (!hasMore()) throw corrupt('orc: expected as many lengths as values')
      const value = doubleOf(run.low[index]!, run.high[index]!)
      index += 1
      if (value < 0 || value >= bound) throw outside()
      return value
    },
  }
}

/** Sum of numbers that are all from 0 to below `bound`. */
export function sumOf(numbers: Numbers | undefined, bound: number): { count: number; sum: number } {
  let count = 0
  let sum = 0
  if (numbers !== undefined)
    for (let more = numbers.next(); more > 0; more = numbers.next()) {
      count += more
      sum += sumBelow(numbers.run, bound)
    }
  if (sum > Number.MAX_SAFE_INTEGER) throw corrupt('orc: expected fewer values')
  return { count, sum }
}
