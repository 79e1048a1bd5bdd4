import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DeletionLeg } from '../../lib/deletion/leg.ts'
import { StoreUnavailable } from '../../lib/errors.ts'
import { executeDeletion } from '../../lib/pipeline/execute-deletion.ts'
import { requestDeletion } from '../../lib/pipeline/request-deletion.ts'
import type { Evidence, Ports } from '../../lib/ports.ts'
import { deleting, type Hands, openStore, type Place } from '../support/pipeline.ts'
import { jsonRecords, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'
import { someOf } from '../support/some-of.ts'

/** A request that takes more time than one call has: every call is a leg with a document of its own. */

const others = jsonRecords([somebodyElse(1)])

async function openLong(files: number) {
  const place = await openStore({}, { id: 'ie', channel: deleting })
  const theirs = Object.fromEntries(numbers(files).map((n) => [`${n}.jsonl`, jsonRecords([transferred(n % 20)])]))
  writeFiles(join(place.root, 'store'), { ...theirs, 'others.jsonl': others })
  return place
}

const passOf = (place: Place) => join(place.paths.evidence, 'runs/run-0/stores/ie/pass-0')
const legsOf = (place: Place): DeletionLeg[] =>
  readdirSync(join(passOf(place), 'deletion-legs'))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(passOf(place), 'deletion-legs', name), 'utf8')))

/** Whenever the executor looks at the clock, a quarter of an hour has passed, which is more than a call has. */
function slowly(): Hands & { calls: () => number } {
  let executing = false
  let passed = 0
  let calls = 0
  return {
    calls: () => calls,
    before({ task }) {
      executing = task === 'execute-deletion'
      if (executing) calls++
    },
    after() {
      executing = false
    },
    wrap: (ports) => ({
      ...ports,
      clock: () => {
        if (executing) passed += 15 * 60_000
        return new Date(Date.now() + passed)
      },
    }),
  }
}

/** Ten files are judged together, so that a few are several legs; in parts of a thousand they are one part. */
const inGroups: NonNullable<Hands['call']> = (task, ports, payload) =>
  task === 'execute-deletion' ? executeDeletion(ports, payload, { versions: 10, bytes: 2 ** 30 }) : undefined

/** The evidence, where the `nth` document under `prefix` fails: before it is stored, or after. */
function failing(evidence: Evidence, part: string, nth: number, when: 'request' | 'reply'): Evidence {
  let seen = 0
  return {
    ...evidence,
    async put(key, body) {
      const fails = key.includes(part) && ++seen === nth
      if (fails && when === 'request') throw new StoreUnavailable('evidence: put: expected an answer, got none')
      const stored = await evidence.put(key, body)
      if (fails) throw new StoreUnavailable('evidence: put: expected an answer, got none')
      return stored
    },
  }
}

describe('a request of more than a thousand files', () => {
  it('is in parts of a thousand, is done in one call where there is time, and the answer counts all', async () => {
    const place = await openLong(1010)
    const ended = await place.run()
    expect(readdirSync(join(passOf(place), 'requested'))).toHaveLength(2)
    expect(legsOf(place).map(({ from, next }) => ({ from, next }))).toEqual([
      { from: { turn: 'versions', part: 0, line: 0 }, next: undefined },
    ])
    expect([ended.store, readdirSync(join(place.root, 'store'))]).toEqual(['verified', ['others.jsonl']])
    expect(await ended.acknowledgement(0)).toMatchObject({ deleted: { versions: 1010 }, gone: 0, kept: [] })
  })

  it('takes a call for each group where there is no time, goes on where it ended, and says the same', async () => {
    const place = await openLong(2010)
    const hands = slowly()
    const ended = await place.run(hands)
    const legs = legsOf(place)
    // A leg lasts here as long as the manifest's word: each but the first is called again once that was asked for.
    expect([hands.calls(), legs.length]).toEqual([11, 6])
    expect(legs.map(({ deleted }) => deleted.versions)).toEqual([1000, 1000, 10, 0, 0, 0])
    expect(legs.slice(1).map(({ from }) => from)).toEqual(legs.slice(0, -1).map(({ next }) => next))
    expect([ended.store, readdirSync(join(place.root, 'store'))]).toEqual(['verified', ['others.jsonl']])
    expect(await ended.acknowledgement(0)).toMatchObject({ deleted: { versions: 2010 }, gone: 0, kept: [] })
  })

  const crashes = [
    { what: 'a document of a leg', part: '/deletion-legs/', nth: 2, files: 25 },
    { what: 'an intent', part: '/deletions/', nth: 12, files: 25 },
    { what: 'the answer', part: '/acknowledgement.json', nth: 1, files: 25 },
    { what: 'a part of the request', part: '/requested/', nth: 2, files: 1001 },
  ]
  for (const { what, part, nth, files } of someOf(4, crashes))
    for (const when of ['request', 'reply'] as const)
      it(`counts every file once when the ${when} for ${what} is lost`, async () => {
        const place = await openLong(files)
        const hands = slowly()
        const wrap = (ports: Ports): Ports => ({
          ...hands.wrap!(ports),
          evidence: failing(ports.evidence, part, nth, when),
        })
        const ended = await place.run({ ...hands, wrap, call: inGroups })
        expect([ended.store, readdirSync(join(place.root, 'store'))]).toEqual(['verified', ['others.jsonl']])
        expect(await ended.acknowledgement(0)).toMatchObject({ deleted: { versions: files }, gone: 0, kept: [] })
      })

  it.each(['request-deletion', 'execute-deletion'] as const)(
    'is not gone on with by %s once the store has its verdict',
    async (last) => {
      const place = await openLong(25)
      let goOn: (() => Promise<unknown>) | undefined
      const ended = await place.run({
        call(task, ports, payload) {
          if (task !== last) return undefined
          goOn = () => (task === 'execute-deletion' ? executeDeletion : requestDeletion)(ports, payload)
          throw new Error('the execution was stopped')
        },
      })
      expect(ended.store).not.toBe('verified')
      await expect(goOn!()).rejects.toThrow('expected a store without a verdict')
      expect(readdirSync(join(place.root, 'store'))).toHaveLength(26)
    },
  )

  it('ends without an answer, and incomplete, where a leg is missing in the middle', async () => {
    const place = await openLong(25)
    const hands = slowly()
    const wrap = (ports: Ports): Ports => ({
      ...hands.wrap!(ports),
      evidence: {
        ...ports.evidence,
        get: async (key) => {
          if (key.endsWith('/deletion-legs/000000001.json') && hands.calls() > 2) throw new Error('somebody removed it')
          return ports.evidence.get(key)
        },
      },
    })
    const ended = await place.run({ ...hands, wrap, call: inGroups })
    expect(ended.store).toBe('incomplete')
    expect(existsSync(join(passOf(place), 'acknowledgement.json'))).toBe(false)
  })
})
