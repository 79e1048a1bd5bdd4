import { describe, expect, it } from 'vitest'
import { evidenceDirectory } from '../../../lib/local/evidence-directory.ts'
import { formatDocument } from '../../../lib/pipeline/evidence/documents.ts'
import { correctionsPrefix, storeKey } from '../../../lib/pipeline/evidence/evidence-keys.ts'
import {
  isPartlyTakenBack,
  isScopeTakenBack,
  isTakenBack,
  requireStanding,
} from '../../../lib/pipeline/log/taken-back.ts'
import { scratchDirectory } from '../../support/scratch.ts'

/** Nothing is deleted because of what somebody took back, from when that is written down, whether or not it is signed. */

const [runId, storeId] = ['run-0', 'ie']
const ref = { runId, storeId, pass: 0 }

type Corrected = { phase: string; storeId?: string; pass?: number }
async function evidenceOf(corrected: readonly Corrected[], of = runId) {
  const evidence = evidenceDirectory(scratchDirectory())
  for (const [entry, corrects] of corrected.entries())
    await evidence.put(`${correctionsPrefix(of)}${entry}.json`, formatDocument({ corrects }))
  return evidence
}

describe('what a deletion stands on', () => {
  const [about, other] = [{ storeId }, { storeId: 'sg' }]
  it.each([
    { name: 'the scope', corrected: [{ phase: 'scope' }], scope: true },
    { name: 'the scan', corrected: [{ phase: 'scan', ...about, pass: 0 }] },
    { name: 'the scan of another pass', corrected: [{ phase: 'scan', ...about, pass: 1 }] },
    { name: 'the request', corrected: [{ phase: 'deletion-request', ...about, pass: 0 }] },
    {
      name: 'the scope, behind others',
      corrected: [{ phase: 'verification', ...other }, { phase: 'scope' }],
      scope: true,
    },
    {
      name: 'the scan, behind that of another store',
      corrected: [other, about].map((each) => ({ phase: 'scan', ...each })),
    },
  ])('was taken back with $name', async ({ corrected, scope = false }) => {
    const ports = { evidence: await evidenceOf(corrected) }
    expect(await isTakenBack(ports, ref)).toBe(true)
    expect(await isScopeTakenBack(ports, runId)).toBe(scope)
    expect(await isPartlyTakenBack(ports, runId)).toBe(true)
    await expect(requireStanding(ports, ref)).rejects.toMatchObject({ message: expect.stringMatching(/taken back/) })
  })

  it.each([
    { name: 'another scan', corrected: [{ phase: 'scan', ...other }] },
    { name: 'another request', corrected: [{ phase: 'deletion-request', ...other }] },
    { name: 'an answer', corrected: [{ phase: 'deletion-ack', ...about }] },
    { name: 'a verdict', corrected: [{ phase: 'verification', ...about }] },
    { name: 'the summary', corrected: [{ phase: 'run-summary' }] },
  ])('stands where $name was taken back', async ({ corrected }) => {
    const ports = { evidence: await evidenceOf(corrected) }
    expect(await isTakenBack(ports, ref)).toBe(false)
    expect(await isScopeTakenBack(ports, runId)).toBe(false)
    expect(await isPartlyTakenBack(ports, runId)).toBe(true)
    await requireStanding(ports, ref)
  })

  it('stands where nothing was, or something of another run', async () => {
    for (const evidence of [await evidenceOf([]), await evidenceOf([{ phase: 'scope' }], 'run-01')]) {
      expect(await isTakenBack({ evidence }, ref)).toBe(false)
      expect(await isScopeTakenBack({ evidence }, runId)).toBe(false)
      expect(await isPartlyTakenBack({ evidence }, runId)).toBe(false)
      await requireStanding({ evidence }, ref)
    }
  })

  it('does not where its store was judged, and does where another one was', async () => {
    const evidence = await evidenceOf([])
    await evidence.put(storeKey(runId, 'sg', 'report.json'), '{}')
    await requireStanding({ evidence }, ref)
    await evidence.put(storeKey(runId, storeId, 'report.json'), '{}')
    await expect(requireStanding({ evidence }, ref)).rejects.toMatchObject({
      message: expect.stringMatching(/judged it/),
    })
  })
})
