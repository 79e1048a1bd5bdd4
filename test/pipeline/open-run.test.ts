import { describe, expect, it } from 'vitest'
import { CheckpointRefused } from '../../lib/errors.ts'
import { appendAttestation } from '../../lib/pipeline/log/append-attestation.ts'
import { openRun } from '../../lib/pipeline/open-run.ts'
import { signCheckpoint } from '../../lib/pipeline/sign-checkpoint.ts'
import type { Ports } from '../../lib/ports.ts'
import { emptyLedgerState, type LedgerState, memoryAnchor, memoryLedger } from '../support/memory-ledger.ts'
import { memoryAttestationSigner, memoryLogSigner } from '../support/memory-signers.ts'
import { scopeStatementOf } from '../support/sample-statements.ts'

/** What is deleted has to be attested in the end, so a run looks before it begins whether its log can be signed. */

const signers = { attestationSigner: memoryAttestationSigner(), logSigner: memoryLogSigner() }
const begun = new Error('it began')

/** A log on which runs of these numbers ended, each with its checkpoint. */
async function logOf(runs: number) {
  const anchor = memoryAnchor(new Map())
  const state = emptyLedgerState()
  const on = (of: LedgerState) => ({ ledger: memoryLedger(of), anchor, ...signers })
  const append = (of: LedgerState, runId: string) => appendAttestation(on(of), scopeStatementOf(runId))
  const states = [structuredClone(state)]
  for (let run = 0; run < runs; run++) {
    await append(state, `run-${run}`)
    await signCheckpoint(on(state))
    states.push(structuredClone(state))
  }
  return { on, append, states }
}

/** Whatever a run does first comes after. */
function open(log: Pick<Ports, 'ledger' | 'anchor'>) {
  const ports = new Proxy(log, {
    get(target, name) {
      if (name in target) return target[name as keyof typeof target]
      throw begun
    },
  }) as Ports
  return openRun(ports, { runId: 'run-9', trigger: 'nightly' })
}

describe('a run', () => {
  it('begins on the log that was signed last, also when it went on since, and on one that was never signed', async () => {
    const { on, append, states } = await logOf(2)
    const whole = states[2]!
    await expect(open(on(whole))).rejects.toBe(begun)
    await append(whole, 'run-2')
    await expect(open(on(whole))).rejects.toBe(begun)
    await expect(open({ ...on(states[0]!), anchor: memoryAnchor(new Map()) })).rejects.toBe(begun)
  })

  it('begins on one that is whole, though it was brought back from before its checkpoint was stored', async () => {
    const { on, states } = await logOf(2)
    const { entries, head, reservations } = states[2]!
    await expect(open(on({ ...states[1]!, entries, head, reservations }))).rejects.toBe(begun)
  })

  it('begins on one whose first checkpoint was lost on the way, and not beside an anchor that has none of its checkpoints', async () => {
    const { on, append, states } = await logOf(1)
    const anchored = new Map<number, string>()
    const to = (state: LedgerState) => ({ ...on(state), anchor: memoryAnchor(anchored) })
    await expect(open(to(states[1]!))).rejects.toThrow(
      'anchor: expected the last checkpoint of a log that has 1, got none; copy all of them from where they were kept before',
    )
    await append(states[0]!, 'run-0')
    const lost = { ...to(states[0]!).ledger, addCheckpoint: () => Promise.reject(new Error('lost')) }
    await expect(signCheckpoint({ ...to(states[0]!), ledger: lost })).rejects.toThrow('lost')
    expect([...anchored.keys()]).toEqual([0])
    await expect(open(to(states[0]!))).rejects.toBe(begun)
  })

  it('does not begin on one that is missing, or shorter than its last checkpoint', async () => {
    const { on, states } = await logOf(2)
    await expect(open(on(states[0]!))).rejects.toThrow(
      'expected the 2 entries of its last checkpoint, got 0; bring back',
    )
    await expect(open(on(states[1]!))).rejects.toThrow(
      'expected the 2 entries of its last checkpoint, got 1; bring back',
    )
    await expect(open(on(states[1]!))).rejects.toThrow(CheckpointRefused)
  })

  it.each([1, 2, 3])('does not begin on an older one either after %i entries were appended to that', async (more) => {
    const { on, append, states } = await logOf(3)
    const older = states[2]!
    for (let at = 0; at < more; at++) await append(older, `other-${at}`)
    await expect(open(on(older))).rejects.toThrow(
      'expected the 3 entries of its last checkpoint, got others; bring back',
    )
    await expect(signCheckpoint(on(older))).rejects.toThrow('fork')
  })
})
