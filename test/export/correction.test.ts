import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  type CorrectionDocument,
  correctionDocument,
  correctionStatement,
} from '../../lib/attestation/to-correction.ts'
import { logLines } from '../../lib/export/log-lines.ts'
import { verifyBundle, verifyFiling } from '../../lib/export/verify-bundle.ts'
import { subjectRootsOf } from '../../lib/export/verify-subject-proof.ts'
import { refusalOf } from '../support/refusal-of.ts'
import {
  pinsOf,
  type SampleLog,
  sampleBundle,
  sampleKeys,
  textIn,
  withEverything,
  withFile,
} from '../support/sample-bundle.ts'
import { context } from '../support/sample-run.ts'

const keys = sampleKeys()
const phases = [
  '',
  'scope',
  'scan',
  'deletion-request',
  'deletion-ack',
  'scan',
  'verification',
  'scan',
  'verification',
  'run-summary',
] as const
const stores = ['', undefined, 'sg', 'sg', 'sg', 'sg', 'sg', 'ie', 'ie', undefined]
const passes = [undefined, undefined, 0, 0, 0, 1, undefined, 0, undefined, undefined]

/** The sample run with a correction of one of its entries, which `change` makes another one. */
function corrected(
  entry: number,
  change: (correction: CorrectionDocument) => CorrectionDocument = (each) => each,
  times = 1,
) {
  const { log } = sampleBundle(keys)
  for (let i = 0; i < times; i += 1) attestCorrection(log, entry, change)
  log.checkpoint()
  return log.bundle(({ seq }) => seq > 0)
}

function attestCorrection(
  log: SampleLog,
  entry: number,
  change: (correction: CorrectionDocument) => CorrectionDocument,
) {
  const { envelopeSha256 } = digestsOf(log)[entry]!
  const [storeId, pass] = [stores[entry], passes[entry]]
  const correction = change({
    schemaVersion: 1,
    runId: 'run-1',
    corrects: {
      entry,
      phase: phases[entry] as CorrectionDocument['corrects']['phase'],
      ...(storeId !== undefined && { storeId }),
      ...(pass !== undefined && { pass }),
      envelopeSha256,
    },
    explanation: 'The share was not the one that was meant.\nSee ticket B.',
    approvedBy: 'Example Person',
  })
  log.attest(correctionStatement(context, correction), correction)
  return correction
}

const digestsOf = (log: SampleLog) => log.entries.map(({ envelope }) => ({ envelopeSha256: sha256(envelope) }))

describe('a correction', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'of entry %i only makes verdicts worse, and only those that stood on it',
    (entry) => {
      const before = verifyBundle(sampleBundle(keys).files)
      const after = verifyBundle(corrected(entry), { pinnedKeys: pinsOf(keys) })
      const meant = stores[entry]
      for (const [i, { storeId, verdict, reasons }] of before.stores.entries()) {
        const now = after.stores[i]!
        const isMeant = meant === undefined || meant === storeId
        expect(now.verdict).toBe(isMeant && verdict === 'verified' ? 'incomplete' : verdict)
        expect(now.reasons).toEqual(isMeant ? [...reasons, `corrected: entry 10 takes back entry ${entry}`] : reasons)
      }
      expect(after.runs).toMatchObject([{ result: 'incomplete', closed: true }])
      expect(after.runs[0]!.subjects).toBeUndefined()
    },
  )

  it('of anything leaves no proof for a subject', () => {
    for (const entry of [1, 6, 9])
      expect(() => subjectRootsOf(verifyFiling(corrected(entry)).runs[0]!)).toThrow('taken back')
  })

  it('is shown to people, with its reason and who approved it', () => {
    const files = corrected(6)
    for (const path of ['report.html', 'exceptions.csv']) {
      expect(textIn(files, path)).toContain('The share was not the one that was meant.')
      expect(textIn(files, path)).toContain('Example Person')
    }
    expect(textIn(files, 'custody.csv')).toMatch(/^10,[^\r\n]*,correction,not-applicable,/m)
    expect(textIn(files, 'report.html')).not.toContain('<b>1</b> <span>of 2 stores verified')
  })

  it('that is left out of a bundle of one run leaves a gap that people are told of', () => {
    const { log } = sampleBundle(keys)
    attestCorrection(log, 6, (each) => each)
    log.checkpoint()
    const files = log.bundle(({ seq }) => seq > 0 && seq !== 10)
    expect(textIn(files, 'report.html')).toContain(
      'The log also has 1 entry before them and 1 entry after them, up to its newest checkpoint, which are not in this bundle. ' +
        'What the entries say that are not here cannot be told from this bundle. They may be of other runs; what comes behind an ' +
        'entry may also take it back, and does not count here then: ask for them.',
    )
    expect(logLines(verifyBundle(files))).toEqual([
      expect.stringMatching(/^log .*, 11 entries$/),
      'not in this bundle: 2 entries of the log, of other runs or that take back what is above (1 before those of its runs, 1 behind them); ask for them',
    ])
    const whole = log.bundle(() => true)
    expect(textIn(whole, 'report.html')).toContain('That is all that the log has, up to its newest checkpoint.')
    expect(logLines(verifyBundle(whole))).toHaveLength(1)
  })

  const wrong: { name: string; entry: number; change: (correction: CorrectionDocument) => CorrectionDocument }[] = [
    { name: 'another envelope', entry: 6, change: withPart({ envelopeSha256: 'a'.repeat(64) }) },
    { name: 'an entry of another run', entry: 6, change: withPart({ entry: 0 }) },
    { name: 'an entry that comes later', entry: 6, change: withPart({ entry: 11 }) },
    { name: 'itself', entry: 6, change: withPart({ entry: 10 }) },
    { name: 'another phase', entry: 6, change: withPart({ phase: 'scan' }) },
    { name: 'another store', entry: 6, change: withPart({ storeId: 'ie' }) },
    { name: 'another pass', entry: 5, change: withPart({ pass: 0 }) },
  ]
  it.each(wrong)('of $name is refused', ({ entry, change }) => {
    expect(refusalOf(() => verifyBundle(corrected(entry, change)))).toBe('correction')
  })

  it('of a run with another scope or configuration is refused', () => {
    for (const other of [
      { ...context, scope: { ...context.scope!, subjects: 4 } },
      { ...context, tool: { ...context.tool, configSha256: 'd'.repeat(64) } },
      { ...context, organization: 'example.org' },
    ]) {
      const { log } = sampleBundle(keys)
      const { envelopeSha256 } = digestsOf(log)[9]!
      const correction: CorrectionDocument = {
        schemaVersion: 1,
        runId: 'run-1',
        corrects: { entry: 9, phase: 'run-summary', envelopeSha256 },
        explanation: 'x',
        approvedBy: 'y',
      }
      log.attest(correctionStatement(other, correction), correction)
      log.checkpoint()
      expect(refusalOf(() => verifyBundle(log.bundle(({ seq }) => seq > 0)))).toBe('correction')
    }
  })

  it('stands at what it takes back, which the report does not show as good', () => {
    const page = textIn(corrected(5), 'report.html')
    // A nought is overlooked more easily than what stands behind it.
    expect(page).toContain('<b>0</b> <span>of 2 stores in this run verified</span>')
    expect(page).toContain('<b>2</b> <span>incomplete: something could not be read or shown</span>')
    const [store, other] = page.split('<div class="store">').slice(1)
    expect(store).toContain('Entry 10 takes back entry 5 (scan): nothing that is shown here makes this store verified.')
    expect(store).toMatch(
      /<li class="has-open">(?:(?!<li)[\s\S])*<b>Scan 2<\/b>(?:(?!<li)[\s\S])*nothing found\. Taken back by entry 10\./,
    )
    expect(store).not.toContain('has-good')
    expect(store).not.toContain('<figure')
    expect(other).toContain('<figure')
    expect(other).toContain('nothing found in what was read; 1 object version not wholly read')
    expect(other).not.toContain('aken back by entry')
  })

  it('is refused twice for one entry, with another document, and with a verdict of its own', () => {
    expect(refusalOf(() => verifyBundle(corrected(6, (each) => each, 2)))).toBe('sequence')
    const files = corrected(6)
    const path = 'attestations/000010.document.json'
    expect(
      refusalOf(() => verifyBundle(withFile(files, path, textIn(files, path).replace('ticket B', 'ticket C')))),
    ).toBe('document')
    const { log } = sampleBundle(keys)
    const statement = correctionStatement(context, {
      schemaVersion: 1,
      runId: 'run-1',
      corrects: { entry: 6, phase: 'verification', storeId: 'sg', envelopeSha256: digestsOf(log)[6]!.envelopeSha256 },
      explanation: 'x',
      approvedBy: 'y',
    })
    const better = JSON.stringify({ ...statement, predicate: { ...statement.predicate, result: 'verified' } })
    log.log(Buffer.from(better), 'correction', Buffer.from('{}\n'))
    log.checkpoint()
    expect(refusalOf(() => verifyBundle(log.bundle(({ seq }) => seq > 0)))).toBe('statement')
  })

  it('is refused with a document of its own that says something else', () => {
    const { log } = sampleBundle(keys)
    const said = attestCorrection(log, 6, (each) => each)
    log.entries.pop()
    log.attestBytes(correctionStatement(context, said), correctionDocument({ ...said, explanation: 'All is well.' }))
    log.checkpoint()
    expect(refusalOf(() => verifyBundle(log.bundle(({ seq }) => seq > 0)))).toBe('correction')
  })

  it('is refused before what it takes back', () => {
    const { log } = sampleBundle(keys)
    log.checkpoints.pop()
    attestCorrection(log, 9, withPart({ entry: 10 }))
    const [summary, correction] = log.entries.splice(9) as [(typeof log.entries)[0], (typeof log.entries)[0]]
    log.entries.push({ ...correction, seq: 9 }, { ...summary, seq: 10 })
    log.checkpoint()
    expect(refusalOf(() => verifyBundle(log.bundle(({ seq }) => seq > 0)))).toBe('correction')
  })

  it('cannot be kept while what it takes back is left out', () => {
    const files = corrected(9)
    const without = withEverything(new Map([...files].filter(([path]) => !path.startsWith('attestations/000009.'))))
    expect(refusalOf(() => verifyBundle(without))).toBe('correction')
  })
})

function withPart(part: Partial<CorrectionDocument['corrects']>) {
  return (correction: CorrectionDocument): CorrectionDocument => ({
    ...correction,
    corrects: { ...correction.corrects, ...part },
  })
}

function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}
