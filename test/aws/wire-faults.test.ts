import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identityOfStatement } from '../../lib/attestation/statement.ts'
import { bulkCalls, smallCalls } from '../../lib/aws/client-options.ts'
import { dynamoLedger } from '../../lib/aws/dynamo-ledger.ts'
import { s3Anchor } from '../../lib/aws/s3-anchor.ts'
import { LogMoved, ServiceUnavailable } from '../../lib/errors.ts'
import { appendAttestation } from '../../lib/pipeline/log/append-attestation.ts'
import { signCheckpoint } from '../../lib/pipeline/sign-checkpoint.ts'
import type { Anchor, Ledger } from '../../lib/ports.ts'
import { memoryAnchor } from '../support/memory-ledger.ts'
import { memoryAttestationSigner, memoryLogSigner } from '../support/memory-signers.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { scopeStatementOf } from '../support/sample-statements.ts'
import { someOf } from '../support/some-of.ts'
import { newBucket } from './bucket/buckets.ts'
import { faultyWire, onlyAt, type Wire, type WireFault, wireFaults } from './faulty-wire.ts'
import { newTable } from './tables.ts'

const attestationSigner = memoryAttestationSigner()
const logSigner = memoryLogSigner()

describe.skipIf(withoutMinistack)(onMinistack, () => {
  let server: Ministack
  let wire: Wire
  let straight: { dynamo: DynamoDBClient; s3: S3Client }
  /** Over the faulty wire, as deployed and without the SDK's own retries: every fault reaches whoever calls. */
  let patient: typeof straight
  let plain: typeof straight
  beforeAll(async () => {
    server = await startMinistack()
    wire = await faultyWire(server.endpoint)
    const clients = (endpoint: string, rest: { maxAttempts?: number } = {}) => ({
      dynamo: new DynamoDBClient({ ...smallCalls, ...server, endpoint, ...rest }),
      s3: new S3Client({ ...bulkCalls, ...server, endpoint, ...rest }),
    })
    straight = clients(server.endpoint)
    patient = clients(wire.endpoint)
    plain = clients(wire.endpoint, { maxAttempts: 1 })
  })
  afterAll(async () => {
    for (const { dynamo, s3 } of [straight, patient, plain].filter(Boolean)) {
      dynamo.destroy()
      s3.destroy()
    }
    await wire?.close()
    await server?.stop()
  })

  /** A log with one entry under an anchored checkpoint, and ways to it. */
  const newLog = async () => {
    wire.plan(() => 'none')
    const [table, bucket] = [await newTable(straight.dynamo), await newBucket(straight.s3)]
    const over = ({ dynamo, s3 }: typeof straight) => ({
      ledger: dynamoLedger(dynamo, { table, logId: 'odv-test' }),
      anchor: s3Anchor(s3, { bucket, owner: '000000000000' }),
    })
    const log = over(straight)
    await append(log.ledger, 'run-0')
    await sign(log)
    return { ...log, over }
  }
  const append = (ledger: Ledger, runId: string, createdAt?: string) =>
    appendAttestation({ ledger, attestationSigner }, scopeStatementOf(runId, createdAt))
  const sign = (log: { ledger: Ledger; anchor: Anchor }) => signCheckpoint({ ...log, logSigner, attestationSigner })

  /** Recomputes everything: numbers, leaves, signatures, identities, head; and each of these runs is there once. */
  const verifyLog = async ({ ledger }: { ledger: Ledger }, runIds: readonly string[]) => {
    const entries = await Array.fromAsync(ledger.entries(0, 1000))
    expect(entries.map(({ seq }) => seq)).toEqual(runIds.map((_, seq) => seq))
    const identities = runIds.map((runId) => identityOfStatement(scopeStatementOf(runId)))
    expect(entries.map(({ identity }) => identity).toSorted()).toEqual(identities.toSorted())
    for (const { identity, seq } of entries) expect(await ledger.find(identity)).toMatchObject({ seq })
    // Beside an anchor that has the first checkpoint alone.
    const [first] = await ledger.checkpoints()
    const { size } = await sign({ ledger, anchor: memoryAnchor(new Map([[first!.size, first!.note]])) })
    expect(size).toBe(runIds.length)
  }

  // The keys in force, the reservation, and behind the head the keys once more and what ends the run.
  const appending = ['GetItem', 'Query', 'GetItem', 'PutItem', 'GetItem', 'GetItem', 'GetItem', 'TransactWriteItems']
  const signing = ['GetItem', 'GetItem', 'GET list', 'GET object', 'Query', 'GetItem', 'Query', 'PutItem', 'PUT object']
  const faultsAt = (operation: string) =>
    operation === 'TransactWriteItems' ? wireFaults : wireFaults.filter((fault) => !ofTransactions.includes(fault))
  const ofTransactions: readonly WireFault[] = ['conflict', 'in-progress']

  it('is asked for these things in this order, which the faults below count by', async () => {
    const log = await newLog()
    await append(log.over(plain).ledger, 'run-1')
    expect(wire.requests).toEqual(appending)
    wire.plan(() => 'none')
    await sign(log.over(plain))
    expect(wire.requests).toEqual(signing)
  })

  describe('an append over a wire with a fault', () => {
    for (const [place, operation] of appending.entries())
      for (const fault of someOf(9, faultsAt(operation))) {
        it(`is made once, by the SDK's retry or ours: ${fault} at ${operation}, request ${place}`, async () => {
          const log = await newLog()
          wire.plan(onlyAt(place, fault))
          expect(await append(log.over(patient).ledger, 'run-1')).toMatchObject({ seq: 1 })
          expect(wire.requests.length).toBeGreaterThanOrEqual(appending.length)
          await verifyLog(log, ['run-0', 'run-1'])
        })

        it(`is made once, when the task is repeated: ${fault} at ${operation}, request ${place}`, async () => {
          const log = await newLog()
          wire.plan(onlyAt(place, fault))
          const { ledger } = log.over(plain)
          const times = ['2026-11-23T20:00:00.000Z', '2026-11-24T20:00:00.000Z', '2026-11-25T20:00:00.000Z']
          const { result, outages } = await untilDone(times, (at) => append(ledger, 'run-1', at))
          expect(result).toMatchObject({ seq: 1 })
          // A transaction that met another one is tried again at once.
          expect(outages).toBe(fault === 'conflict' ? 0 : 1)
          await verifyLog(log, ['run-0', 'run-1'])
        })
      }
  })

  describe('a checkpoint over a wire with a fault', () => {
    for (const [place, operation] of signing.entries())
      for (const fault of someOf(9, faultsAt(operation)))
        it(`is the same one, stored and anchored: ${fault} at ${operation}, request ${place}`, async () => {
          for (const clients of [patient, plain]) {
            const log = await newLog()
            await append(log.ledger, 'run-1')
            wire.plan(onlyAt(place, fault))
            const { result, outages } = await untilDone([1, 2, 3], () => sign(log.over(clients)))
            // An object that breaks off is read on from there, and the answer to a put has nothing to break off.
            const isHarmless = operation.endsWith(' object') && fault === 'reply-cut'
            expect(outages).toBe(clients === patient || isHarmless ? 0 : 1)
            expect(result.size).toBe(2)
            expect(await log.anchor.latest()).toBe(result.note)
            expect((await log.ledger.checkpoints()).map(({ size }) => size)).toEqual([1, 2])
            expect(await sign(log)).toEqual(result)
            await verifyLog(log, ['run-0', 'run-1'])
          }
        })
  })

  it('a service that is down for good is told as an outage, and leaves nothing behind', async () => {
    const log = await newLog()
    for (const fault of ['request-lost', 'throttled', 'server-error'] as const) {
      wire.plan(() => fault)
      const error = await append(log.over(patient).ledger, 'run-1').catch((thrown) => thrown)
      expect(error).toBeInstanceOf(ServiceUnavailable)
      expect(error.message).toMatch(/^ledger: find: expected an answer, got [A-Za-z]+( \(HTTP \d+\))?$/)
    }
    await verifyLog(log, ['run-0'])
  })

  it('transactions that meet others each time end as an outage, to be tried again', async () => {
    const log = await newLog()
    wire.plan((_, operation) => (operation === 'TransactWriteItems' ? 'conflict' : 'none'))
    await expect(append(log.over(patient).ledger, 'run-1')).rejects.toThrow(ServiceUnavailable)
    expect(wire.requests.filter((each) => each === 'TransactWriteItems')).toHaveLength(6)
    await verifyLog(log, ['run-0'])
  })

  it('many appenders and signers at once, on a wire that loses much, leave every attestation once and no gap', async () => {
    for (const [seed, clients] of [plain, patient, plain].entries()) {
      const log = await newLog()
      const random = randomOf(seed)
      const some: WireFault[] = ['request-lost', 'reply-lost', 'reply-cut', 'throttled', 'server-error', 'conflict']
      wire.plan(() => (random() < 0.25 ? some[Math.floor(random() * some.length)]! : 'none'))
      const runIds = Array.from({ length: 8 }, (_, n) => `run-${n + 1}`)
      const many = Array(200).fill('')
      const { ledger, anchor } = log.over(clients)
      await Promise.all([
        ...[...runIds, ...runIds.slice(0, 4)].map((runId) => untilDone(many, () => append(ledger, runId))),
        untilDone(many, () => sign({ ledger, anchor })),
        untilDone(many, () => sign({ ledger, anchor })),
      ])
      wire.plan(() => 'none')
      await verifyLog(log, ['run-0', ...runIds])
      const { note } = await sign(log)
      expect(await log.anchor.latest()).toBe(note)
    }
  })
})

/** Tries once for each of `attempts` until no outage is in the way, as the state machine does. */
async function untilDone<A, T>(
  attempts: readonly A[],
  work: (attempt: A) => Promise<T>,
): Promise<{ result: T; outages: number }> {
  for (const [outages, attempt] of attempts.entries()) {
    try {
      return { result: await work(attempt), outages }
    } catch (error) {
      expect(
        [ServiceUnavailable, LogMoved].some((kind) => error instanceof kind),
        String(error),
      ).toBe(true)
    }
  }
  throw new Error(`expected one of ${attempts.length} attempts to come through`)
}

/** The same numbers each time (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
