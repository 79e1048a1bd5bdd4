import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { embeddedPorts } from '../../lib/cli/embedded-ports.ts'
import { verifyFiling } from '../../lib/export/verify-bundle.ts'
import { checkSubjectProof, subjectRootsOf } from '../../lib/export/verify-subject-proof.ts'
import { Identifier } from '../../lib/manifest/identifier.ts'
import { readDocument } from '../../lib/pipeline/evidence/documents.ts'
import { runKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import { proveSubject } from '../../lib/pipeline/prove-subject.ts'
import { buildScopeShard } from '../../lib/pipeline/scope/build-scope-tree.ts'
import { type SubjectsDocument, settleSubjects } from '../../lib/pipeline/settle-subjects.ts'
import { formatSubjectProof } from '../../lib/proof/subject-proof.ts'
import { exportedFiles } from '../support/exported-files.ts'
import { type Hands, openPlace } from '../support/pipeline.ts'
import { jsonRecords, somebodyElse, writeFiles } from '../support/sample-files.ts'

/** More people than one shard of the trees has room for: of these there are 2^24 in a run, and 4,096 here. */

const subjects = 10_000
const idOf = (n: number) => String(560_000_000 + n * 7919)
const people = Array.from({ length: subjects }, (_, n) => idOf(n))
const deleted = people.filter((_, n) => n % 500 === 0)

const inShardsOf = (leaves: number): NonNullable<Hands['call']> => {
  return (task, ports, payload) => {
    const { runId, at, shard } = payload as { runId: string; at: string; shard?: number }
    if (task === 'build-index' && shard !== undefined) return buildScopeShard(ports, { runId, at, shard }, leaves)
    return task === 'settle-subjects' ? settleSubjects(ports, { runId }, leaves) : undefined
  }
}

async function runInShardsOf(leaves: number | undefined) {
  const place = await openPlace(
    (root) => ({
      homeCountry: 'US',
      forms: ['none'],
      stores: [
        { id: 'sg', root: join(root, 'sg'), country: 'SG', channel: { kind: 'delete-files', owner: 'user_id' } },
      ],
    }),
    `userId,transferredAt\n${people.map((id) => `${id},2026-01-01\n`).join('')}`,
  )
  writeFiles(place.root, { 'sg/a.jsonl': jsonRecords(deleted), 'sg/b.jsonl': jsonRecords([somebodyElse(1)]) })
  const run = await place.run(leaves === undefined ? {} : { call: inShardsOf(leaves) })
  const ports = embeddedPorts(place.paths, { config: undefined, meter: { add() {} } })
  try {
    const files = await exportedFiles(ports, run.runId)
    const filing = verifyFiling(files)
    const roots = { runId: run.runId, ...subjectRootsOf(filing.runs[0]!) }
    const { statuses } = await readDocument<SubjectsDocument>(ports, runKey(run.runId, 'subjects.json'))
    const proofs = []
    for (const id of people.filter((_, n) => n % 250 === 0)) {
      const asked = await proveSubject(ports, roots, new Identifier(id), leaves)
      if (asked.kind !== 'proof') throw new Error(`expected a proof, got ${asked.kind}`)
      proofs.push({
        leaf: asked.proof.index,
        ...checkSubjectProof(filing, Buffer.from(formatSubjectProof(asked.proof))),
      })
    }
    return { run, statuses, proofs }
  } finally {
    ports.close()
  }
}

describe('trees in several shards', () => {
  it('show of each person what one shard shows, wherever their leaf is', async () => {
    const [one, three] = [await runInShardsOf(undefined), await runInShardsOf(4096)]
    expect([one.run.verdict, three.run.verdict]).toEqual(['verified', 'verified'])
    expect(three.statuses).toEqual({ deleted: 20, neverFound: subjects - 20, residual: 0, undetermined: 0 })
    expect(one.statuses).toEqual(three.statuses)
    expect(three.proofs.map(({ status }) => status)).toEqual(
      Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? 'deleted' : 'never-found')),
    )
    expect(new Set(three.proofs.map(({ leaf }) => Math.floor(leaf / 4096)))).toEqual(new Set([0, 1, 2]))
    expect(one.proofs.map(({ status, before, after }) => [status, before, after])).toEqual(
      three.proofs.map(({ status, before, after }) => [status, before, after]),
    )
  })
})
