import { describe, expect, it } from 'vitest'
import { parseEnvelope } from '../../../lib/attestation/envelope.ts'
import { parseStatement } from '../../../lib/attestation/statement.ts'
import { runSummaryStatement } from '../../../lib/attestation/to-run-summary.ts'
import { embeddedPorts } from '../../../lib/cli/embedded-ports.ts'
import { EvidenceConflict, ServiceUnavailable } from '../../../lib/errors.ts'
import { attest } from '../../../lib/pipeline/attest.ts'
import { checkBundle } from '../../../lib/pipeline/check-bundle.ts'
import { exportBundle } from '../../../lib/pipeline/export-bundle.ts'
import { appendAttestation } from '../../../lib/pipeline/log/append-attestation.ts'
import { requireOpen } from '../../../lib/pipeline/log/require-not-over.ts'
import type { Ledger } from '../../../lib/ports.ts'
import { memoryLedger } from '../../support/memory-ledger.ts'
import { memoryAttestationSigner } from '../../support/memory-signers.ts'
import { openStore } from '../../support/pipeline.ts'
import { context, documentOf } from '../../support/sample-run.ts'
import { scopeStatementOf, statements } from '../../support/sample-statements.ts'

const summary = (runId: string) =>
  runSummaryStatement({ ...context, runId }, { planned: [], verdicts: [], document: documentOf('summary.json', {}) })

describe('what is attested after the end of what it is a part of', () => {
  it('is refused behind the summary of its run, and what is in the log stays', async () => {
    const ports = { ledger: memoryLedger(), attestationSigner: memoryAttestationSigner() }
    const first = await appendAttestation(ports, scopeStatementOf('run-1'))
    await appendAttestation(ports, summary('run-1'))
    await appendAttestation(ports, summary('run-2'))
    expect(await appendAttestation(ports, scopeStatementOf('run-1'))).toEqual(first)
    await expect(appendAttestation(ports, scopeStatementOf('run-2'))).rejects.toThrow(EvidenceConflict)
    expect((await ports.ledger.head()).size).toBe(3)
  })

  it('is refused also where the summary gets in just before it', async () => {
    const ledger = memoryLedger()
    const attestationSigner = memoryAttestationSigner()
    let meanwhile: (() => Promise<unknown>) | undefined = () =>
      appendAttestation({ ledger, attestationSigner }, summary('run-1'))
    const slow = {
      ...ledger,
      async append(...args: Parameters<typeof ledger.append>) {
        await meanwhile?.()
        meanwhile = undefined
        return ledger.append(...args)
      },
    }
    const late = appendAttestation({ ledger: slow, attestationSigner }, scopeStatementOf('run-1'))
    await expect(late).rejects.toThrow(EvidenceConflict)
    expect((await ledger.head()).size).toBe(1)
  })

  it.each(['scan', 'deletion-request', 'deletion-ack', 'verification'])(
    'is refused behind the report on its store, which counts what was attested, unless it is the verdict (%s)',
    async (name) => {
      const { statement } = statements.find((each) => each.name === name)!
      const evidence = { has: async (key: string) => key.endsWith('/report.json') }
      const open = requireOpen({ evidence, ledger: memoryLedger() }, statement)
      if (name === 'verification') await expect(open).resolves.toBeUndefined()
      else await expect(open).rejects.toThrow(EvidenceConflict)
    },
  )

  it('is refused when a call that was given up goes on behind the report on its store, before the verdict is signed', async () => {
    const place = await openStore({ 'b.txt': 'nobody\n' }, { id: 'ie' })
    const ports = embeddedPorts(place.paths, { config: undefined, meter: { add() {} } })
    const late: unknown[] = []
    await place.run({
      async before({ phase }) {
        if (phase === 'scan') throw new ServiceUnavailable('ledger: out')
        const scan = { phase: 'scan', runId: 'run-0', storeId: 'ie', pass: 0 }
        if (phase === 'verification') late.push(await attest(ports, scan).catch(({ name }: Error) => name))
      },
    })
    expect(late).toEqual(['EvidenceConflict'])
    expect((await loggedOf(ports)).phases).not.toContain('scan')
  })

  it('is refused when somebody redrives a store whose verdict could not be signed, and the run can be exported', async () => {
    const place = await openStore({ 'b.txt': 'nobody\n' }, { id: 'ie' })
    const { store, why } = await place.run({
      before({ phase }) {
        if (phase === 'verification') throw new ServiceUnavailable('ledger: out')
      },
    })
    expect([store, why]).toEqual(['incomplete', 'verdict: not attested'])
    const ports = embeddedPorts(place.paths, { config: undefined, meter: { add() {} } })
    const redriven = attest(ports, { phase: 'verification', runId: 'run-0', storeId: 'ie' })
    await expect(redriven).rejects.toThrow(EvidenceConflict)
    await place.run()
    await exportBundle(ports, { exportId: 'export-1', selection: { runId: 'run-0' } })
    await checkBundle(ports, { exportId: 'export-1' })
  })

  it('is refused where a summary lacks a verdict that got in after it was composed, and the run can be exported', async () => {
    const place = await openStore({ 'b.txt': 'nobody\n' }, { id: 'ie' })
    const ports = embeddedPorts(place.paths, { config: undefined, meter: { add() {} } })
    let summaries = 0
    await place.run({
      async before({ phase }) {
        if (phase === 'verification') throw new ServiceUnavailable('ledger: out')
        if (phase !== 'run-summary' || summaries++ > 0) return
        // A call that was given up had looked before there was a summary, and goes on only now.
        const has = async (key: string) => !key.endsWith('/summary.json') && ports.evidence.has(key)
        await attest(
          { ...ports, evidence: { ...ports.evidence, has } },
          { phase: 'verification', runId: 'run-0', storeId: 'ie' },
        )
      },
    })
    const { phases } = await loggedOf(ports)
    expect(phases).toContain('verification')
    expect(phases).not.toContain('run-summary')
    await place.run()
    await exportBundle(ports, { exportId: 'export-1', selection: { runId: 'run-0' } })
    await checkBundle(ports, { exportId: 'export-1' })
  })
})

async function loggedOf({ ledger }: { ledger: Pick<Ledger, 'entries' | 'head'> }) {
  const phases: string[] = []
  for await (const { envelope } of ledger.entries(0, (await ledger.head()).size))
    phases.push(parseStatement(parseEnvelope(envelope).payload).predicate.phase)
  return { phases }
}
