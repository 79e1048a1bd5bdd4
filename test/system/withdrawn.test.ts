import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { requestCommand } from '../../lib/cli/commands/request-command.ts'
import { proposeCorrection } from '../../lib/pipeline/propose-correction.ts'
import type { Ports } from '../../lib/ports.ts'
import type { TaskName } from '../support/machines.ts'
import { deleting, isMoment, openPlace, openStore } from '../support/pipeline.ts'
import { jsonRecords, manifestText, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'

/** Somebody finds out that the manifest was wrong, and takes back what the run said, before anything is deleted because of it. */

const words = { explanation: 'The manifest had people whose data never arrived.', approvedBy: 'Jane Roe' }

/** Entry 0 is the scope, entry 1 the scan of the first store. */
async function runWithdrawing(entry: number, task: TaskName) {
  const stores = ['ie', 'sg']
  const place = await openPlace((root) => ({
    stores: stores.map((id) => ({
      id,
      root: join(root, id),
      country: id.toUpperCase(),
      channel: { kind: 'delete-files', owner: 'user_id' },
    })),
  }))
  for (const id of stores)
    writeFiles(join(place.root, id), {
      'x.jsonl': jsonRecords(numbers(3).map(transferred)),
      'others.jsonl': jsonRecords([somebodyElse(1)]),
    })
  let ports: Ports | undefined
  let done: Promise<unknown> | undefined
  const ended = await place.run({
    wrap: (all) => {
      ports = all
      return all
    },
    before: async (moment) => {
      if (!isMoment(moment, { task })) return
      done ??= proposeCorrection(ports!, { entry, ...words })
      await done
    },
  })
  const left = stores.filter((id) => existsSync(join(place.root, id, 'x.jsonl')))
  const desk = (id: string) =>
    requestCommand(
      {
        request: `run-0-${id}-0`,
        out: `${id}.jsonl`,
        place: { kind: 'machine', state: 'state', cwd: place.root },
        cwd: place.root,
      },
      { json: true, print() {}, progress() {}, warn() {}, emit() {} },
    )
  return { desk, left, results: ended.summary.verdicts.map(({ verdict, reasons }) => [verdict, ...reasons].join('; ')) }
}

describe.concurrent('what was taken back', () => {
  const refused = (state: string) => expect.stringMatching(new RegExp(`failure: EvidenceConflict in ${state}`))
  for (const [task, state] of [
    ['request-deletion', 'RequestDeletion'],
    ['execute-deletion', 'ExecuteDeletion'],
  ] as const)
    it(`is deleted by no more, in no store, once it is the scope: before ${task}`, async () => {
      const { left, results } = await runWithdrawing(0, task)
      expect(left).toEqual(['ie', 'sg'])
      expect(results).toEqual([refused(state), refused(state)])
    })

  it('is deleted by no more in the store whose scan it is, nor handed to its custodian, and in others is', async () => {
    const { desk, left, results } = await runWithdrawing(1, 'execute-deletion')
    expect(left).toHaveLength(1)
    expect(results.toSorted()).toEqual([refused('ExecuteDeletion'), 'verified'])
    await expect(desk(left[0]!)).rejects.toThrow(/taken back .*nothing is to be deleted/)
    expect(await desk(left[0] === 'ie' ? 'sg' : 'ie')).toBe(0)
  })
})

/** It is there then, and cannot be read, also by who may read all files. */
function exchangeForDirectory(path: string): void {
  rmSync(path, { force: true })
  mkdirSync(path, { recursive: true })
}

/** While a run that deletes by itself scans, its manifest is exchanged, or as in a deployment another one is handed in beside it. */
async function runExchanging(manifest: string | undefined, { beside = false, isUnreadable = false } = {}) {
  const files = {
    'x.jsonl': jsonRecords([transferred(1)]),
    'y.jsonl': jsonRecords([transferred(2)]),
    'others.jsonl': jsonRecords([somebodyElse(1)]),
  }
  const place = await openStore(files, { channel: deleting })
  const later = join(place.root, 'later.csv')
  const { summary } = await place.run({
    ...(beside && {
      wrap: (ports) => ({ ...ports, manifests: { ...ports.manifests, inForce: async () => later } }),
    }),
    before: async (moment) => {
      if (!isMoment(moment, { task: 'settle-coverage' })) return
      if (beside) writeFileSync(later, manifest ?? '')
      else if (manifest === undefined) rmSync(join(place.root, 'ids.csv'), { force: true })
      else if (isUnreadable) exchangeForDirectory(join(place.root, 'ids.csv'))
      else writeFileSync(join(place.root, 'ids.csv'), manifest)
    },
  })
  const [{ verdict, reasons } = { verdict: 'none', reasons: [] }] = summary.verdicts
  return {
    left: ['x.jsonl', 'y.jsonl'].filter((name) => existsSync(join(place.root, 'store', name))),
    verdict,
    reasons,
  }
}

describe.concurrent('a manifest that is corrected while a run scans', () => {
  const others = manifestText.replace(new RegExp(`^${transferred(2)},.*\n`, 'm'), '')
  for (const [what, row] of [
    ['is not confirmed', `${transferred(2)},,late\n`],
    ['was confirmed for later', `${transferred(2)},2999-01-01T00:00:00Z,late\n`],
    ['has a word for its time', `${transferred(2)},failed,late\n`],
  ] as const)
    it(`has nothing deleted once somebody's transfer ${what}`, async () => {
      const { left, verdict, reasons } = await runExchanging(others + row)
      expect(left).toEqual(['x.jsonl', 'y.jsonl'])
      expect([verdict, ...reasons]).toEqual([
        'residual',
        'found: 2 findings of 2 subjects in 2 object versions',
        'failure: ManifestInvalid in ConfirmScope',
      ])
    })

  it('has nothing deleted where it is there and cannot be read', async () => {
    const { left, reasons } = await runExchanging('', { isUnreadable: true })
    expect(left).toEqual(['x.jsonl', 'y.jsonl'])
    expect(reasons).toContain('failure: ManifestInvalid in ConfirmScope')
  })

  it('has nothing deleted where it has another name than the one that the run began with', async () => {
    const { left, reasons } = await runExchanging(`${others}${transferred(2)},,late\n`, { beside: true })
    expect(left).toEqual(['x.jsonl', 'y.jsonl'])
    expect(reasons).toContain('failure: ManifestInvalid in ConfirmScope')
  })

  it('is gone on with where one of another name has more people', async () => {
    const more = `${manifestText}${somebodyElse(7)},2026-01-01T00:00:00Z,more\n`
    expect(await runExchanging(more, { beside: true })).toMatchObject({ left: [], verdict: 'verified' })
  })

  for (const [what, manifest] of [
    ['has more people', `${manifestText}${somebodyElse(7)},2026-01-01T00:00:00Z,more\n`],
    ['lists others', others],
    ['is gone', undefined],
  ] as const)
    it(`is gone on with where it ${what}`, async () => {
      expect(await runExchanging(manifest)).toMatchObject({ left: [], verdict: 'verified' })
    })
})

/** The run is stopped when it is about to delete or to ask its custodian, and gone on with two days later, as a redriven execution is: where it was. */
async function runRedriven(channel: object, task: TaskName, manifest: string) {
  const files = {
    'x.jsonl': jsonRecords([transferred(2)]),
    'others.jsonl': jsonRecords([somebodyElse(1)]),
  }
  const place = await openStore(files, { channel })
  let days = 0
  const asked: string[] = []
  const { why, store } = await place.run({
    wrap: (ports) => ({
      ...ports,
      clock: () => new Date(Date.now() + days * 86_400_000),
      events: { publish: async (name) => void asked.push(name) },
    }),
    before: (moment) => {
      if (days > 0 || !isMoment(moment, { task })) return
      days = 2
      writeFileSync(join(place.root, 'ids.csv'), manifest)
    },
  })
  return { isLeft: existsSync(join(place.root, 'store/x.jsonl')), isAsked: asked.includes('odv.request'), store, why }
}

describe.concurrent('a run that is gone on with where it was, days after it asked the manifest', () => {
  const corrected = manifestText.replace(new RegExp(`^${transferred(2)},.*\n`, 'm'), `${transferred(2)},,late\n`)
  const refused = expect.stringContaining('failure: ManifestInvalid in ConfirmScopeAgain')
  const deletes = { kind: 'delete-files', owner: 'user_id' }

  it('deletes nothing of whom it takes back by then', async () => {
    expect(await runRedriven(deletes, 'execute-deletion', corrected)).toMatchObject({ isLeft: true, why: refused })
  })

  it('asks no custodian for it', async () => {
    const manual = { kind: 'manual', deadline: '1h' }
    expect(await runRedriven(manual, 'notify-custodian', corrected)).toMatchObject({ isAsked: false, why: refused })
  })

  it('deletes what it says the same of as before', async () => {
    expect(await runRedriven(deletes, 'execute-deletion', manifestText)).toMatchObject({
      isLeft: false,
      store: 'verified',
    })
  })
})

/** A clock that is ahead when a run begins, and is set right before anything is requested, when the manifest may be gone. */
async function runAhead(milliseconds: number, isGone = false) {
  const soon = new Date(Date.now() + milliseconds / 2).toISOString()
  const manifest = `${manifestText}${somebodyElse(7)},${soon},soon\n`
  const files = {
    'x.jsonl': jsonRecords([somebodyElse(7)]),
    'others.jsonl': jsonRecords([somebodyElse(1)]),
  }
  const place = await openStore(files, { channel: deleting }, {}, manifest)
  let ahead = milliseconds
  const { why } = await place.run({
    time: { now: () => new Date(Date.now() + ahead), sleep: async () => {} },
    before: (moment) => {
      if (!isMoment(moment, { task: 'settle-coverage' })) return
      ahead = 0
      if (isGone) rmSync(join(place.root, 'ids.csv'))
    },
  })
  return { isLeft: existsSync(join(place.root, 'store/x.jsonl')), why }
}

for (const [what, milliseconds, isGone] of [
  ['a day', 86_400_000, false],
  ['a day, where there is no manifest any more to ask', 86_400_000, true],
  ['less than clocks may differ', 5 * 60_000, false],
] as const)
  it(`nobody's is deleted who was in scope because the clock was ahead by ${what}`, async () => {
    const { isLeft, why } = await runAhead(milliseconds, isGone)
    expect([isLeft, why]).toEqual([true, expect.stringContaining('failure: ManifestInvalid in ConfirmScope')])
  })
