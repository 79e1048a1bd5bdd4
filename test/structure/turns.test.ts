import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { leftOutAt, thirds } from '../support/turns.ts'

describe('long suites that take turns', () => {
  it('are there, each in one of three turns', () => {
    const suites = thirds.flat()
    const missing = suites.filter((suite) => !existsSync(join(import.meta.dirname, '..', `${suite}.test.ts`)))
    expect(missing).toEqual([])
    expect(new Set(suites).size).toBe(suites.length)
  })

  it('are all taken in three turns, and in each where all are asked for', () => {
    const suites = thirds.flat()
    const taken = ['999', '1000', '2999'].map((turn) => suites.filter((suite) => !leftOutAt(turn).includes(suite)))
    expect(taken).toEqual(thirds)
    expect(leftOutAt('all')).toEqual([])
  })
})
