import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { attestedIn, withState } from '../support/attested.ts'
import { type Ended, linesOf, odv, pinsOf, type Started, startOdv, verdictsOf } from '../support/odv.ts'
import {
  configText,
  jsonRecords,
  manifestText,
  numbers,
  somebodyElse,
  transferred,
  writeFiles,
} from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

/** More than one process on one state directory: runs exclude each other, everything else works beside them. */

/** A store whose custodian is waited for: the run lasts until somebody answers. */
function makePlace(): string {
  const place = scratchDirectory()
  writeFiles(place, {
    'ids.csv': manifestText,
    'odv.json': configText({
      manifest: 'ids.csv',
      stores: [{ id: 'sg', root: 'sg', country: 'SG', channel: { kind: 'manual', deadline: '10m' } }],
    }),
    'sg/theirs.jsonl': jsonRecords(numbers(50).map(somebodyElse)),
    'sg/ours.jsonl': jsonRecords(numbers(10).map(transferred)),
  })
  return place
}

/** The request that a run waits for, when it still runs. */
async function requestOf(place: string, { ended }: Started): Promise<string> {
  let early: Ended | undefined
  void ended.then((of) => {
    early = of
  })
  for (;;) {
    await setTimeout(100)
    if (early) throw new Error(`expected a run that waits, got one that ended: ${early.code} ${early.stderr}`)
    if (!existsSync(join(place, '.odv/odv.sqlite'))) continue
    const waiting = await withState(join(place, '.odv'), async ({ runState }) => {
      const runs = await runState.listRuns()
      const requests = await Promise.all(runs.map(({ runId }) => runState.listRequests(runId)))
      return requests.flat().find(({ token }) => token !== undefined)
    })
    if (waiting) return waiting.requestId
  }
}

/** The log of a run that waits: the task that asks the custodian is the last one that began. */
async function logOfWaiting(place: string): Promise<string> {
  for (;;) {
    const log = readFileSync(join(place, '.odv/log.jsonl'), 'utf8')
    if (log.includes('"task":"notify-custodian"') && log.endsWith('\n')) return log
    await setTimeout(100)
  }
}

async function answer(place: string, run: Started): Promise<Ended> {
  const requestId = await requestOf(place, run)
  writeFileSync(join(place, 'sg/ours.jsonl'), jsonRecords([somebodyElse(7)]))
  return odv(place, 'ack', requestId, '--json')
}

describe.concurrent('two runs at once', () => {
  it('on one state directory: the second is refused clearly and the first is unharmed', async () => {
    const place = makePlace()
    const first = startOdv(place, ['run', '--json'])
    const requestId = await requestOf(place, first)
    const log = await logOfWaiting(place)
    const runId = requestId.replace(/-sg-0$/, '')
    const [second, resumed] = await Promise.all([
      odv(place, 'run', '--json'),
      odv(place, 'run', '--json', '--resume', runId),
    ])
    for (const refused of [second, resumed]) {
      expect([refused.code, linesOf(refused, 'error')]).toEqual([
        64,
        [{ kind: 'error', error: 'RunBusy', message: expect.stringContaining('no other run'), exitCode: 64 }],
      ])
      expect(refused.stderr).toMatch(/expected no other run on this state directory, got one under way/)
    }
    expect(readFileSync(join(place, '.odv/log.jsonl'), 'utf8')).toBe(log)
    expect((await answer(place, first)).code).toBe(0)
    const ended = await first.ended
    expect([ended.code, verdictsOf(ended)], ended.stderr).toEqual([0, { sg: 'verified' }])
    expect((await attestedIn(join(place, '.odv'))).statements).toHaveLength(7)
  })

  for (const round of numbers(2))
    it(`started at the same moment where nothing was before: one of them runs (${round})`, async () => {
      const place = makePlace()
      const both = numbers(2).map(() => startOdv(place, ['run', '--json']))
      const refused = await Promise.race(both.map(({ ended }) => ended))
      expect([refused.code, linesOf(refused, 'error')], refused.stderr).toEqual([
        64,
        [{ kind: 'error', error: 'RunBusy', message: expect.stringContaining('no other run'), exitCode: 64 }],
      ])
      await answer(place, both.find(({ child }) => child.exitCode === null)!)
      const codes = (await Promise.all(both.map(({ ended }: Started) => ended))).map(({ code }) => code)
      expect(codes.sort()).toEqual([0, 64])
      expect((await attestedIn(join(place, '.odv'))).statements).toHaveLength(7)
    })

  it('on two state directories do not know of each other', async () => {
    const place = makePlace()
    writeFiles(place, { 'clean/a.jsonl': jsonRecords([somebodyElse(1)]) })
    const both = await Promise.all(
      ['one', 'two'].map((state) =>
        odv(place, 'run', '--json', '--config', 'none.json', '--store', 'x=clean', '--state', state),
      ),
    )
    // The configuration does not exist: both say so, and neither leaves a state.
    expect(both.map(({ code }) => code)).toEqual([64, 64])
    writeFiles(place, { 'other.json': configText({ manifest: 'ids.csv' }) })
    const runs = await Promise.all(
      ['one', 'two'].map((state) =>
        odv(place, 'run', '--json', '--config', 'other.json', '--store', 'x=clean', '--state', state),
      ),
    )
    expect(runs.map((each) => [each.code, verdictsOf(each)])).toEqual([
      [0, { x: 'verified' }],
      [0, { x: 'verified' }],
    ])
  })
})

describe.concurrent('beside a run', () => {
  it('status, keys and export of an earlier run work, and what is answered wakes it up', async () => {
    const place = makePlace()
    writeFiles(place, {
      'clean/a.jsonl': jsonRecords([somebodyElse(1)]),
      'other.json': configText({ manifest: 'ids.csv' }),
    })
    const earlier = await odv(place, 'run', '--json', '--config', 'other.json', '--store', 'x=clean')
    expect(earlier.code).toBe(0)
    const earlierRun = String(linesOf(earlier, 'summary')[0]!.run)

    const run = startOdv(place, ['run', '--json'])
    const requestId = await requestOf(place, run)
    const [status, one, keys, exported] = await Promise.all([
      odv(place, 'status', '--json'),
      odv(place, 'status', requestId.replace(/-sg-0$/, ''), '--json'),
      odv(place, 'keys', '--out', 'pinned', '--json'),
      odv(place, 'export', '--run', earlierRun, '--out', 'bundle', '--json'),
    ])
    expect([status, one, keys, exported].map(({ code }) => code)).toEqual([0, 0, 0, 0])
    expect(linesOf(status, 'run').map(({ state }) => state)).toEqual(['running', 'finished'])
    expect(linesOf(one, 'request')).toMatchObject([{ request: requestId, store: 'sg' }])
    expect((await odv(place, 'verify', 'bundle', ...(await pinsOf(place)))).code).toBe(0)

    const acknowledged = await answer(place, run)
    expect(linesOf(acknowledged, 'acknowledgement')).toMatchObject([{ request: requestId, by: 'custodian' }])
    const again = await odv(place, 'ack', requestId, '--json')
    expect(linesOf(acknowledged, 'acknowledgement')).toMatchObject([{ first: true }])
    expect(linesOf(again, 'acknowledgement')).toEqual([
      { ...linesOf(acknowledged, 'acknowledgement')[0], first: false },
    ])
    const ended = await run.ended
    expect([ended.code, verdictsOf(ended)]).toEqual([0, { sg: 'verified' }])
  })
})
