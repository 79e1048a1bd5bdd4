import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { identityOfStatement } from '../../lib/attestation/statement.ts'
import { openDatabase } from '../../lib/local/sqlite-database.ts'
import { sqliteLedger } from '../../lib/local/sqlite-ledger.ts'
import { verifyCheckpoint } from '../../lib/log/checkpoint.ts'
import { consistencyProof, leafHash, treeOf, verifyConsistency } from '../../lib/log/merkle.ts'
import { originOf } from '../../lib/log/origin.ts'
import { appendAttestation } from '../../lib/pipeline/log/append-attestation.ts'
import { signCheckpoint } from '../../lib/pipeline/sign-checkpoint.ts'
import type { Anchor, Ledger } from '../../lib/ports.ts'
import { type Fault, memoryAnchor, memoryLedger, Outage, withFaults } from '../support/memory-ledger.ts'
import { memoryAttestationSigner, memoryLogSigner } from '../support/memory-signers.ts'
import { scopeStatementOf } from '../support/sample-statements.ts'
import { scratchDirectory } from '../support/scratch.ts'

/**
 * Whatever the order in which writers and checkpoint signers get through, whatever calls and replies are lost on the way, and
 * whoever is killed and comes back or does not: the log has no gap and nothing twice, and all that was ever signed is one history.
 */

/**
 * What costs most is the same in every run: the real answers of these pure functions are remembered. A signature is made
 * once for each message.
 */
vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>()
  const remember = <A extends unknown[], R>(call: (...args: A) => R, nameOf: (args: A) => string) => {
    const answers = new Map<string, R>()
    return (...args: A): R => {
      const name = nameOf(args)
      if (!answers.has(name)) answers.set(name, call(...args))
      return answers.get(name)!
    }
  }
  const keys = new Map<unknown, number>()
  const numberOf = (key: unknown): number => {
    if (!keys.has(key)) keys.set(key, keys.size)
    return keys.get(key)!
  }
  const keyOf = (key: unknown) => (typeof key === 'string' ? key : numberOf((key as { key?: unknown }).key ?? key))
  const hex = (bytes: unknown) => Buffer.from(bytes as Uint8Array).toString('latin1')
  return {
    ...crypto,
    createPublicKey: remember(crypto.createPublicKey, ([key]) => String(keyOf(key))),
    sign: remember(crypto.sign as (...args: unknown[]) => Buffer, ([, data, key]) => `${keyOf(key)} ${hex(data)}`),
    verify: remember(
      crypto.verify as (...args: unknown[]) => boolean,
      ([, data, key, signature]) => `${keyOf(key)} ${hex(signature)} ${hex(data)}`,
    ),
  }
})

const attestationSigner = memoryAttestationSigner()
const logSigner = memoryLogSigner()
const origin = originOf(await logSigner.publicKey())
const logKey = { origin, publicKeyPem: await logSigner.publicKey() }

const runIds = ['run-0', 'run-1', 'run-2'] as const
const fault = fc.constantFrom<Fault>('none', 'none', 'none', 'request-lost', 'reply-lost')
/** `isPatient`: whoever does it comes back after a crash until it is done; others are killed for good. */
const writer = fc.record({ runId: fc.constantFrom(...runIds), isPatient: fc.boolean() })
const scenario = fc.record({
  writers: fc.array(writer, { minLength: 2, maxLength: 3 }),
  signers: fc.array(fc.boolean(), { minLength: 1, maxLength: 2 }),
  plan: fc.array(fault, { maxLength: 20 }),
})

type Scenario = { writers: { runId: string; isPatient: boolean }[]; signers: boolean[]; plan: Fault[] }

/** Each call of a port waits for its turn before it is made, and again before its reply arrives. */
function inTurns(scheduler: fc.Scheduler, ledger: Ledger, anchor: Anchor, plan: readonly Fault[]) {
  const pending = [...plan]
  const next = () => pending.shift() ?? 'none'
  const turn = async <T>(call: () => Promise<T>): Promise<T> => {
    await scheduler.schedule(Promise.resolve(), 'request')
    const reply = await call()
    await scheduler.schedule(Promise.resolve(), 'reply')
    return reply
  }
  const [faulty, faultyAnchor] = [withFaults(ledger, next), withFaults(anchor, next)]
  const shared: Ledger = {
    reserve: (...args) => turn(() => faulty.reserve(...args)),
    find: (...args) => turn(() => faulty.find(...args)),
    renew: (...args) => turn(() => faulty.renew(...args)),
    head: () => turn(() => faulty.head()),
    append: (...args) => turn(() => faulty.append(...args)),
    entries: (...args) => faulty.entries(...args),
    addCheckpoint: (...args) => turn(() => faulty.addCheckpoint(...args)),
    checkpoints: () => turn(() => faulty.checkpoints()),
  }
  return {
    ledger: shared,
    anchor: {
      latest: () => turn(() => faultyAnchor.latest()),
      add: (size: number, note: string) => turn(() => faultyAnchor.add(size, note)),
    },
  }
}

async function carryOut<T>(isPatient: boolean, work: () => Promise<T>): Promise<T | 'killed'> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      expect(error).toBeInstanceOf(Outage)
      if (!isPatient) return 'killed'
    }
  }
}

async function play(scheduler: fc.Scheduler, base: Ledger, { writers, signers, plan }: Scenario): Promise<void> {
  const anchored = new Map<number, string>()
  const { ledger, anchor } = inTurns(scheduler, base, memoryAnchor(anchored), plan)
  const sign = () => signCheckpoint({ ledger, logSigner, anchor, attestationSigner })
  const appended = writers.map(({ runId, isPatient }, i) =>
    carryOut(isPatient, () =>
      appendAttestation({ ledger, attestationSigner }, scopeStatementOf(runId, `2026-11-23T20:00:0${i}.000Z`)),
    ),
  )
  const signed = signers.map((isPatient) => carryOut(isPatient, sign))
  await scheduler.waitFor(Promise.all([...appended, ...signed]))

  const last = await signCheckpoint({ ledger: base, logSigner, anchor: memoryAnchor(anchored), attestationSigner })
  const entries = await Array.fromAsync(base.entries(0, 100))
  expect(entries.map(({ seq }) => seq)).toEqual([...entries.keys()])
  expect(last.size).toBe(entries.length)
  const identities = entries.map(({ identity }) => identity)
  expect(new Set(identities).size).toBe(entries.length)
  for (const [i, { runId, isPatient }] of writers.entries()) {
    const place = await appended[i]!
    const expected = place === 'killed' ? undefined : place.seq
    const seq = identities.indexOf(identityOfStatement(scopeStatementOf(runId)))
    // Who was killed may have got through, and somebody else may have written the same.
    expect(expected ?? seq).toBe(seq)
    if (isPatient) expect(seq).toBeGreaterThanOrEqual(0)
  }
  const tree = treeOf(entries.map(({ envelope }) => leafHash(envelope)))
  const notes = new Set([...(await base.checkpoints()).map(({ note }) => note), ...anchored.values()])
  const checkpoints = [...notes].map((note) => verifyCheckpoint(note, logKey)).sort((a, b) => a.size - b.size)
  for (const [i, newer] of checkpoints.entries())
    for (const older of checkpoints.slice(0, i))
      verifyConsistency(older, newer, consistencyProof(tree, older.size, newer.size))
}

describe('writers and signers at the same time, with crashes and with calls and replies that get lost', () => {
  it('leave one history in any ledger that keeps the contract', async () => {
    const property = fc.asyncProperty(fc.scheduler(), scenario, (scheduler, each) =>
      play(scheduler, memoryLedger(), each),
    )
    await fc.assert(property, { numRuns: 2000 })
  })

  it('leave one history in SQLite', async () => {
    const place = scratchDirectory()
    let databases = 0
    const property = fc.asyncProperty(fc.scheduler(), scenario, async (scheduler, each) => {
      const database = openDatabase(join(place, `${databases++}`))
      try {
        await play(scheduler, sqliteLedger(database), each)
      } finally {
        database.close()
      }
    })
    await fc.assert(property, { numRuns: 60 })
  })
})
