import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signEnvelope } from '../../lib/attestation/envelope.ts'
import { claimOf, formatStatement, identityOfStatement } from '../../lib/attestation/statement.ts'
import { EvidenceConflict, LogMoved } from '../../lib/errors.ts'
import { verifyCheckpoint } from '../../lib/log/checkpoint.ts'
import { consistencyProof, leafHash, rootAt, treeOf, verifyConsistency } from '../../lib/log/merkle.ts'
import { originOf } from '../../lib/log/origin.ts'
import { appendAttestation } from '../../lib/pipeline/append-attestation.ts'
import { signCheckpoint } from '../../lib/pipeline/sign-checkpoint.ts'
import type { Ledger } from '../../lib/ports.ts'
import {
  emptyLedgerState,
  type Fault,
  memoryAnchor,
  memoryLedger,
  Outage,
  withFaults,
} from '../support/memory-ledger.ts'
import { memoryAttestationSigner, memoryLogSigner } from '../support/memory-signers.ts'
import { context } from '../support/sample-run.ts'
import { scopeStatementOf } from '../support/sample-statements.ts'

const attestationSigner = memoryAttestationSigner()
const logSigner = memoryLogSigner()
const origin = originOf(await logSigner.publicKey())
const logKey = { origin, publicKeyPem: await logSigner.publicKey() }

function newLog() {
  const state = emptyLedgerState()
  return { state, ledger: memoryLedger(state) }
}

/** Does it until no outage is in the way, as the state machine does. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      expect(error).toBeInstanceOf(Outage)
    }
  }
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

  it('signs once for each entry when nothing fails', async () => {
    const { ledger } = newLog()
    let signatures = 0
    const counting = {
      ...attestationSigner,
      sign: (message: Uint8Array) => {
        signatures += 1
        return attestationSigner.sign(message)
      },
    }
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

describe('appenders and checkpoint signers at the same time, with calls and replies that get lost', () => {
  it('leave no gap, no attestation twice, and checkpoints that are all consistent', async () => {
    const fault = fc.constantFrom<Fault>('none', 'none', 'none', 'request-lost', 'reply-lost')
    const runs = fc.array(fc.constantFrom('run-0', 'run-1', 'run-2', 'run-3'), { minLength: 2, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), runs, fc.array(fault, { maxLength: 25 }), async (scheduler, runIds, plan) => {
        const { state, ledger } = newLog()
        const anchored = new Map<number, string>()
        const pending = [...plan]
        const next = () => pending.shift() ?? 'none'
        // Each port call waits for its turn before it is made, and again before its reply arrives.
        const turn = async <T>(call: () => Promise<T>) => {
          await scheduler.schedule(Promise.resolve(), 'request')
          const reply = await call()
          await scheduler.schedule(Promise.resolve(), 'reply')
          return reply
        }
        const base = withFaults(ledger, next)
        const shared: Ledger = {
          reserve: (...args) => turn(() => base.reserve(...args)),
          find: (...args) => turn(() => base.find(...args)),
          pending: () => turn(() => base.pending()),
          head: () => turn(() => base.head()),
          append: (...args) => turn(() => base.append(...args)),
          entries: (...args) => base.entries(...args),
          addCheckpoint: (...args) => turn(() => base.addCheckpoint(...args)),
          checkpoints: () => turn(() => base.checkpoints()),
        }
        const faultyAnchor = withFaults(memoryAnchor(anchored), next)
        const anchor = {
          latest: () => turn(() => faultyAnchor.latest()),
          add: (size: number, note: string) => turn(() => faultyAnchor.add(size, note)),
        }
        const signer = () => signCheckpoint({ ledger: shared, logSigner, anchor, attestationSigner })
        const work = Promise.all([
          ...runIds.map((runId, i) =>
            untilDone(() =>
              appendAttestation(
                { ledger: shared, attestationSigner },
                scopeStatementOf(runId, `2026-11-23T20:00:0${i}.000Z`),
              ),
            ),
          ),
          untilDone(signer),
          untilDone(signer),
        ])
        await scheduler.waitFor(work)
        const results = await work
        const last = await signCheckpoint({ ledger, logSigner, anchor: memoryAnchor(anchored), attestationSigner })

        const distinct = new Set(runIds).size
        expect(last.size).toBe(distinct)
        expect(state.entries.map(({ seq }) => seq)).toEqual([...state.entries.keys()])
        expect(new Set(state.entries.map(({ identity }) => identity)).size).toBe(distinct)
        for (const [i, runId] of runIds.entries()) {
          const identity = identityOfStatement(scopeStatementOf(runId))
          expect(state.entries[(results[i] as { seq: number }).seq]!.identity).toBe(identity)
        }
        const tree = treeOf(state.entries.map(({ envelope }) => leafHash(envelope)))
        const checkpoints = [...state.checkpoints.values(), ...anchored.values()].map((note) =>
          verifyCheckpoint(note, logKey),
        )
        for (const older of checkpoints)
          for (const newer of checkpoints.filter(({ size }) => size >= older.size))
            verifyConsistency(older, newer, consistencyProof(tree, older.size, newer.size))
      }),
      { numRuns: 150 },
    )
  })
})
