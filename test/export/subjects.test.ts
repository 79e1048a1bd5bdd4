import { describe, expect, it } from 'vitest'
import type { SubjectsSummary } from '../../lib/attestation/to-run-summary.ts'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import { refusalOf } from '../support/refusal-of.ts'
import { type Forger, type Models, pinsOf, sampleKeys, sampleLog, sampleRun } from '../support/sample-bundle.ts'
import { cleanCoverage, digest } from '../support/sample-run.ts'

/** Somebody who holds both of our keys signs that a run came to something better for its subjects than it did. */

const keys = sampleKeys()
/** Two of three people were found in the first scan of one store, and nobody in the last scan of any. */
const verified: Models = { ie: { passes: [cleanCoverage], open: [] } }
const { startedAt: from, finishedAt: to } = cleanCoverage.inventory
const lastInventories = { from, to }
const older = { ...cleanCoverage, inventory: { ...cleanCoverage.inventory, startedAt: '2026-11-23T19:30:00.000Z' } }
const statuses = { deleted: 2, neverFound: 1, residual: 0, undetermined: 0 }
const nothing = { deleted: 0, neverFound: 0, residual: 0, undetermined: 3 }

/** The run's summary with what its document says of subjects and, unless it is told in another way, its statement as well. */
function refusal(models: Models, subjects: Partial<SubjectsSummary>, said?: object): unknown {
  const document = { resultRoot: digest('6'), ...subjects }
  const forge: Forger = ({ statement, model }) => {
    if (statement.predicate.phase !== 'run-summary') return { statement, model }
    const predicate = { ...statement.predicate, subjects: { ...document, ...said } }
    return {
      statement: { ...statement, predicate } as typeof statement,
      model: { ...(model as object), subjects: document },
    }
  }
  const log = sampleLog(keys)
  sampleRun(log, { models, forge })
  log.checkpoint()
  return refusalOf(() => verifyBundle(log.bundle(), { pinnedKeys: pinsOf(keys) }))
}

describe('what a summary says of subjects', () => {
  it('holds when it fits what the passes counted', () => {
    expect(refusal(verified, { statuses, lastInventories })).toBe('accepted')
    expect(refusal({}, { statuses: nothing })).toBe('accepted')
    const ends = { from: older.inventory.startedAt, to }
    expect(refusal({ ie: { passes: [older], open: [] } }, { statuses, lastInventories: ends })).toBe('accepted')
  })

  it.each([
    ['one is counted twice', verified, { statuses: { ...statuses, neverFound: 2 }, lastInventories }],
    ['one is left out', verified, { statuses: { ...statuses, neverFound: 0 }, lastInventories }],
    [
      'more are deleted than were found',
      verified,
      { statuses: { ...statuses, deleted: 3, neverFound: 0 }, lastInventories },
    ],
    [
      'one that was found is called never found',
      verified,
      { statuses: { ...statuses, deleted: 1, neverFound: 2 }, lastInventories },
    ],
    [
      'one is left in a verified run',
      verified,
      { statuses: { ...statuses, deleted: 1, residual: 1 }, lastInventories },
    ],
    ['an inventory ended earlier', verified, { statuses, lastInventories: { from, to: '2026-11-23T19:30:59.999Z' } }],
    ['an inventory ended later', verified, { statuses, lastInventories: { from, to: '2026-11-23T19:31:00.001Z' } }],
    ['an inventory began earlier', verified, { statuses, lastInventories: { from: '2026-11-23T19:30:00.499Z', to } }],
    [
      'all inventories are said to be as young as the last one',
      { ie: { passes: [older], open: [] } },
      { statuses, lastInventories },
    ],
    ['they are gone and nobody says by which inventories', verified, { statuses }],
    ['they are deleted although not all is verified', {}, { statuses }],
    ['they are gone although not all is verified', {}, { statuses: nothing, lastInventories }],
    [
      'one is never found although not all is verified',
      {},
      { statuses: { ...nothing, neverFound: 1, undetermined: 2 } },
    ],
    ['one is left that nobody found', {}, { statuses: { ...nothing, residual: 1, undetermined: 2 } }],
  ] as [string, Models, Partial<SubjectsSummary>][])('is refused when %s', (_what, models, subjects) => {
    expect(refusal(models, subjects)).toBe('summary')
  })

  it('is refused when the document says something else', () => {
    expect(refusal(verified, { statuses, lastInventories }, { resultRoot: digest('7') })).toBe('summary')
    expect(refusal(verified, { statuses, lastInventories }, { lastInventories: undefined })).toBe('summary')
  })
})
