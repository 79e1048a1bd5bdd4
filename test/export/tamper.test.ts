import { describe, expect, it } from 'vitest'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import { refusalOf } from '../support/refusal-of.ts'
import { pinsOf, sampleLog, sampleRun, withFile } from '../support/sample-bundle.ts'
import { foreign, keys, summary, tamperedBundles, without } from '../support/tampered-bundles.ts'

describe('a bundle that somebody tampered with', () => {
  it.each(tamperedBundles)('is refused by $check: $name', ({ tampered, check }) => {
    expect(refusalOf(() => verifyBundle(tampered(), { pinnedKeys: [] }))).toBe(check)
  })

  it('is refused by its keys alone when the auditor pinned them, whatever else was done', () => {
    expect(refusalOf(() => verifyBundle(foreign, { pinnedKeys: pinsOf(keys) }))).toBe('keys')
  })

  it('holds when only its last attestation is left out, and then says that the run is not closed', () => {
    const { runs } = verifyBundle(without(summary))
    expect(runs).toEqual([{ runId: 'run-1', closed: false, result: 'incomplete', reasons: ['run: not closed'] }])
  })
})

describe('a history that the log key signed twice', () => {
  it('is refused when an older checkpoint is not the beginning of the newest', () => {
    const other = sampleLog(keys)
    sampleRun(other, { runId: 'run-z' })
    const forked = other.checkpoint()
    const size = other.entries.length
    const longer = sampleLog(keys)
    sampleRun(longer)
    longer.checkpoint()
    sampleRun(longer, { runId: 'run-2' })
    longer.checkpoint()
    const bundle = withFile(longer.bundle(), `log/checkpoints/${size}`, forked)
    expect(refusalOf(() => verifyBundle(bundle))).toBe('consistency')
  })

  it('is refused when an older checkpoint is larger than the newest', () => {
    const log = sampleLog(keys)
    sampleRun(log)
    log.checkpoint()
    const files = log.bundle()
    sampleRun(log, { runId: 'run-2' })
    const larger = log.checkpoint()
    const size = log.entries.length
    const bundle = withFile(withFile(files, `consistency/${size}`, 'x'), `log/checkpoints/${size}`, larger)
    expect(refusalOf(() => verifyBundle(bundle))).toBe('checkpoint')
  })
})
