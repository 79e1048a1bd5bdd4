import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scanLegKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import type { Ports, Store } from '../../lib/ports.ts'
import { deleting, type Hands, type Moment, openStore, type Place } from '../support/pipeline.ts'
import { jsonRecords, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'

/** A batch that one call has no time for is read by several, and what none of them read is not clean. */

const others = (names: string) =>
  Object.fromEntries([...names].map((name) => [`${name}.jsonl`, jsonRecords(numbers(5).map(somebodyElse))]))

const openSample = async (files: Record<string, string>) => {
  const place = await openStore(files)
  return place
}

/** Calls of 15 minutes on a clock on which reading a version takes as many as `minutesOf` says; what is read twice takes twice. */
function slowly(minutesOf: (key: string) => number, more: Partial<Hands> = {}) {
  let now = Date.now()
  const legs: number[] = []
  const slow = (store: Store): Store => ({
    ...store,
    async open(version, range) {
      const opened = await store.open(version, range)
      if (opened.kind === 'unreadable') return opened
      async function* chunks() {
        // Whoever reads looks at the clock from time to time.
        for (let step = 0; step < minutesOf(version.key) * 10; step++) {
          now += 6000
          yield new Uint8Array(0)
        }
        if (opened.kind === 'opened') yield* opened.chunks
      }
      return { ...opened, chunks: chunks() }
    },
  })
  const hands: Hands = {
    ...more,
    wrap: (ports: Ports) =>
      Object.create(ports, {
        clock: { value: () => new Date(now) },
        callSeconds: { value: 900 },
        stores: { value: { open: async (store: never) => slow(await ports.stores.open(store)) } },
      }),
    after: async (moment: Moment) => {
      if (moment.task === 'scan-batch') legs.push((moment as Moment & { leg: number }).leg)
      await more.after?.(moment)
    },
  }
  return { hands, legs }
}

const legFile = (place: Place, leg: number) =>
  join(place.paths.evidence, scanLegKey({ runId: 'run-0', storeId: 'sg', pass: 0 }, 0, leg))

describe('a batch that takes longer than a call', () => {
  it('comes to the same as one that is read in one go', async () => {
    const files = { ...others('abcdefg'), 'h.jsonl': jsonRecords([transferred(1), transferred(2)]) }
    const [quick, slow] = [slowly(() => 0), slowly(() => 2)]
    const whole = await (await openSample(files)).run(quick.hands)
    const parts = await (await openSample(files)).run(slow.hands)
    expect(quick.legs).toEqual([0])
    expect(slow.legs.length).toBeGreaterThan(2)
    expect(slow.legs).toEqual([...slow.legs.keys()])
    const [expected, coverage] = [(await whole.coverage(0))!, (await parts.coverage(0))!]
    const { clean, found, findings, subjects, bytesRead, records, unverified } = coverage
    expect({ clean, found, findings, subjects, bytesRead, records, unverified }).toEqual({
      clean: expected.clean,
      found: expected.found,
      findings: expected.findings,
      subjects: expected.subjects,
      bytesRead: expected.bytesRead,
      records: expected.records,
      unverified: [],
    })
    expect(coverage.batches).toEqual({ planned: slow.legs.length, reported: slow.legs.length })
    expect([whole.store, parts.store]).toEqual(['residual', 'residual'])
  })

  it('is verified when nobody is in it: each leg has its controls and its second opinion', async () => {
    const { hands, legs } = slowly(() => 2)
    const place = await openSample(others('abcdefgh'))
    const ended = await place.run(hands)
    expect([ended.store, ended.why]).toEqual(['verified', ''])
    const { positiveControls, secondOpinion } = (await ended.coverage(0))!
    expect(positiveControls.detected).toBe(positiveControls.planted)
    expect(secondOpinion.versions).toBeGreaterThanOrEqual(legs.length)
  })

  // Whichever of them is read twice: `b` fits into a call even then, and not into what `a` leaves of one.
  it('gives a version that had only the rest of a call all of the next one', async () => {
    const { hands, legs } = slowly((key) => (key === 'b.jsonl' ? 5.9 : key === 'a.jsonl' ? 4.9 : 0))
    const ended = await (await openSample(others('abc'))).run(hands)
    expect([ended.store, ended.why]).toEqual(['verified', ''])
    expect(legs.length).toBeGreaterThan(1)
  })

  it('ends with a limit for a version that takes longer than a whole call, and reads the others', async () => {
    const { hands } = slowly((key) => (key === 'b.jsonl' ? 13 : 0))
    const ended = await (await openSample(others('abcd'))).run(hands)
    expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(/^limit: 1 object version/)])
    expect((await ended.coverage(0))!.clean.versions).toBe(3)
  })

  it('goes on behind the legs that there are when a call fails, and reads nothing again', async () => {
    let failures = 0
    const before = (moment: Moment) => {
      if (moment.task === 'scan-batch' && (moment as Moment & { leg: number }).leg === 1 && failures++ < 2)
        throw Object.assign(new Error('failed'), { name: 'ServiceUnavailable' })
    }
    const { hands, legs } = slowly(() => 2, { before })
    const ended = await (await openSample(others('abcdefgh'))).run(hands)
    expect(ended.store).toBe('verified')
    expect(failures).toBe(3)
    expect(legs).toEqual([...legs.keys()])
  })
})

describe('a leg that is not there, or not what it was', () => {
  const edit = (place: Place, change: (text: string) => string) =>
    writeFileSync(legFile(place, 0), change(readFileSync(legFile(place, 0), 'utf8')))
  const failingFrom = (leg: number) => (moment: Moment) => {
    if (moment.task === 'scan-batch' && (moment as Moment & { leg: number }).leg >= leg)
      throw Object.assign(new Error('failed'), { name: 'Error' })
  }

  it('leaves what the legs that failed should have read not scanned, and keeps what was found before', async () => {
    const files = { ...others('bcdefgh'), 'a.jsonl': jsonRecords([transferred(1)]) }
    const { hands } = slowly(() => 2, { before: failingFrom(1) })
    const ended = await (await openSample(files)).run(hands)
    expect([ended.store, ended.why]).toEqual(['residual', expect.stringMatching(/found: 1 finding/)])
    const coverage = (await ended.coverage(0))!
    expect(coverage.batches).toEqual({ planned: 2, reported: 1 })
    expect(coverage.unverified).toEqual([
      { reason: 'not-scanned', versions: expect.any(Number), bytes: expect.any(Number) },
    ])
    expect(coverage.clean.versions + coverage.unverified[0]!.versions).toBe(7)
  })

  const faults: Record<string, { act: (place: Place) => void; why: RegExp }> = {
    'it was removed': { act: (place) => rmSync(legFile(place, 0), { force: true }), why: /not-scanned: \d object/ },
    'it was cut off': { act: (place) => edit(place, (text) => text.slice(0, -30)), why: /failure: .* in ScanStore/ },
    'it says that it read more': {
      act: (place) => edit(place, (text) => text.replace(/"to":(\d)/, (_, to) => `"to":${Number(to) + 1}`)),
      why: /not-scanned: 1 object|failure: .* in ScanStore/,
    },
    'it says that it read everything': {
      act: (place) => edit(place, (text) => text.replace(/"to":\d/, '"to":8')),
      why: /failure: .* in ScanStore/,
    },
    'it says that it began later': {
      act: (place) => edit(place, (text) => text.replace('"from":0', '"from":1')),
      why: /failure: .* in ScanStore/,
    },
  }
  for (const [what, { act, why }] of Object.entries(faults))
    it(`is not verified: ${what}`, async () => {
      const place = await openSample(others('abcdefgh'))
      let isDone = false
      const after = (moment: Moment) => {
        if (moment.task !== 'take-inventory' || moment.listing !== 'closing' || isDone) return
        isDone = true
        act(place)
      }
      const ended = await place.run(slowly(() => 2, { after }).hands)
      expect(isDone).toBe(true)
      expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(why)])
    })
})

/** Ends each call that reads one of these, as a runtime that has no memory left. */
function endingAt(keys: string, tried: Moment[] = []): Hands {
  const ending = (store: Store): Store => ({
    ...store,
    async open(version, range) {
      if (keys.includes(version.key[0]!)) throw Object.assign(new Error('ended'), { name: 'Runtime.ExitError' })
      return store.open(version, range)
    },
  })
  return {
    wrap: (ports: Ports) =>
      Object.create(ports, {
        stores: { value: { open: async (store: never) => ending(await ports.stores.open(store)) } },
      }),
    before: (moment: Moment) => {
      if (moment.task === 'scan-batch') tried.push(moment)
    },
  }
}

describe('a version that ends each call that reads it', () => {
  const found = { 'k.jsonl': jsonRecords([transferred(1)]) }

  it('is left out by name, and all others are read, before it and behind', async () => {
    const ended = await (await openSample({ ...others('abcdefghij'), ...found })).run(endingAt('d'))
    expect([ended.store, ended.why]).toEqual(['residual', expect.stringMatching(/found: 1 finding/)])
    const coverage = (await ended.coverage(0))!
    expect([coverage.clean.versions, coverage.found.versions]).toEqual([9, 1])
    expect(coverage.unverified).toEqual([{ reason: 'not-scanned', versions: 1, bytes: expect.any(Number) }])
  })

  it('is never clean, and so neither is its store', async () => {
    const ended = await (await openSample(others('abcdefghij'))).run(endingAt('j'))
    expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(/^not-scanned: 1 object version/)])
  })

  it('is not deleted, also when it is named after somebody who is transferred and has nothing but theirs in it', async () => {
    const place = await openStore({}, { channel: deleting })
    const name = `${transferred(2)}.jsonl`
    writeFiles(join(place.root, 'store'), { ...others('abc'), ...found, [name]: jsonRecords([transferred(2)]) })
    const ended = await place.run(endingAt(name[0]!))
    expect(ended.store).toBe('residual')
    expect(readdirSync(join(place.root, 'store')).toSorted()).toEqual(
      [name, 'a.jsonl', 'b.jsonl', 'c.jsonl'].toSorted(),
    )
  })

  it('may be the only one of its batch, or stand beside two more', async () => {
    const one = await (await openSample(others('a'))).run(endingAt('a'))
    expect([one.store, one.why]).toEqual(['incomplete', expect.stringMatching(/^not-scanned: 1 object version/)])
    const three = await (await openSample(others('abcdefghij'))).run(endingAt('afg'))
    expect(three.why).toMatch(/^not-scanned: 3 object versions/)
    expect((await three.coverage(0))!.clean.versions).toBe(7)
  })

  it('is not looked for any more behind three of them: then it is not the versions', async () => {
    const tried: Moment[] = []
    const all = await (await openSample(others('abcdefghij'))).run(endingAt('abcdefghij', tried))
    expect([all.store, all.why]).toEqual(['incomplete', expect.stringMatching(/^not-scanned: 10 object versions/)])
    expect(tried.length).toBeLessThan(50)
  })
})
