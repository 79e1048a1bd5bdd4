import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type CorrectOptions, correctCommand } from '../../lib/cli/commands/correct-command.ts'
import { runOn } from '../../lib/cli/commands/run-command.ts'
import { withDeployment } from '../../lib/cli/deployment.ts'
import { EvidenceConflict, EvidenceMissing, NotKnown, UsageInvalid } from '../../lib/errors.ts'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import { attest } from '../../lib/pipeline/attest.ts'
import { closeRun } from '../../lib/pipeline/close-run.ts'
import { exportBundle } from '../../lib/pipeline/export-bundle.ts'
import { readAttestedRun } from '../../lib/pipeline/log/attested-run.ts'
import { proposeCorrection } from '../../lib/pipeline/propose-correction.ts'
import { statementsOf, withState } from '../support/attested.ts'
import { type Fault, Outage, withFaults } from '../support/memory-ledger.ts'
import { openStore } from '../support/pipeline.ts'
import { transferred } from '../support/sample-files.ts'
import { keptTerminal } from './embedded-aws.ts'

const terminal = { json: true, print() {}, progress() {}, warn() {}, emit() {} }

/** A store that was verified by one run, and `odv correct` in its directory. */
async function verifiedPlace() {
  const place = await openStore({ 'a.txt': 'nothing of anybody\n' })
  await place.run()
  const correct = (reason: string, more: Partial<CorrectOptions> = {}) => {
    writeFileSync(join(place.root, 'reason.txt'), reason)
    const options = {
      entry: '2',
      reasonFile: 'reason.txt',
      approvedBy: 'Example Person',
      place: { kind: 'machine' as const, state: 'state', cwd: place.root },
      cwd: place.root,
      signal: new AbortController().signal,
    }
    return correctCommand({ ...options, ...more }, terminal)
  }
  const log = () =>
    withState(place.paths.root, async (ports) => (await statementsOf(ports)).map(({ predicate }) => predicate.phase))
  return { ...place, correct, log }
}

const phases = ['scope', 'scan', 'verification', 'run-summary']

describe('odv correct', () => {
  it('takes back a verdict, which is incomplete in the bundle and in the list of runs from then on, until another run', async () => {
    const { correct, log, paths, run } = await verifiedPlace()
    expect(await correct('The share was not the one that was meant.\r\n')).toBe(0)
    expect(await log()).toEqual([...phases, 'correction'])
    await run()
    await withState(paths.root, async (ports) => {
      const listed = (await ports.runState.listRuns()).map(({ stores }) => stores[0]!.verdict)
      expect(listed.toSorted()).toEqual(['incomplete', 'verified'])
      await exportBundle(ports, { exportId: 'e', selection: { from: '2020-01-01', to: '2099-01-01' } })
      const files = new Map<string, Uint8Array>()
      for await (const key of ports.evidence.list('exports/e/')) files.set(key.slice(10), await ports.evidence.get(key))
      const { runs, stores } = verifyBundle(files)
      expect(runs.map(({ result }) => result)).toEqual(['incomplete', 'verified'])
      expect(stores.map(({ verdict }) => verdict)).toEqual(['incomplete', 'verified'])
    })
  })

  it('is seen by whoever goes on with the run, asks how it stands, or closes it again', async () => {
    const { correct, paths, root } = await verifiedPlace()
    const look = async () => {
      const { kept, terminal } = keptTerminal()
      const runId = await withState(paths.root, async ({ runState }) => (await runState.listRuns())[0]!.runId)
      const place = { kind: 'machine' as const, state: 'state', cwd: root }
      const code = await withDeployment(place, {}, (deployment) =>
        runOn(
          deployment,
          { resume: runId, trigger: 'nightly', wait: true, signal: new AbortController().signal },
          terminal,
        ),
      )
      const attested = await withState(paths.root, async (ports) => {
        await closeRun(ports, { runId, failure: null })
        const [store] = (await ports.runState.getRun(runId))!.stores
        return [(await readAttestedRun(ports, runId))!.result, store!.verdict, store!.reasons]
      })
      const verdicts = kept.lines.filter(({ kind }) => kind === 'verdict' || kind === 'summary')
      return { code, verdicts: verdicts.map(({ verdict }) => verdict), attested }
    }
    expect(await look()).toEqual({
      code: 0,
      verdicts: ['verified', 'verified'],
      attested: ['verified', 'verified', []],
    })
    await correct('One reason.')
    const reason = 'corrected: entry 4 takes back entry 2'
    const attested = ['incomplete', 'incomplete', [reason]]
    expect(await look()).toEqual({ code: 2, verdicts: ['incomplete', 'incomplete'], attested })
  })

  it('is in the list of runs also when it comes between a closing of the run and what that says there', async () => {
    const { paths } = await verifiedPlace()
    await withState(paths.root, async (ports) => {
      const { runId } = (await ports.runState.listRuns())[0]!
      const words = { entry: 2, explanation: 'One reason.', approvedBy: 'Example Person' }
      let isTakenBack = false
      const runState = Object.create(ports.runState, {
        putRun: {
          value: async (run: Parameters<typeof ports.runState.putRun>[0]) => {
            if (!isTakenBack) {
              isTakenBack = true
              await proposeCorrection(ports, words)
              await attest(ports, { phase: 'correction', runId, entry: 2 })
              await proposeCorrection(ports, words)
              expect((await ports.runState.getRun(runId))?.stores[0]?.verdict).toBe('incomplete')
            }
            await ports.runState.putRun(run)
          },
        },
      })
      const closed = await closeRun(Object.create(ports, { runState: { value: runState } }), { runId, failure: null })
      expect(closed).toMatchObject({ verdict: 'incomplete', verified: 0 })
      expect((await ports.runState.getRun(runId))?.stores[0]?.verdict).toBe('incomplete')
    })
  })

  it('writes nothing that names somebody in scope, in whatever form', async () => {
    const { correct, log } = await verifiedPlace()
    const id = transferred(3)
    for (const text of [
      `It is about ${id}.`,
      `see\n\n%${Buffer.from(id[0]!).toString('hex')}${id.slice(1)}`,
      Buffer.from(id).toString('base64'),
    ])
      await expect(correct(text)).rejects.toThrow('expected no identifier in scope')
    await expect(correct('x', { approvedBy: id })).rejects.toThrow('expected no identifier in scope')
    expect(await log()).toEqual(phases)
  })

  it('is done once for an entry, however often it is repeated, and not in other words', async () => {
    const { correct, log } = await verifiedPlace()
    await correct('One reason.')
    await correct('One reason.')
    await expect(correct('Another reason.')).rejects.toThrow(EvidenceConflict)
    expect(await log()).toEqual([...phases, 'correction'])
    await expect(correct('One reason.', { entry: '4' })).rejects.toThrow('got a correction')
    await expect(correct('One reason.', { entry: '5' })).rejects.toThrow(NotKnown)
  })

  it.each([
    { name: 'no entry', more: { entry: 'all' } },
    { name: 'nobody who approved it', more: { approvedBy: ' ' } },
    { name: 'no reason', more: { reasonFile: 'nowhere' } },
  ])('refuses $name', async ({ more }) => {
    const options = {
      entry: '2',
      reasonFile: 'package.json',
      approvedBy: 'x',
      cwd: process.cwd(),
      signal: new AbortController().signal,
    }
    const place = { kind: 'machine' as const, state: '/nowhere', cwd: process.cwd() }
    await expect(correctCommand({ ...options, place, ...more }, terminal)).rejects.toThrow(UsageInvalid)
  })

  it('is finished by repeating it, wherever it was interrupted', async () => {
    const { paths, log } = await verifiedPlace()
    await withState(paths.root, async (ports) => {
      const faults: Fault[] = ['request-lost', 'reply-lost']
      const words = { entry: 2, explanation: 'One reason.', approvedBy: 'Example Person' }
      for (let at = 0, done = false; !done; at += 1)
        for (const fault of faults) {
          let calls = 0
          const next = () => (calls++ === at ? fault : 'none')
          const broken = {
            ...ports,
            ledger: withFaults(ports.ledger, next),
            evidence: withFaults(ports.evidence, next),
            runState: withFaults(ports.runState, next),
          }
          const whole = { ...broken, largeEvidence: ports.largeEvidence, caseKey: ports.caseKey }
          const correct = async () => {
            const { runId } = await proposeCorrection(whole, words)
            const { seq } = await attest(whole, { phase: 'correction', runId, entry: 2 })
            expect(await proposeCorrection(whole, words)).toMatchObject({ seq })
          }
          done = await correct().then(
            () => true,
            (error) => {
              expect(error).toBeInstanceOf(Outage)
              return false
            },
          )
        }
    })
    expect(await log()).toEqual([...phases, 'correction'])
  })

  it('signs no document that says something else of the entry than the log, or was not written down', async () => {
    const { paths, log } = await verifiedPlace()
    await withState(paths.root, async (ports) => {
      const { runId } = (await ports.runState.listRuns())[0]!
      const sign = (entry: number) => attest(ports, { phase: 'correction', runId, entry })
      await expect(sign(2)).rejects.toThrow(EvidenceMissing)
      const words = { explanation: 'One reason.', approvedBy: 'Example Person' }
      const corrects = { entry: 2, phase: 'scan', envelopeSha256: '0'.repeat(64) }
      await ports.evidence.put(`runs/${runId}/corrections/2.json`, JSON.stringify({ runId, corrects, ...words }))
      await expect(sign(2)).rejects.toThrow('expected what the log says of it')
      await expect(sign(9)).rejects.toThrow(EvidenceMissing)
    })
    expect(await log()).toEqual(phases)
  })
})
