import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ManifestAbsent, StoreUnavailable } from '../../../lib/errors.ts'
import { evidenceDirectory } from '../../../lib/local/evidence-directory.ts'
import { largeEvidenceDirectory } from '../../../lib/local/large-evidence-directory.ts'
import { buildIndex } from '../../../lib/pipeline/build-index.ts'
import { formatDocument } from '../../../lib/pipeline/evidence/documents.ts'
import { correctionsPrefix, runKey } from '../../../lib/pipeline/evidence/evidence-keys.ts'
import { requireSameScope, requireSameScopeToResume } from '../../../lib/pipeline/scope/require-same-scope.ts'
import { scratchDirectory } from '../../support/scratch.ts'

/** Nobody's records are deleted of whom the manifest, as it is by now, says that the transfer is not confirmed. */

const runId = 'run-0'
const begun = '2026-11-23T12:00:00.000Z'
const uuid = '6f1e2d3c-4b5a-4c6d-8e7f-001122334455'
const head = 'user_id,transferredAt\n'
const before = `${head}jane_doe,2026-01-02\n${uuid},2026-11-23T11:55:00Z\nlate_9,\n`

type Given = { files?: Record<string, string | Error>; inForce?: string; at?: string }

/** A run that began with `before`, and what is there by then; of a file that is absent nobody knows. */
async function runWith({ files = {}, inForce, at = '2026-11-24T12:00:00.000Z' }: Given) {
  const root = scratchDirectory()
  let there: Record<string, string | Error> = { 'ids.csv': before }
  const ports = {
    evidence: evidenceDirectory(root),
    largeEvidence: largeEvidenceDirectory(root),
    caseKey: { read: async () => new Uint8Array(32).fill(7) },
    random: (length: number) => randomBytes(length),
    scanMemory: 2 ** 31,
    clock: () => new Date(at),
    manifests: {
      async open(name: string) {
        const found = there[name] ?? new ManifestAbsent(name)
        if (found instanceof Error) throw found
        return (async function* () {
          yield Buffer.from(found)
        })()
      },
      ...(inForce !== undefined && { inForce: async () => inForce }),
    },
  }
  await ports.evidence.put(runKey(runId, 'config.json'), formatDocument({ stores: [], manifest: 'ids.csv' }))
  await buildIndex(ports, { runId, at: begun })
  there = { 'ids.csv': before, ...files }
  return { ports, asked: () => requireSameScope(ports, { runId, at }) }
}

const corrected = (rows: string) => ({ 'ids.csv': head + rows })
const [second, minutes, apart] = ['2026-11-23T11:59:59.000Z', '2026-11-23T11:54:59.000Z', '2026-11-23T11:49:59.999Z']

describe('a run is not gone on with, and nothing deleted,', () => {
  const taken: (Given & { name: string; why: RegExp })[] = [
    { name: 'where one has no transfer', files: corrected('jane_doe,\n'), why: /got 1 row without/ },
    {
      name: 'where two have none, also in another spelling',
      files: corrected(`jane_doe,\n${uuid.toUpperCase()},\n`),
      why: /got 2 rows without/,
    },
    { name: 'where a transfer is still to come', files: corrected('jane_doe,2026-11-25\n'), why: /got 1 row without/ },
    {
      name: 'where nobody can tell what a row says',
      files: corrected('jane_doe,failed\n'),
      why: /was changed since run/,
    },
    {
      name: 'where one is taken back beside what nobody can tell',
      files: corrected('jane_doe,\nbob_1,failed\n'),
      why: /got 1 row without/,
    },
    {
      name: 'where the one that is in force by now says so',
      files: { 'b.csv': `${head}jane_doe,\n` },
      inForce: 'b.csv',
      why: /b\.csv: .*got 1 row/,
    },
    {
      name: 'where the one that it began with says so, and another is in force',
      files: corrected('jane_doe,\n'),
      inForce: 'b.csv',
      why: /ids\.csv: .*got 1 row/,
    },
    { name: 'where the clock was set back behind a transfer', at: minutes, why: /got 1 row without/ },
    { name: 'where it was set back by more than clocks differ', at: apart, why: /the clock was ahead then/ },
    {
      name: 'where it was, and no manifest is there',
      at: apart,
      files: { 'ids.csv': new ManifestAbsent('ids.csv') },
      why: /the clock was ahead then/,
    },
  ]
  it.each(taken)('$name', async ({ name: _, why, ...given }) => {
    const { asked, ports } = await runWith(given)
    await expect(asked()).rejects.toMatchObject({ name: 'ManifestInvalid', message: expect.stringMatching(why) })
    await expect(asked()).rejects.not.toMatchObject({ message: expect.stringMatching(/jane|6f1e/i) })
    await expect(requireSameScopeToResume(ports, runId)).rejects.toMatchObject({ name: 'ManifestInvalid' })
  })

  it('where its manifest cannot be read for now', async () => {
    const { asked } = await runWith({ files: { 'ids.csv': new StoreUnavailable('manifest: got none') } })
    await expect(asked()).rejects.toMatchObject({ name: 'StoreUnavailable' })
  })
})

describe('a run is gone on with', () => {
  const same: (Given & { name: string })[] = [
    { name: 'with the same manifest' },
    { name: 'with the same manifest, at the moment when it was decided', at: begun },
    { name: 'with a clock that is a little behind', at: second },
    { name: 'where the manifest is gone', files: { 'ids.csv': new ManifestAbsent('ids.csv') } },
    { name: 'where the one in force is gone', inForce: 'b.csv' },
    { name: 'where another one has other people, confirmed or not', files: corrected('bob_1,2026-01-01\ncarl_2,\n') },
    { name: 'where whoever was not in scope still is not', files: corrected('jane_doe,2026-03-01\nlate_9,\n') },
  ]
  it.each(same)('$name', async ({ name: _, ...given }) => {
    const { asked, ports } = await runWith(given)
    await asked()
    await requireSameScopeToResume(ports, runId)
  })

  it.each([
    { name: 'it has ended', key: runKey(runId, 'summary.json'), document: {} },
    {
      name: 'its scope was taken back already',
      key: `${correctionsPrefix(runId)}1.json`,
      document: { corrects: { phase: 'scope' } },
    },
  ])('to its end without being asked, where $name', async ({ key, document }) => {
    const { ports } = await runWith({ files: corrected('jane_doe,\n') })
    await ports.evidence.put(key, formatDocument(document))
    await requireSameScopeToResume(ports, runId)
  })

  it('where it was not decided yet who is in scope', async () => {
    const { ports } = await runWith({ files: corrected('jane_doe,\n') })
    await requireSameScopeToResume(ports, 'run-1')
  })
})
