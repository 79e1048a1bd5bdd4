import { isDeepStrictEqual } from 'node:util'
import { scanStatement } from '../../attestation/to-statement.ts'
import { ProofInvalid } from '../../errors.ts'
import { isWithinUnverified } from '../../verdict/exceptions.ts'
import { listedOpenVersions } from '../../verdict/settle-coverage.ts'
import type { StoreReport } from '../../verdict/store-report.ts'
import { contextOf, requireRestated, storeSectionOf } from '../restate.ts'
import { at, type Checked } from '../run-check.ts'
import type { EvidenceOf, RunEvidence } from '../run-evidence.ts'

/**
 * Every scan statement says what its coverage says, and the store report, from which the verdict follows, has exactly
 * the coverage that was attested when each pass ended.
 */
export function checkCoverage(runs: readonly RunEvidence[]): Checked<undefined> {
  const stores = runs.flatMap(({ runId, stores }) => stores.map((store) => ({ runId, ...store })))
  for (const { runId, storeId, scans, verification } of stores)
    at(`run ${runId}: store ${storeId}`, () => {
      scans.forEach((scan, pass) => {
        at(`attestation ${scan.seq}`, () => checkScan(scan))
        if (verification && !isDeepStrictEqual(scan.model, verification.model.passes[pass]))
          throw new ProofInvalid(
            `pass ${pass}: expected the coverage that was attested, got another in the store report`,
          )
      })
      if (verification) at(`attestation ${verification.seq}`, () => checkOpen(verification.model))
    })
  return { count: stores.reduce((sum, { scans }) => sum + scans.length, 0), value: undefined }
}

function checkScan({ statement, predicate, model, document }: EvidenceOf<'scan'>): void {
  if (!isWithinUnverified(model))
    throw new ProofInvalid('exceptions: expected them to explain no more than what is unverified, got more')
  const again = scanStatement(contextOf(statement), {
    store: storeSectionOf(predicate),
    pass: predicate.pass,
    coverage: model,
    document: { name: statement.subject[0]!.name, body: document },
  })
  requireRestated(statement, again)
}

/** The versions that stand in the way are listed up to a bound: as many as the last pass counted, or as many as fit. */
function checkOpen({ passes, open }: StoreReport): void {
  const last = passes.at(-1)
  const found = last?.found ?? none
  const unverified = (last?.unverified ?? []).reduce(add, none)
  const isWhole = found.versions + unverified.versions <= listedOpenVersions
  const holds = isWhole
    ? isDeepStrictEqual(tallyOf(open, 'found'), pick(found)) &&
      isDeepStrictEqual(tallyOf(open, 'unverified'), pick(unverified))
    : open.length === listedOpenVersions
  if (!holds) throw new ProofInvalid('open versions: expected those that the last pass counts, got others')
}

type Tally = { versions: number; bytes: number }
const none: Tally = { versions: 0, bytes: 0 }
const pick = ({ versions, bytes }: Tally): Tally => ({ versions, bytes })
const add = (sum: Tally, each: Tally): Tally => ({
  versions: sum.versions + each.versions,
  bytes: sum.bytes + each.bytes,
})

function tallyOf(open: StoreReport['open'], outcome: 'found' | 'unverified'): Tally {
  return open
    .filter((each) => each.outcome === outcome)
    .map(({ bytes }) => ({ versions: 1, bytes }))
    .reduce(add, none)
}
