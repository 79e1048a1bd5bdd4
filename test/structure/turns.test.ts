import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { halves, leftOutAt } from '../support/turns.ts'

describe('long suites that take turns', () => {
  it('are there, each in one of two turns', () => {
    const suites = halves.flat()
    const missing = suites.filter((suite) => !existsSync(join(import.meta.dirname, '..', `${suite}.test.ts`)))
    expect(missing).toEqual([])
    expect(new Set(suites).size).toBe(suites.length)
  })

  it('are all taken in two turns, and in each where all are asked for', () => {
    expect([leftOutAt('999'), leftOutAt('1000')]).toEqual([halves[1], halves[0]])
    expect(leftOutAt('all')).toEqual([])
  })
})
