import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatEnvelope, parseEnvelope, signEnvelope, verifyEnvelope } from '../../lib/attestation/envelope.ts'
import { fingerprintOf, type KeyKind } from '../../lib/attestation/key-chain.ts'
import { claimOf, formatStatement, identityOfStatement, parseStatement } from '../../lib/attestation/statement.ts'
import { CheckpointRefused, EvidenceConflict, KeyUnsafe } from '../../lib/errors.ts'
import { parseCheckpoint, verifyCheckpoint } from '../../lib/log/checkpoint.ts'
import { appendLeaves, emptyHead, leafHash } from '../../lib/log/merkle.ts'
import { originOf } from '../../lib/log/origin.ts'
import { appendAttestation } from '../../lib/pipeline/append-attestation.ts'
import { countTransitions, readKeyChains } from '../../lib/pipeline/key-chains.ts'
import { rotateKey } from '../../lib/pipeline/rotate-key.ts'
import { signCheckpoint } from '../../lib/pipeline/sign-checkpoint.ts'
import type { AttestationSigner, Ledger, LogSigner } from '../../lib/ports.ts'
import {
  emptyLedgerState,
  type Fault,
  type LedgerState,
  memoryAnchor,
  memoryLedger,
  Outage,
  withFaults,
} from '../support/memory-ledger.ts'
import { memoryAttestationSigner, memoryLogSigner } from '../support/memory-signers.ts'
import { scopeStatementOf } from '../support/sample-statements.ts'

const kinds: KeyKind[] = ['attestation', 'log']

/** A deployment whose keys lie beside each other, as key files do: which one signs, its log says. */
function deployment(wrap: (ledger: Ledger) => Ledger = (ledger) => ledger) {
  const state = emptyLedgerState()
  const ledger = wrap(memoryLedger(state))
  const anchored = new Map<number, string>()
  const keys = { attestation: [memoryAttestationSigner()], log: [memoryLogSigner()] as LogSigner[] }
  const ring = (kind: KeyKind) => ({
    publicKey: async () => keys[kind][await countTransitions(memoryLedger(state), kind)]!.publicKey(),
    sign: async (message: Uint8Array) => keys[kind][await countTransitions(memoryLedger(state), kind)]!.sign(message),
  })
  const ports = {
    ledger,
    anchor: memoryAnchor(anchored),
    clock: () => new Date('2026-11-26T12:00:00Z'),
    tool: { name: 'odv', version: '0.1.0' },
    attestationSigner: ring('attestation'),
    logSigner: {
      ...ring('log'),
      async signAs(publicKey: string, message: Uint8Array) {
        for (const key of keys.log) if ((await key.publicKey()) === publicKey) return key.sign(message)
        throw new KeyUnsafe('gone')
      },
    },
  }
  const makeNext = async (kind: KeyKind, number: number): Promise<AttestationSigner> => {
    keys[kind][number - 1] ??= kind === 'attestation' ? memoryAttestationSigner() : memoryLogSigner()
    return keys[kind][number - 1]!
  }
  return {
    state,
    anchored,
    keys,
    ports,
    attest: (runId: string) => appendAttestation(ports, scopeStatementOf(runId)),
    rotate: (kind: KeyKind) => rotateKey(ports, kind, (number) => makeNext(kind, number)),
    /** Everything once more from the beginning, believing no earlier checkpoint. */
    judge: () =>
      signCheckpoint({ ...ports, ledger: memoryLedger({ ...state, checkpoints: new Map() }), anchor: memoryAnchor() }),
  }
}

type Deployment = ReturnType<typeof deployment>

const phasesOf = ({ state }: Deployment) =>
  state.entries.map(({ envelope }) => parseStatement(parseEnvelope(envelope).payload).predicate.phase)

/** Puts entries into the table behind the ones that are there, with a head that fits. */
function insert(state: LedgerState, envelopes: Uint8Array[]): void {
  for (const envelope of envelopes) {
    const identity = identityOfStatement(parseStatement(parseEnvelope(envelope).payload))
    const seq = state.entries.length
    state.entries.push({ seq, identity, leaf: leafHash(envelope), envelope })
    state.reservations.set(identity, { identity, claim: '', envelope, seq })
  }
  state.head = appendLeaves(
    emptyHead,
    state.entries.map(({ leaf }) => leaf),
  )
}

describe('changing the attestation key', () => {
  it('logs a transition that both keys signed, and from then on the new one signs', async () => {
    const place = deployment()
    await place.attest('run-0')
    const { number, seq, from, to, size } = await place.rotate('attestation')
    await place.attest('run-1')
    expect({ number, seq, size }).toEqual({ number: 1, seq: 1, size: 2 })
    const [before, transition, after] = place.state.entries.map(({ envelope }) => envelope)
    expect(verifyEnvelope(before!, from)).toBeTruthy()
    expect(verifyEnvelope(after!, to)).toBeTruthy()
    const { keyid, further } = parseEnvelope(transition!)
    expect([keyid, ...further!.map((each) => each.keyid)]).toEqual(
      [from, to].map((pem) => fingerprintOf('attestation', pem)),
    )
    expect(() => verifyEnvelope(transition!, from)).toThrow('expected one, got more')
    await place.judge()
  })

  it('may be done again and again, also before the first attestation', async () => {
    const place = deployment()
    for (const number of [1, 2, 3]) expect((await place.rotate('attestation')).number).toBe(number)
    await place.attest('run-0')
    expect((await readKeyChains(place.ports)).attestation.map(({ until }) => until)).toEqual([0, 1, 2, undefined])
    await place.judge()
  })

  it('appends what was reserved before, so that it is signed by a key in force', async () => {
    const place = deployment()
    const { ledger, attestationSigner } = place.ports
    const statement = scopeStatementOf('run-0')
    const envelope = await signEnvelope(attestationSigner, formatStatement(statement))
    await ledger.reserve(identityOfStatement(statement), claimOf(statement), envelope)
    await place.rotate('attestation')
    expect(phasesOf(place)).toEqual(['scope', 'key-transition'])
    expect(await place.attest('run-0')).toMatchObject({ seq: 0 })
    await place.judge()
  })

  it('logs nothing when a reservation is not signed by the key in force', async () => {
    const place = deployment()
    const statement = scopeStatementOf('run-0')
    const forged = await signEnvelope(memoryAttestationSigner(), formatStatement(statement))
    await place.ports.ledger.reserve(identityOfStatement(statement), claimOf(statement), forged)
    await expect(place.rotate('attestation')).rejects.toThrow(EvidenceConflict)
    expect(place.state.entries).toEqual([])
  })

  it('leaves nothing that the old key could log', async () => {
    const place = deployment()
    await place.attest('run-0')
    await place.rotate('attestation')
    const old = { ledger: place.ports.ledger, attestationSigner: place.keys.attestation[0]! }
    await expect(appendAttestation(old, scopeStatementOf('run-1'))).rejects.toThrow(KeyUnsafe)
    await expect(appendAttestation(old, scopeStatementOf('run-0'))).rejects.toThrow(KeyUnsafe)
    expect(place.state.entries).toHaveLength(2)
  })

  it('leaves nothing to a new key that nobody vouched for', async () => {
    const place = deployment()
    await place.attest('run-0')
    const stranger = { ledger: place.ports.ledger, attestationSigner: memoryAttestationSigner() }
    await expect(appendAttestation(stranger, scopeStatementOf('run-1'))).rejects.toThrow(KeyUnsafe)
    await place.rotate('attestation')
    await expect(appendAttestation(stranger, scopeStatementOf('run-1'))).rejects.toThrow(KeyUnsafe)
    expect([...place.state.reservations]).toHaveLength(2)
  })

  it('goes on with the new key that was reserved, and refuses another one', async () => {
    const place = deployment((ledger) => ({ ...ledger, append: () => Promise.reject(new Outage('append')) }))
    await expect(place.rotate('attestation')).rejects.toThrow(Outage)
    const ports = { ...place.ports, ledger: memoryLedger(place.state) }
    await expect(rotateKey(ports, 'attestation', async () => memoryAttestationSigner())).rejects.toThrow(
      EvidenceConflict,
    )
    await expect(rotateKey(ports, 'log', async () => memoryLogSigner())).rejects.toThrow('odv keys rotate attestation')
    expect(await rotateKey(ports, 'attestation', async () => place.keys.attestation[1]!)).toMatchObject({ seq: 0 })
  })
})

describe('changing the log key', () => {
  it('has both keys sign the first checkpoint, and then the new one alone, under the same name', async () => {
    const place = deployment()
    await place.attest('run-0')
    const { note } = await signCheckpoint(place.ports)
    const { from, to, size } = await place.rotate('log')
    const both = place.anchored.get(size)!
    await place.attest('run-1')
    const { note: last } = await signCheckpoint(place.ports)
    const origin = originOf(from)
    const by = (note: string) =>
      [from, to].map((publicKeyPem) => {
        try {
          return verifyCheckpoint(note, { origin, publicKeyPem }).size
        } catch {
          return undefined
        }
      })
    expect([note, both, last].map(by)).toEqual([
      [1, undefined],
      [2, 2],
      [undefined, 3],
    ])
    expect(parseCheckpoint(both).signatures).toHaveLength(2)
    await place.judge()
  })

  it('is signed by the attestation key as every entry is, and by both log keys', async () => {
    const place = deployment()
    const { from, to } = await place.rotate('log')
    const { keyid, further } = parseEnvelope(place.state.entries[0]!.envelope)
    const signed = await place.ports.attestationSigner.publicKey()
    expect([keyid, ...further!.map((each) => each.keyid)]).toEqual([
      fingerprintOf('attestation', signed),
      fingerprintOf('log', from),
      fingerprintOf('log', to),
    ])
  })

  it('is not checkpointed by a signer that has only the new key', async () => {
    const place = deployment((ledger) => ({ ...ledger, addCheckpoint: () => Promise.reject(new Outage('crash')) }))
    await expect(place.rotate('log')).rejects.toThrow(Outage)
    const { signAs: _, ...logSigner } = place.ports.logSigner
    const ports = { ...place.ports, ledger: memoryLedger(place.state), logSigner }
    await expect(signCheckpoint(ports)).rejects.toThrow(CheckpointRefused)
    expect(place.anchored.size).toBe(0)
    await signCheckpoint({ ...ports, logSigner: place.ports.logSigner })
    await place.attest('run-1')
    expect((await signCheckpoint(ports)).size).toBe(2)
  })
})

describe('a change that is interrupted', () => {
  const faults: Fault[] = ['request-lost', 'reply-lost']
  for (const kind of kinds)
    for (const fault of faults)
      it(`of the ${kind} key at any call (${fault}) is finished by repeating it, and every attestation meanwhile holds`, async () => {
        let interrupted = 0
        for (let at = 0; ; at += 1) {
          let calls = 0
          let isArmed = false
          const place = deployment((ledger) => withFaults(ledger, () => (isArmed && calls++ === at ? fault : 'none')))
          await place.attest('run-0')
          isArmed = true
          const ended = await place.rotate(kind).then(
            () => 'done',
            (error) => (error instanceof Outage ? 'interrupted' : error),
          )
          isArmed = false
          expect(['done', 'interrupted']).toContain(ended)
          await place.attest('run-1')
          if (ended === 'interrupted') await place.rotate(kind)
          await place.attest('run-2')
          await place.judge()
          await signCheckpoint(place.ports)
          const found = phasesOf(place).filter((phase) => phase === 'key-transition').length
          expect(found, `call ${at}`).toBe(1)
          if (ended === 'done') break
          interrupted += 1
        }
        expect(interrupted).toBeGreaterThan(10)
      })

  it('by attestations at the same time never has one logged that a key out of force signed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.constantFrom(...kinds), async (scheduler, kind) => {
        const turn = async <T>(call: () => Promise<T>) => {
          await scheduler.schedule(Promise.resolve(), 'request')
          return call()
        }
        const place = deployment((ledger) => ({
          ...ledger,
          find: (...args) => turn(() => ledger.find(...args)),
          head: () => turn(() => ledger.head()),
          reserve: (...args) => turn(() => ledger.reserve(...args)),
          append: (...args) => turn(() => ledger.append(...args)),
        }))
        const refused = (error: unknown) => {
          expect(error).toSatisfy((each) => each instanceof KeyUnsafe || each instanceof EvidenceConflict)
        }
        const work = Promise.all([
          place.rotate(kind).catch(refused),
          ...['run-0', 'run-1', 'run-2'].map((runId) => place.attest(runId).catch(refused)),
        ])
        await scheduler.waitFor(work)
        const judged = signCheckpoint({
          ...place.ports,
          ledger: memoryLedger({ ...place.state, checkpoints: new Map() }),
          anchor: memoryAnchor(),
        })
        expect((await judged).size).toBe(place.state.entries.length)
      }),
      { numRuns: 40 },
    )
  })
})

describe('the checkpoint signer', () => {
  /** A log with one entry, a transition of the attestation key that is logged as `change` leaves it, and what follows. */
  async function tampered(change: (envelope: Uint8Array) => Uint8Array, behind: 'old' | 'new' | 'none') {
    const place = deployment()
    await place.attest('run-0')
    const good = deployment()
    good.keys.attestation[0] = place.keys.attestation[0]!
    good.keys.log[0] = place.keys.log[0]!
    await good.attest('run-0')
    await good.rotate('attestation')
    place.keys.attestation[1] = good.keys.attestation[1]!
    insert(place.state, [change(good.state.entries[1]!.envelope)])
    const signer = { old: place.keys.attestation[0]!, new: place.keys.attestation[1]!, none: undefined }[behind]
    if (signer) insert(place.state, [await signEnvelope(signer, formatStatement(scopeStatementOf('run-1')))])
    return place
  }

  it('accepts a transition that both signed and what the new key signs behind it', async () => {
    expect((await signCheckpoint((await tampered((envelope) => envelope, 'new')).ports)).size).toBe(3)
  })

  it('refuses what the old key signed behind it', async () => {
    const { ports } = await tampered((envelope) => envelope, 'old')
    await expect(signCheckpoint(ports)).rejects.toThrow('entry 2: the envelope does not hold')
  })

  const halves = {
    'without the new key': (envelope: Uint8Array) => {
      const { further: _, ...half } = parseEnvelope(envelope)
      return formatEnvelope(half)
    },
    'without the old key': (envelope: Uint8Array) => {
      const { payload, further } = parseEnvelope(envelope)
      return formatEnvelope({ payload, ...further![0]! })
    },
    'with the keys in each other’s places': (envelope: Uint8Array) => {
      const { payload, keyid, signature, further } = parseEnvelope(envelope)
      return formatEnvelope({ payload, ...further![0]!, further: [{ keyid: keyid!, signature }] })
    },
    'twice by the old key': (envelope: Uint8Array) => {
      const { keyid, signature, ...rest } = parseEnvelope(envelope)
      return formatEnvelope({ ...rest, keyid: keyid!, signature, further: [{ keyid: keyid!, signature }] })
    },
  }
  for (const [name, change] of Object.entries(halves))
    it(`refuses a transition signed ${name}`, async () => {
      const { ports, anchored } = await tampered(change, 'none')
      await expect(signCheckpoint(ports)).rejects.toThrow(CheckpointRefused)
      expect(anchored.size).toBe(0)
    })

  it('refuses a ledger that keeps quiet about a transition, or tells of one that is not there', async () => {
    const quiet = await tampered((envelope) => envelope, 'new')
    const { identity } = quiet.state.entries[1]!
    quiet.state.reservations.delete(identity)
    await expect(signCheckpoint(quiet.ports)).rejects.toThrow(CheckpointRefused)
    const lying = await tampered((envelope) => envelope, 'none')
    lying.state.entries.splice(1)
    lying.state.head = appendLeaves(
      emptyHead,
      lying.state.entries.map(({ leaf }) => leaf),
    )
    await expect(signCheckpoint(lying.ports)).rejects.toThrow('a transition is said to be in the log and is not')
  })
})
