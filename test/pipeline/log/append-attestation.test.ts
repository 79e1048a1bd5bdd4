import { describe, expect, it } from 'vitest'
import { signEnvelope } from '../../../lib/attestation/envelope.ts'
import { claimOf, formatStatement, identityOfStatement, type RunPredicate } from '../../../lib/attestation/statement.ts'
import { EvidenceConflict, LogMoved } from '../../../lib/errors.ts'
import { leafHash, rootAt, treeOf } from '../../../lib/log/merkle.ts'
import { appendAttestation } from '../../../lib/pipeline/log/append-attestation.ts'
import { signCheckpoint } from '../../../lib/pipeline/sign-checkpoint.ts'
import type { Ledger } from '../../../lib/ports.ts'
import {
  emptyLedgerState,
  type Fault,
  memoryAnchor,
  memoryLedger,
  Outage,
  withFaults,
} from '../../support/memory-ledger.ts'
import { memoryAttestationSigner, memoryLogSigner, onlyKey } from '../../support/memory-signers.ts'
import { context, digest } from '../../support/sample-run.ts'
import { scopeStatementOf } from '../../support/sample-statements.ts'

const attestationSigner = memoryAttestationSigner()
const logSigner = memoryLogSigner()

function newLog() {
  const state = emptyLedgerState()
  return { state, ledger: memoryLedger(state) }
}

describe('appending an attestation', () => {
  it('gives each statement the next place in the log', async () => {
    const { state, ledger } = newLog()
    for (const seq of [0, 1, 2])
      expect(await appendAttestation({ ledger, attestationSigner }, scopeStatementOf(`run-${seq}`))).toMatchObject({
        seq,
      })
    expect(state.head.root).toEqual(rootAt(treeOf(state.entries.map(({ envelope }) => leafHash(envelope)))))
  })

  it('twice gives the first entry, also when the second was made later', async () => {
    const { state, ledger } = newLog()
    const first = await appendAttestation({ ledger, attestationSigner }, scopeStatementOf('run-1'))
    await appendAttestation({ ledger, attestationSigner }, scopeStatementOf('run-2'))
    const later = scopeStatementOf('run-1', '2026-11-24T00:00:00.000Z')
    expect(await appendAttestation({ ledger, attestationSigner }, later)).toEqual(first)
    expect(state.entries).toHaveLength(2)
  })

  it('twice gives the first entry, also when another build says it the second time, and never when it says something else', async () => {
    const { state, ledger } = newLog()
    const first = await appendAttestation({ ledger, attestationSigner }, scopeStatementOf('run-1'))
    const { predicate, ...rest } = scopeStatementOf('run-1')
    const { signer: _, environment: __, ...unsaid } = predicate as RunPredicate
    const tool = { ...unsaid.tool, version: '0.2.0', buildSha256: digest('7'), sourceCommit: 'e'.repeat(40) }
    const again = { ...rest, predicate: { ...unsaid, tool } as RunPredicate }
    expect(await appendAttestation({ ledger, attestationSigner }, again)).toEqual(first)
    const other = { ...again, predicate: { ...again.predicate, tool: { ...tool, configSha256: digest('7') } } }
    await expect(appendAttestation({ ledger, attestationSigner }, other)).rejects.toThrow(EvidenceConflict)
    expect(state.entries).toHaveLength(1)
  })

  it('signs once for each entry when nothing fails', async () => {
    const { ledger } = newLog()
    let signatures = 0
    const counting = onlyKey({
      ...attestationSigner,
      sign: (message: Uint8Array) => {
        signatures += 1
        return attestationSigner.sign(message)
      },
    })
    for (let i = 0; i < 3; i += 1)
      await appendAttestation({ ledger, attestationSigner: counting }, scopeStatementOf('run-1'))
    expect(signatures).toBe(1)
  })

  it('never attests something else under the same identity', async () => {
    const { state, ledger } = newLog()
    const statement = scopeStatementOf('run-1')
    const other = { ...statement, subject: [{ name: 'other.json', digest: { sha256: 'f'.repeat(64) } }] }
    await appendAttestation({ ledger, attestationSigner }, statement)
    await expect(appendAttestation({ ledger, attestationSigner }, other)).rejects.toThrow(EvidenceConflict)
    expect(state.entries).toHaveLength(1)
  })

  it('does not log a reserved envelope that somebody planted', async () => {
    const statement = scopeStatementOf('run-1')
    const identity = identityOfStatement(statement)
    const other = formatStatement(scopeStatementOf('run-2'))
    const planted = [
      await signEnvelope(memoryAttestationSigner(), formatStatement(statement)),
      await signEnvelope(attestationSigner, other),
      await signEnvelope(attestationSigner, Buffer.from('{}')),
      Buffer.from('{}'),
    ]
    for (const envelope of planted) {
      const { state, ledger } = newLog()
      await ledger.reserve(identity, claimOf(statement), envelope)
      await expect(appendAttestation({ ledger, attestationSigner }, statement)).rejects.toThrow(EvidenceConflict)
      expect(state.entries).toHaveLength(0)
    }
  })

  it('builds nothing on a head that contradicts itself', async () => {
    const { state, ledger } = newLog()
    await appendAttestation({ ledger, attestationSigner }, scopeStatementOf('run-1'))
    state.head = { ...state.head, root: new Uint8Array(32) }
    await expect(appendAttestation({ ledger, attestationSigner }, scopeStatementOf('run-2'))).rejects.toThrow(
      EvidenceConflict,
    )
    expect(state.entries).toHaveLength(1)
  })

  it('gives up, to be tried again, when the head never holds still', async () => {
    const { ledger } = newLog()
    let calls = 0
    const restless: Ledger = {
      ...ledger,
      append: async () => {
        calls += 1
        return 'moved'
      },
    }
    await expect(appendAttestation({ ledger: restless, attestationSigner }, scopeStatementOf('run-1'))).rejects.toThrow(
      LogMoved,
    )
    expect(calls).toBe(100)
  })

  const calls = ['find', 'reserve', 'head', 'append']
  const faults: Fault[] = ['request-lost', 'reply-lost']
  for (const call of calls)
    for (const fault of faults)
      it(`gives one entry after a crash at ${call} (${fault}) and another attempt`, async () => {
        const { state, ledger } = newLog()
        await appendAttestation({ ledger, attestationSigner }, scopeStatementOf('run-0'))
        const plan: Fault[] = [fault]
        const broken = withFaults(ledger, (name) => (name === call ? (plan.shift() ?? 'none') : 'none'))
        const append = (createdAt: string) =>
          appendAttestation({ ledger: broken, attestationSigner }, scopeStatementOf('run-1', createdAt))
        await expect(append(context.createdAt)).rejects.toThrow(Outage)
        expect(await append('2026-11-24T00:00:00.000Z')).toMatchObject({ seq: 1 })
        expect(plan).toEqual([])
        expect(state.entries).toHaveLength(2)
        await signCheckpoint({ ledger, logSigner, anchor: memoryAnchor(), attestationSigner })
      })
})
