import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { embeddedPorts } from '../../lib/cli/embedded-ports.ts'
import type { RunEvidence } from '../../lib/export/run-evidence.ts'
import { verifyFiling } from '../../lib/export/verify-bundle.ts'
import { checkSubjectProof, showsGone, subjectRootsOf } from '../../lib/export/verify-subject-proof.ts'
import { Identifier } from '../../lib/manifest/identifier.ts'
import { buildIndex } from '../../lib/pipeline/build-index.ts'
import { readDocument } from '../../lib/pipeline/evidence/documents.ts'
import { batchKey, passKey, runKey, shardKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import { proveSubject } from '../../lib/pipeline/prove-subject.ts'
import { type SubjectsDocument, settleSubjects } from '../../lib/pipeline/settle-subjects.ts'
import type { Ports } from '../../lib/ports.ts'
import { formatSubjectProof } from '../../lib/proof/subject-proof.ts'
import { exportedFiles } from '../support/exported-files.ts'
import { type Hands, isMoment, openPlace, type Place } from '../support/pipeline.ts'
import { refusalOf } from '../support/refusal-of.ts'
import { jsonRecords, pending, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'

/** What a run comes to for each person in scope, from the manifest to a proof that its bundle vouches for. */

const deletingStore = (root: string, id: string) => ({
  id,
  root: join(root, id),
  country: 'SG',
  channel: { kind: 'delete-files', owner: 'user_id' },
})
const watchedStore = (root: string, id: string) => ({ id, root: join(root, id), country: 'SG' })
/** What is found and how is not what these tests are about. */
const plain = { homeCountry: 'US', forms: ['none'] }

async function runIn(place: Place, hands: Hands = {}) {
  const run = await place.run(hands)
  const ports = embeddedPorts(place.paths, { config: undefined, meter: { add() {} } })
  try {
    const files = await exportedFiles(ports, run.runId)
    const filing = verifyFiling(files)
    const { runs } = filing
    const roots = subjectRootsOf(runs[0]!)
    const subjects = await readDocument<SubjectsDocument>(ports, runKey(run.runId, 'subjects.json'))
    const askFor = (id: string) => proveSubject(ports, { runId: run.runId, ...roots }, new Identifier(id))
    const proofOf = async (id: string) => {
      const asked = await askFor(id)
      if (asked.kind !== 'proof') return asked.kind
      return checkSubjectProof(filing, Buffer.from(formatSubjectProof(asked.proof)))
    }
    return { run, filing, files, subjects, roots, askFor, proofOf }
  } finally {
    ports.close()
  }
}

const ids = (...all: number[]) => jsonRecords(all.map(transferred))

describe('a run whose stores are verified', () => {
  it('shows who was deleted and who was never found, in one root that its summary attests', async () => {
    const place = await openPlace((root) => ({
      ...plain,
      stores: [deletingStore(root, 'sg'), deletingStore(root, 'ie'), watchedStore(root, 'hk')],
    }))
    writeFiles(place.root, {
      'sg/a.jsonl': ids(1, 2, 1),
      'sg/b.jsonl': ids(1),
      'sg/c.jsonl': jsonRecords([somebodyElse(1)]),
      'ie/a.jsonl': ids(1, 3),
      'ie/c.jsonl': jsonRecords([somebodyElse(2)]),
      'hk/a.jsonl': jsonRecords([somebodyElse(3)]),
    })
    const { run, subjects, roots, proofOf } = await runIn(place)
    expect(run.verdict).toBe('verified')
    expect(subjects.statuses).toEqual({ deleted: 3, neverFound: 17, residual: 0, undetermined: 0 })
    expect(subjects).toMatchObject({ scopeRoot: roots.scopeRoot, resultRoot: roots.resultRoot })
    const day = (await run.coverage(1))!.inventory.startedAt.slice(0, 10)
    expect(await proofOf(transferred(1))).toMatchObject({
      status: 'deleted',
      before: 3,
      after: 0,
      words: expect.stringContaining(
        `found in 3 object versions in offshore backups before; gone, as the last inventories, taken between ${day}`,
      ),
    })
    expect(await proofOf(transferred(3))).toMatchObject({ status: 'deleted', before: 1, after: 0 })
    expect(await proofOf(transferred(9))).toMatchObject({ status: 'never-found', before: 0, after: 0 })
    expect(await proofOf(somebodyElse(1))).toBe('not-in-scope')
    expect(await proofOf(pending(1))).toBe('not-in-scope')
    expect(await proofOf('no identifier')).toBe('no-identifier')
  })
})

describe('a proof', () => {
  it('holds for its run alone, and with every bit as it is', async () => {
    const place = await openPlace((root) => ({ ...plain, stores: [watchedStore(root, 'hk')] }))
    writeFiles(place.root, { 'hk/a.jsonl': jsonRecords([somebodyElse(1)]) })
    const [first, second] = [await runIn(place), await runIn(place)]
    const asked = await first.askFor(transferred(4))
    if (asked.kind !== 'proof') throw new Error('expected a proof')
    const proof = Buffer.from(formatSubjectProof(asked.proof))
    expect(checkSubjectProof(first.filing, proof).status).toBe('never-found')
    expect(() => checkSubjectProof(second.filing, proof)).toThrow('proof: run: expected one of this bundle')
    // The same people, and the same came of it: what differs is which attestations say so.
    expect(second.roots.resultRoot).toBe(first.roots.resultRoot)
    const renamed = { ...asked.proof, runId: second.run.runId }
    expect(() => checkSubjectProof(second.filing, Buffer.from(formatSubjectProof(renamed)))).toThrow('scopeEnvelope')
    const accepted: unknown[] = []
    for (let bit = 0; bit < proof.length * 8; bit++) {
      const flipped = Buffer.from(proof)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const refusal = refusalOf(() => checkSubjectProof(first.filing, flipped))
      if (refusal !== 'proof') accepted.push([bit, refusal])
    }
    expect(accepted).toEqual([])
    const paths = [...first.files.keys()]
    expect(paths.filter((path) => /tree|subject|nodes|leaves/.test(path))).toEqual([])
  })
})

describe('a proof by a run that did not see what another one of the bundle found', () => {
  it('shows nobody to be gone, whether that run was closed or not, and says what it does not know', async () => {
    const place = await openPlace((root) => ({
      ...plain,
      stores: [watchedStore(root, 'sg'), watchedStore(root, 'hk')],
    }))
    writeFiles(place.root, {
      'sg/a.jsonl': jsonRecords([somebodyElse(1)]),
      'hk/a.jsonl': jsonRecords([somebodyElse(1)]),
    })
    const first = await runIn(place)
    writeFiles(place.root, { 'hk/b.jsonl': ids(4) })
    const second = await runIn(place)
    const [one, two] = [first.filing.runs[0]!, second.filing.runs[0]!]
    const { summary: _, ...waiting } = two
    const withoutHk = { ...one, stores: one.stores.filter(({ storeId }) => storeId !== 'hk') }
    const asked = await first.askFor(transferred(4))
    if (asked.kind !== 'proof') throw new Error('expected a proof')
    const proof = Buffer.from(formatSubjectProof(asked.proof))
    const shown = (...runs: RunEvidence[]) => checkSubjectProof({ summary: second.filing.summary, runs }, proof)

    const alone = shown(one)
    expect(showsGone(alone)).toBe(true)
    expect(alone).toMatchObject({
      status: 'never-found',
      stores: ['sg', 'hk'],
      entriesBehind: second.filing.summary.entries,
    })
    expect(alone.words).toMatch(/of which alone this says anything: sg, hk; the log has \d+ entries behind this run/)
    for (const runs of [
      [one, two],
      [one, waiting],
      [waiting, one],
      [two, withoutHk],
    ]) {
      const { words, ...rest } = shown(...runs)
      expect(rest).toMatchObject({ status: 'never-found', foundBy: two.runId })
      expect(showsGone(rest)).toBe(false)
      expect(words).toContain(`but run ${two.runId} of the bundle found data that this one did not see`)
    }
  })
})

describe('a proof by a run before which another one of the bundle found data', () => {
  it('shows nobody to be gone who may have been found in a way in which this run did not look', async () => {
    const place = await openPlace((root) => ({ ...plain, stores: [watchedStore(root, 'hk')] }))
    writeFiles(place.root, { 'hk/a.jsonl': jsonRecords([somebodyElse(1)]), 'hk/b.jsonl': ids(4) })
    const first = await runIn(place)
    rmSync(join(place.root, 'hk/b.jsonl'))
    const second = await runIn(place)
    const asked = await second.askFor(transferred(4))
    if (asked.kind !== 'proof') throw new Error('expected a proof')
    const proof = Buffer.from(formatSubjectProof(asked.proof))
    const [found, gone] = [first.filing.runs[0]!, second.filing.runs[0]!]
    const shown = (...runs: RunEvidence[]) => checkSubjectProof({ summary: second.filing.summary, runs }, proof)
    expect(shown(found, gone).foundBy).toBeUndefined()
    const hashed = shown(inOtherWays(found), gone)
    expect(hashed).toMatchObject({ status: 'never-found', foundBy: found.runId })
    expect(showsGone(hashed)).toBe(false)
    // One in between that looked in the same ways shows that it is gone.
    const between = inOtherWays({ ...gone, runId: 'run-between' })
    expect(shown(inOtherWays(found), between, gone).foundBy).toBeUndefined()
  })
})

/** The same with other forms in what its scans admit. */
const inOtherWays = (run: RunEvidence): RunEvidence => ({
  ...run,
  stores: run.stores.map((store) => ({
    ...store,
    scans: store.scans.map((scan) => ({ ...scan, predicate: { ...scan.predicate, limitations: ['Other forms.'] } })),
  })),
})

describe('a run with anything left', () => {
  it('shows who is still there, and of nobody else that they are gone', async () => {
    const place = await openPlace((root) => ({
      ...plain,
      stores: [deletingStore(root, 'sg'), watchedStore(root, 'hk')],
    }))
    writeFiles(place.root, { 'sg/a.jsonl': ids(1, 2), 'hk/a.jsonl': ids(2), 'hk/b.jsonl': ids(2) })
    const { run, subjects, roots, proofOf } = await runIn(place)
    expect(run.verdict).toBe('residual')
    expect(subjects.statuses).toEqual({ deleted: 0, neverFound: 0, residual: 1, undetermined: 19 })
    expect(roots).not.toHaveProperty('lastInventories')
    expect(await proofOf(transferred(2))).toMatchObject({ status: 'residual', before: 3, after: 2 })
    expect(await proofOf(transferred(1))).toMatchObject({ status: 'undetermined', before: 1, after: 0 })
    expect(await proofOf(transferred(9))).toMatchObject({ status: 'undetermined', before: 0, after: 0 })
  })

  it('says that nothing is determined when something could not be read', async () => {
    const place = await openPlace((root) => ({ ...plain, stores: [watchedStore(root, 'hk')] }))
    writeFiles(place.root, { 'hk/a.bin': Buffer.from([0, 1, 2, 255]), 'hk/b.jsonl': jsonRecords([somebodyElse(1)]) })
    const { run, subjects } = await runIn(place)
    expect(run.verdict).toBe('incomplete')
    expect(subjects.statuses).toEqual({ deleted: 0, neverFound: 0, residual: 0, undetermined: 20 })
  })

  it('says who is there in a store that was left without a verdict', async () => {
    const place = await openPlace((root) => ({ ...plain, stores: [watchedStore(root, 'hk')] }))
    writeFiles(place.root, { 'hk/a.jsonl': ids(2) })
    const { summary } = await place.run({
      before(moment) {
        if (isMoment(moment, { task: 'decide-verdict' })) throw new Error('nobody can decide')
      },
    })
    expect(summary.verdicts).toEqual([])
    expect(summary.subjects?.statuses).toEqual({ deleted: 0, neverFound: 0, residual: 1, undetermined: 19 })
  })

  it('says of a store what it was judged by, whatever pass is settled behind its report', async () => {
    const place = await openPlace((root) => ({
      ...plain,
      stores: [watchedStore(root, 'hk'), watchedStore(root, 'sg')],
    }))
    writeFiles(place.root, { 'hk/a.jsonl': ids(2), 'sg/b.jsonl': jsonRecords([somebodyElse(1)]) })
    const passOf = (store: string, pass: number) =>
      join(place.paths.evidence, `runs/run-0/stores/${store}/pass-${pass}`)
    const { summary } = await place.run({
      before(moment) {
        // Nobody is in it.
        if (isMoment(moment, { task: 'settle-subjects' })) cpSync(passOf('sg', 0), passOf('hk', 1), { recursive: true })
      },
    })
    expect(summary.subjects?.statuses).toEqual({ deleted: 0, neverFound: 0, residual: 1, undetermined: 19 })
  })

  it('says nothing of anybody when it fails after they were judged', async () => {
    const place = await openPlace((root) => ({ ...plain, stores: [watchedStore(root, 'hk')] }))
    writeFiles(place.root, { 'hk/b.jsonl': jsonRecords([somebodyElse(1)]) })
    const run = await place.run({
      after(moment) {
        if (isMoment(moment, { task: 'settle-subjects' })) throw new Error('the answer is lost for good')
      },
    })
    expect([run.verdict, run.summary.failure?.state, run.summary.subjects]).toEqual([
      'incomplete',
      'SettleSubjects',
      undefined,
    ])
  })
})

describe('what is settled of subjects', () => {
  const open = async () => {
    const place = await openPlace((root) => ({ ...plain, stores: [deletingStore(root, 'sg')] }))
    writeFiles(place.root, { 'sg/a.jsonl': ids(1, 2), 'sg/b.jsonl': jsonRecords([somebodyElse(1)]) })
    return place
  }

  it('is the same when its tasks are done again from any part of what they wrote', async () => {
    const place = await open()
    const { run, subjects } = await runIn(place)
    const ports = embeddedPorts(place.paths, { config: undefined, meter: { add() {} } })
    const at = (key: string) => join(place.paths.evidence, key)
    const { runId } = run
    // In the order in which they are written.
    const documents = [
      shardKey(runId, 'scope-tree', 0, 'leaves'),
      shardKey(runId, 'scope-tree', 0, 'nodes'),
      runKey(runId, 'scope-tree.json'),
      shardKey(runId, 'result-tree', 0, 'leaves'),
      shardKey(runId, 'result-tree', 0, 'nodes'),
      runKey(runId, 'subjects.json'),
    ]
    const before = await Promise.all(documents.map((key) => ports.evidence.get(key)))
    try {
      for (const kept of [0, 1, 2, 4, 5]) {
        for (const key of documents.slice(kept)) rmSync(at(key), { force: true })
        await buildIndex(ports, { runId, at: '2026-11-26T00:00:00Z', shard: 0 })
        expect(await settleSubjects(ports, { runId })).toEqual(subjects.statuses)
        expect(await Promise.all(documents.map((key) => ports.evidence.get(key)))).toEqual(before)
      }
    } finally {
      ports.close()
    }
  })

  it('is refused when the manifest is another one by then', async () => {
    const place = await open()
    const run = await place.run({
      after(moment) {
        if (isMoment(moment, { task: 'build-index' })) writeFileSync(join(place.root, 'ids.csv'), 'userId\n123456789\n')
      },
    })
    expect(run.summary.failure).toEqual({ state: 'BuildScopeTree', error: 'EvidenceConflict' })
    expect(run.verdict).toBe('incomplete')
  })

  it('gets no better by a report that comes when its segment was settled', async () => {
    const place = await openPlace((root) => ({ ...plain, stores: [watchedStore(root, 'hk')] }))
    writeFiles(place.root, { 'hk/a.jsonl': jsonRecords([somebodyElse(1)]) })
    const report = join(place.paths.evidence, batchKey({ runId: 'run-0', storeId: 'hk', pass: 0 }, 0))
    const { run, subjects } = await runIn(place, {
      before: (moment) => void (isMoment(moment, { task: 'settle-segment' }) && renameSync(report, `${report}.late`)),
      after: (moment) => void (isMoment(moment, { task: 'settle-segment' }) && renameSync(`${report}.late`, report)),
    })
    expect([run.verdict, run.why]).toEqual(['incomplete', expect.stringContaining('not-scanned')])
    expect(subjects.statuses).toEqual({ deleted: 0, neverFound: 0, residual: 0, undetermined: 20 })
  })

  it('says nothing of anybody where its segments list more subjects, or fewer, than it was judged by', async () => {
    const changing =
      (more: number): NonNullable<Hands['wrap']> =>
      (ports) => {
        const put: Ports['evidence']['put'] = (key, body) => {
          if (key !== passKey({ runId: 'run-0', storeId: 'sg', pass: 0 }, 'coverage.json'))
            return ports.evidence.put(key, body)
          const coverage = JSON.parse(String(body))
          return ports.evidence.put(key, JSON.stringify({ ...coverage, subjects: coverage.subjects + more }))
        }
        return Object.create(ports, { evidence: { value: { ...ports.evidence, put } } })
      }
    for (const more of [-1, 1]) {
      const { summary } = await (await open()).run({ wrap: changing(more) })
      expect(summary.failure).toEqual({ state: 'SettleSubjects', error: 'EvidenceConflict' })
      expect(summary).not.toHaveProperty('subjects')
    }
  })

  it('gets no better by a report that was changed, or that leaves a subject out', async () => {
    const place = await open()
    const changing: Hands['wrap'] = (ports) => {
      const put: Ports['evidence']['put'] = (key, body) =>
        ports.evidence.put(
          key,
          key === batchKey({ runId: 'run-0', storeId: 'sg', pass: 0 }, 0)
            ? String(body).replace(/"subjects":"[^"]+"/, '"subjects":""')
            : body,
        )
      return Object.create(ports, { evidence: { value: { ...ports.evidence, put } } })
    }
    const run = await place.run({ wrap: changing })
    expect(run.verdict).toBe('incomplete')
    expect(run.summary.subjects?.statuses).toEqual({ deleted: 0, neverFound: 0, residual: 0, undetermined: 20 })
  })
})
