import { describe, expect, it } from 'vitest'
import { liveThrough } from '../support/simulation/history.ts'
import { shrink } from '../support/simulation/shrink.ts'
import { weathers } from '../support/simulation/weather.ts'

/**
 * Histories by chance: one to three runs of the real machines and tasks, over stores of which the truth is known, while services fail, functions are
 * killed, given up and called twice, executions are stopped and redriven, clocks are set, manifests corrected, entries taken back, keys changed,
 * bundles exported, listings untrue, and writers and custodians do as they like. One of sixteen seeds by turns; `ODV_SIMULATION_SEEDS=1000-2000` takes these instead.
 */

const turn = (Number(process.env.ODV_TEST_TURN) || 0) % 16
const given = process.env.ODV_SIMULATION_SEEDS ?? `${turn}-${turn + 1}`
const [from, to] = given.split('-').map(Number) as [number, number]
const seeds = Array.from({ length: to - from }, (_, at) => from + at)
const patience = 60_000 + seeds.length * 60_000

describe('whatever happens', () => {
  it.each(Object.keys(weathers))(
    'no store is verified with somebody in it or unread, nobody else is deleted, every run can be exported, and nobody is named (%s)',
    async (weather) => {
      for (const seed of seeds) {
        const history = await liveThrough({ seed, weather })
        const least = history.problems.length === 0 ? history : await shrink({ seed, weather }, history)
        expect(least.problems, `seed ${seed}: ${least.happened.join(', ')}`).toEqual([])
      }
    },
    patience,
  )

  it(
    'a run over stores that hold still ends as an undisturbed one, or says what failed, however often machines do',
    async () => {
      for (const seed of seeds) {
        const came = await liveThrough({ seed, weather: 'machines' })
        const due = await liveThrough({ seed, weather: 'machines' }, new Set())
        const isOver = ([name, { reasons, isSlow }]: [string, { reasons: string[]; isSlow: boolean }]) =>
          !isSlow &&
          due.stores[name]?.isSlow !== true &&
          !reasons.some((each) => /^failure|^not-scanned|not attested/.test(each))
        const ended = Object.fromEntries(Object.entries(came.stores).filter(isOver))
        expect(due.stores, `seed ${seed}: ${came.happened.join(', ')}`).toMatchObject(ended)
      }
    },
    patience,
  )
})
