import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeletionRequest } from '../../lib/deletion/request.ts'
import { acknowledge } from '../../lib/pipeline/acknowledge.ts'
import { attestedIn, withState } from '../support/attested.ts'
import { jsonLines, linesOf, odv, type Started, startOdv, verdictsOf } from '../support/odv.ts'
import {
  configText,
  digestsOf,
  jsonRecords,
  manifestText,
  numbers,
  somebodyElse,
  transferred,
  writeFiles,
} from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'
import { someOf } from '../support/some-of.ts'

/** Whatever is killed and whenever: the same run, gone on with, attests what an undisturbed one does. */

const rounds = 9
const seed = 20_261_123

const inFiles = (count: number, name: string, records: (n: number) => string | Uint8Array) =>
  Object.fromEntries(numbers(count).map((n) => [`${name}-${n}.jsonl`, records(n)]))

const ours = (n: number) => jsonRecords(numbers(20).map((i) => transferred((i + n) % 20)))
const theirs = (n: number) => jsonRecords(numbers(50, n).map(somebodyElse))

/** Deleted by the executor, deleted by a person, and a store with a damaged backup. */
const stores = {
  ie: {
    ...inFiles(25, 'ours', ours),
    ...inFiles(5, 'theirs', theirs),
    'mixed.jsonl': ours(0) + theirs(0),
    'mixed.jsonl.gz': gzipSync(theirs(1) + ours(1) + theirs(2)),
    '.snapshot/daily/ours.jsonl': ours(1),
  },
  sg: { ...inFiles(3, 'theirs', theirs), 'ours-0.jsonl': ours(0), 'ours-1.jsonl.gz': gzipSync(ours(1)) },
  br: { ...inFiles(3, 'theirs', theirs), 'cut.jsonl.gz': gzipSync(theirs(3)).subarray(0, -20) },
}
const deletedByHand = ['ours-0.jsonl', 'ours-1.jsonl.gz']

const config = {
  manifest: 'ids.csv',
  stores: [
    { id: 'ie', root: 'ie', country: 'IE', channel: { kind: 'delete-files', owner: 'user_id', rewrite: true } },
    { id: 'sg', root: 'sg', country: 'SG', channel: { kind: 'manual', deadline: '10m' } },
    { id: 'br', root: 'br', country: 'BR' },
  ],
}

function makePlace(): string {
  const place = scratchDirectory()
  writeFiles(place, { 'odv.json': configText(config), 'ids.csv': manifestText })
  for (const [name, files] of Object.entries(stores)) writeFiles(join(place, name), files)
  return place
}

/** The files of the pass-0 requests to the custodian, as soon as they are written down. */
const requestsIn = (place: string): string[] => {
  const runs = join(place, '.odv/evidence/runs')
  return existsSync(runs)
    ? readdirSync(runs)
        .map((run) => join(runs, run, 'stores/sg/pass-0/request.json'))
        .filter((path) => existsSync(path))
    : []
}

/** Deletes and answers as soon as a request is there, whether a run is under way or was killed. */
function startCustodian(place: string): { stop(): Promise<void> } {
  const signal = { stopped: false }
  const work = async () => {
    const answered = new Set<string>()
    while (!signal.stopped) {
      await setTimeout(20)
      for (const path of requestsIn(place).filter((each) => !answered.has(each))) {
        for (const file of deletedByHand) rmSync(join(place, 'sg', file), { force: true })
        const { requestId } = JSON.parse(readFileSync(path, 'utf8')) as DeletionRequest
        const isAnswered = await withState(join(place, '.odv'), (ports) =>
          acknowledge(ports, { requestId, by: 'custodian' }),
        ).then(
          () => true,
          // The document is there and its record is not yet: the run was killed in between, or is about to write it.
          (error: Error) => error.name !== 'NotKnown' && Promise.reject(error),
        )
        if (isAnswered) answered.add(path)
      }
    }
  }
  const done = work()
  return {
    stop() {
      signal.stopped = true
      return done
    },
  }
}

const runIdIn = async (place: string): Promise<string | undefined> =>
  existsSync(join(place, '.odv/odv.sqlite'))
    ? withState(join(place, '.odv'), async ({ runState }) => (await runState.listRuns())[0]?.runId)
    : undefined

/** The run of this place, gone on with if it began. */
async function startRun(place: string): Promise<Started> {
  const runId = await runIdIn(place)
  return startOdv(place, runId === undefined ? ['run', '--json'] : ['run', '--json', '--resume', runId])
}

/** mulberry32 */
function createRandom(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const storesOf = (place: string) => Object.keys(stores).map((name) => digestsOf(join(place, name)))

async function runUndisturbed() {
  const place = makePlace()
  const custodian = startCustodian(place)
  const began = performance.now()
  const started = startOdv(place, ['run', '--json'])
  await untilDocuments(place, started, 1)
  const startup = performance.now() - began
  const ended = await started.ended
  await custodian.stop()
  expect([ended.code, verdictsOf(ended)]).toEqual([1, verdicts])
  return {
    attested: await attestedIn(join(place, '.odv')),
    stores: storesOf(place),
    startup,
    documents: documentsIn(place),
  }
}

/** How far a run has come: the documents that it left, which are many times more than its attestations. */
const documentsIn = (place: string): number =>
  existsSync(join(place, '.odv/evidence/runs'))
    ? readdirSync(join(place, '.odv/evidence/runs'), { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      ).length
    : 0

async function untilDocuments(place: string, { child }: Started, documents: number): Promise<void> {
  while (documentsIn(place) < documents && child.exitCode === null && child.signalCode === null) await setTimeout(10)
}

const verdicts = { ie: 'residual', sg: 'verified', br: 'incomplete' }
const atOnce = 3
let expected: Awaited<ReturnType<typeof runUndisturbed>>

beforeAll(async () => {
  const [first, second] = await Promise.all([runUndisturbed(), runUndisturbed()])
  expect(second).toMatchObject({ attested: first.attested, stores: first.stores })
  expected = first
  expect(expected.attested.statements).toHaveLength(14)
  expect(
    expected.attested.documents.find(([name]) => name === 'stores/ie/pass-0/acknowledgement.json')![1],
  ).toMatchObject({
    deleted: { versions: 25 },
    gone: 0,
  })
})

async function expectSame(place: string, ended: Awaited<Started['ended']>): Promise<void> {
  expect([ended.code, verdictsOf(ended)], ended.stderr).toEqual([1, verdicts])
  const attested = await attestedIn(join(place, '.odv'))
  expect(attested.statements).toEqual(expected.attested.statements)
  expect(attested.documents).toEqual(expected.attested.documents)
  expect(attested.state).toBe('finished')
  expect(storesOf(place)).toEqual(expected.stores)
}

const inTurn = limiter(atOnce)

function limiter(most: number) {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work: () => Promise<void>) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}

/** How many attestations the log had when a run was killed. */
const killedAt: number[] = []

const logSizeIn = async (place: string): Promise<number> =>
  existsSync(join(place, '.odv/odv.sqlite'))
    ? withState(join(place, '.odv'), async ({ ledger }) => (await ledger.head()).size)
    : 0

describe.concurrent('kill -9', () => {
  const random = createRandom(seed)

  afterAll(() => {
    // They hit runs, not their ruins, at many moments.
    expect(killedAt.length).toBeGreaterThanOrEqual(taken.length / 2)
    expect(new Set(killedAt).size).toBeGreaterThanOrEqual(taken.length / 2 - 1)
  })

  const taken = someOf(8, numbers(rounds))
  for (const round of taken) {
    // One kill in each twentieth of the work, some in the start; a third of the runs is killed again as they go on.
    const [first, second, wait] = [(round + random()) / rounds, random(), random() * 30]
    const kills = () => [
      round % 7 === 0
        ? { documents: 0, delay: first * expected.startup }
        : { documents: Math.ceil(first * expected.documents), delay: wait },
      ...(round % 3 === 0
        ? [{ documents: Math.ceil(second * expected.documents), delay: expected.startup + wait }]
        : []),
    ]

    async function killAndGoOn(): Promise<void> {
      const place = makePlace()
      const custodian = startCustodian(place)
      for (const { documents, delay } of kills()) {
        const started = await startRun(place)
        await untilDocuments(place, started, documents)
        await Promise.race([setTimeout(delay), started.ended])
        started.kill()
        const { signal } = await started.ended
        if (signal === 'SIGKILL') killedAt.push(await logSizeIn(place))
      }
      const ended = await (await startRun(place)).ended
      await custodian.stop()
      await expectSame(place, ended)
    }

    it(`and --resume attest what an undisturbed run does (${round})`, () => inTurn(killAndGoOn))
  }
})

describe.concurrent('kill -9 in the middle of the deletions', () => {
  for (const deletions of someOf(3, [1, 8, 20]))
    it(`counts every file as deleted once (after ${deletions})`, () =>
      inTurn(async () => {
        const place = makePlace()
        const custodian = startCustodian(place)
        const started = startOdv(place, ['run', '--json'])
        const ours = () => readdirSync(join(place, 'ie')).filter((name) => name.startsWith('ours')).length
        while (ours() > 25 - deletions && started.child.exitCode === null) await setTimeout(1)
        started.kill()
        expect((await started.ended).signal).toBe('SIGKILL')
        const ended = await (await startRun(place)).ended
        await custodian.stop()
        await expectSame(place, ended)
      }))
})

describe.concurrent('an interruption (SIGINT)', () => {
  const moments = {
    'while a custodian is waited for': (place: string) => requestsIn(place).length > 0,
    'as soon as the run has begun': (place: string) => existsSync(join(place, '.odv/evidence/runs')),
  } satisfies Record<string, (place: string) => boolean>
  for (const [when, isThere] of someOf(4, Object.entries(moments)))
    it(`${when} ends with exit code 130, says how to go on, and changes nothing`, async () => {
      const place = makePlace()
      const started = startOdv(place, ['run', '--json'])
      while (!isThere(place)) await setTimeout(5)
      started.kill('SIGINT')
      const interrupted = await started.ended
      const runId = await runIdIn(place)
      expect([interrupted.code, interrupted.signal]).toEqual([130, null])
      expect(linesOf(interrupted, 'interrupted')).toEqual([{ kind: 'interrupted', run: runId }])
      expect(interrupted.stderr).toContain(`odv.mjs run --resume ${runId}`)
      expect(jsonLines(interrupted).some(({ kind }) => kind === 'summary')).toBe(false)

      const custodian = startCustodian(place)
      const ended = await odv(place, 'run', '--resume', runId!, '--json')
      await custodian.stop()
      await expectSame(place, ended)
      // A run that ended says again what it said, and nothing more.
      await expectSame(place, await odv(place, 'run', '--resume', runId!, '--json'))
    })
})
