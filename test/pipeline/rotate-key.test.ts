import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatEnvelope, parseEnvelope, signEnvelope, verifyEnvelope } from '../../lib/attestation/envelope.ts'
import { fingerprintOf, type KeyKind } from '../../lib/attestation/key-chain.ts'
import {
  claimOf,
  formatStatement,
  identityOfStatement,
  identityOfTransition,
  parseStatement,
} from '../../lib/attestation/statement.ts'
import { CheckpointRefused, EvidenceConflict, InputInvalid, KeyUnsafe } from '../../lib/errors.ts'
import { parseCheckpoint, verifyCheckpoint } from '../../lib/log/checkpoint.ts'
import { appendLeaves, emptyHead, leafHash } from '../../lib/log/merkle.ts'
import { originOf } from '../../lib/log/origin.ts'
import { appendTransition } from '../../lib/pipeline/keys/append-transition.ts'
import { readAttestationKeys, readKeyChains } from '../../lib/pipeline/keys/key-chains.ts'
import { vouchForLogKey } from '../../lib/pipeline/keys/vouch-for-key.ts'
import { appendAttestation } from '../../lib/pipeline/log/append-attestation.ts'
import { retireKey } from '../../lib/pipeline/retire-key.ts'
import { signCheckpoint } from '../../lib/pipeline/sign-checkpoint.ts'
import type { Keys, Ledger } from '../../lib/ports.ts'
import {
  emptyLedgerState,
  type Fault,
  type LedgerState,
  memoryAnchor,
  memoryLedger,
  Outage,
  withFaults,
} from '../support/memory-ledger.ts'
import { memoryAttestationSigner, memoryKeys, memoryLogSigner } from '../support/memory-signers.ts'
import { scopeStatementOf } from '../support/sample-statements.ts'

const kinds: KeyKind[] = ['attestation', 'log']
const at = '2026-11-26T12:00:00Z'

/** A deployment whose keys lie beside each other, as many as it was deployed with: which one signs, its log says. */
function deployment(wrap: (ledger: Ledger) => Ledger = (ledger) => ledger, many = 2) {
  const state = emptyLedgerState()
  const ledger = wrap(memoryLedger(state))
  const anchored = new Map<number, string>()
  const { keys, retired, ...signing } = memoryKeys(many)
  const ports = {
    ledger,
    anchor: memoryAnchor(anchored),
    tool: { name: 'odv', version: '0.1.0', buildSha256: '6'.repeat(64) },
    ...signing,
  }
  /** What the state machine does, task by task. */
  const rotate = async (key: KeyKind, number = 1) => {
    const vouched = key === 'log' ? (await vouchForLogKey(ports, { number, at })).vouched : null
    const { seq } = await appendTransition(ports, { key, number, at, vouched })
    const { size } = await signCheckpoint(ports)
    await retireKey(ports, { key, number })
    const [from, to] = await Promise.all(keys[key].slice(number - 1, number + 1).map((each) => each.publicKey()))
    return { seq, size, from: from!, to: to! }
  }
  return {
    state,
    anchored,
    keys,
    retired,
    ports,
    attest: (runId: string) => appendAttestation(ports, scopeStatementOf(runId)),
    reserve: async (runId: string, signer = keys.attestation[0]!) => {
      const statement = scopeStatementOf(runId)
      const envelope = await signEnvelope(signer, formatStatement(statement))
      return memoryLedger(state).reserve(identityOfStatement(statement), claimOf(statement), envelope)
    },
    rotate,
    /** Everything once more from the beginning, believing no earlier checkpoint; keys out of use do what is tried. */
    judge: () => {
      const all = (kind: KeyKind): Keys => ({ numbered: (number) => keys[kind][number - 1]! })
      const fresh = memoryLedger({ ...state, checkpoints: new Map() })
      const signers = { attestationSigner: all('attestation'), logSigner: all('log') }
      return signCheckpoint({ ...signers, ledger: fresh, anchor: memoryAnchor() })
    },
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
    const { seq, from, to, size } = await place.rotate('attestation')
    await place.attest('run-1')
    expect({ seq, size }).toEqual({ seq: 1, size: 2 })
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

  it('may be done again and again, also before the first attestation, as often as there are keys', async () => {
    const place = deployment(undefined, 4)
    for (const number of [1, 2, 3]) expect((await place.rotate('attestation', number)).seq).toBe(number - 1)
    await place.attest('run-0')
    expect((await readKeyChains(place.ports)).attestation.map(({ until }) => until)).toEqual([0, 1, 2, undefined])
    expect([...place.retired]).toEqual(['attestation 1', 'attestation 2', 'attestation 3'])
    place.retired.clear()
    expect(await retireKey(place.ports, { key: 'attestation', number: 2 })).toEqual({ retired: 'disabled' })
    expect([...place.retired]).toEqual(['attestation 1', 'attestation 2'])
    await expect(place.rotate('attestation', 4)).rejects.toThrow('attestation key 5: expected it to be deployed')
    await expect(place.rotate('attestation', 6)).rejects.toThrow('expected change 4 to be the next, got 6')
    expect(place.state.entries).toHaveLength(4)
    await place.judge()
  })

  it('leaves what was reserved before to its task, which has the new key sign the same', async () => {
    const place = deployment()
    await place.reserve('run-0')
    await place.rotate('attestation')
    expect(phasesOf(place)).toEqual(['key-transition'])
    expect(await place.attest('run-0')).toMatchObject({ seq: 1 })
    expect(await place.attest('run-0')).toMatchObject({ seq: 1 })
    await place.judge()
  })

  it('never has anything signed anew that no key of the log signed before, or that says something else', async () => {
    const place = deployment()
    await place.reserve('run-0', memoryAttestationSigner())
    await place.reserve('run-1')
    const other = { ...place.state.reservations.get(identityOfStatement(scopeStatementOf('run-1')))!, claim: 'other' }
    place.state.reservations.set(other.identity, other)
    const swapped = await place.reserve('run-2')
    place.state.reservations.set(swapped.identity, { ...swapped, envelope: other.envelope })
    await place.rotate('attestation')
    for (const runId of ['run-0', 'run-1', 'run-2']) await expect(place.attest(runId)).rejects.toThrow(EvidenceConflict)
    expect(phasesOf(place)).toEqual(['key-transition'])
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
    const change = { key: 'attestation' as const, number: 1, at: '2026-11-27T00:00:00Z', vouched: null }
    const reserved = place.keys.attestation[1]!
    place.keys.attestation[1] = memoryAttestationSigner()
    await expect(appendTransition(ports, change)).rejects.toThrow('expected the new key that was reserved')
    place.keys.attestation[1] = reserved
    expect(await appendTransition(ports, change)).toMatchObject({ seq: 0 })
  })
})

describe('keys that are deployed', () => {
  for (const kind of kinds)
    it(`and that the log does not know sign nothing, as those that it knows and that are not deployed (${kind})`, async () => {
      const place = deployment()
      await place.attest('run-0')
      await signCheckpoint(place.ports)
      const [first] = await readAttestationKeys(place.ports.ledger, place.ports.attestationSigner)
      expect(first!.pem).toBe(await place.keys.attestation[0]!.publicKey())
      await place.rotate(kind)
      // The number of keys was lowered, and another key took the place of the second one.
      const [second] = place.keys[kind].splice(1)
      const tries = [() => signCheckpoint(place.ports), ...(kind === 'log' ? [] : [() => place.attest('run-1')])]
      for (const tried of tries) await expect(tried()).rejects.toThrow(`${kind} key 2: expected it to be deployed`)
      place.keys[kind][1] = kind === 'log' ? memoryLogSigner() : memoryAttestationSigner()
      for (const tried of tries) await expect(tried()).rejects.toThrow(`${kind} key: expected the one that is in force`)
      expect(place.state.entries).toHaveLength(2)
      place.keys[kind][1] = second!
      await place.attest('run-1')
      await place.judge()
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
    const signed = await place.keys.attestation[0]!.publicKey()
    expect([keyid, ...further!.map((each) => each.keyid)]).toEqual([
      fingerprintOf('attestation', signed),
      fingerprintOf('log', from),
      fingerprintOf('log', to),
    ])
  })

  it('is not checkpointed by a signer that cannot use the old key any more', async () => {
    const place = deployment((ledger) => ({ ...ledger, addCheckpoint: () => Promise.reject(new Outage('crash')) }))
    await expect(place.rotate('log')).rejects.toThrow(Outage)
    const ports = { ...place.ports, ledger: memoryLedger(place.state) }
    place.retired.add('log 1')
    await expect(signCheckpoint(ports)).rejects.toThrow(CheckpointRefused)
    expect([...place.anchored.keys()]).toEqual([0])
    place.retired.clear()
    await signCheckpoint(ports)
    place.retired.add('log 1')
    await place.attest('run-1')
    expect((await signCheckpoint(ports)).size).toBe(2)
  })

  it('is not attested without what both log keys sign about the very change', async () => {
    const place = deployment(undefined, 3)
    const { vouched } = await vouchForLogKey(place.ports, { number: 1, at })
    const change = { key: 'log' as const, number: 1, at }
    const { old, next } = vouched!
    const others = [
      { ...change, vouched: { old: next, next: old } },
      { ...change, vouched: { old, next: old } },
      { ...change, at: '2026-11-26T12:00:01Z', vouched: { old, next } },
    ]
    for (const other of others) await expect(appendTransition(place.ports, other)).rejects.toThrow(KeyUnsafe)
    await expect(appendTransition(place.ports, { ...change, vouched: null })).rejects.toThrow(InputInvalid)
    await expect(vouchForLogKey(place.ports, { number: 2, at })).rejects.toThrow(KeyUnsafe)
    expect(place.state.reservations.size).toBe(0)
    await appendTransition(place.ports, { ...change, vouched: { old, next } })
    expect(await vouchForLogKey(place.ports, { number: 1, at })).toEqual({ vouched: null })
  })

  it('that was reserved when the attestation key is changed is signed anew by that, and says the same', async () => {
    let isDown = true
    const place = deployment((ledger) => ({
      ...ledger,
      append: (...args) => (isDown ? Promise.reject(new Outage('append')) : ledger.append(...args)),
    }))
    await expect(place.rotate('log')).rejects.toThrow(Outage)
    isDown = false
    await place.rotate('attestation')
    expect((await place.rotate('log')).seq).toBe(1)
    await place.judge()
  })

  it('is signed anew once more where the attestation key is changed again meanwhile, and logged once', async () => {
    let [isDown, isChanging] = [true, true]
    const place = deployment(
      (ledger) => ({
        ...ledger,
        append: (...args) => (isDown ? Promise.reject(new Outage('append')) : ledger.append(...args)),
        async renew(...args) {
          if (!isChanging) return ledger.renew(...args)
          isChanging = false
          await place.rotate('attestation', 2)
          // Somebody else has the newer key sign it, and is stopped.
          isDown = true
          await expect(place.rotate('log')).rejects.toThrow(Outage)
          isDown = false
          return ledger.renew(...args)
        },
      }),
      3,
    )
    await expect(place.rotate('log')).rejects.toThrow(Outage)
    isDown = false
    await place.rotate('attestation')
    expect((await place.rotate('log')).seq).toBe(2)
    expect(phasesOf(place)).toHaveLength(3)
    await place.judge()
  })

  it('is not logged where the ledger keeps another envelope than was signed anew', async () => {
    let isDown = true
    const place = deployment((ledger) => ({
      ...ledger,
      append: (...args) => (isDown ? Promise.reject(new Outage('append')) : ledger.append(...args)),
      renew: async (identity) => (await ledger.find(identity))!,
    }))
    await expect(place.rotate('log')).rejects.toThrow(Outage)
    isDown = false
    await place.rotate('attestation')
    await expect(place.rotate('log')).rejects.toThrow('expected the attestation key to hold still')
    expect(phasesOf(place)).toHaveLength(1)
  })

  it('that a stranger reserved is not signed anew', async () => {
    const place = deployment()
    await place.rotate('attestation')
    const { vouched } = await vouchForLogKey(place.ports, { number: 1, at })
    const strange = deployment()
    strange.keys.log = place.keys.log
    strange.keys.attestation[0] = memoryAttestationSigner()
    const { vouched: said } = await vouchForLogKey(strange.ports, { number: 1, at })
    await appendTransition(strange.ports, { key: 'log', number: 1, at, vouched: said })
    const { seq: _, ...reserved } = (await strange.ports.ledger.find(identityOfTransition('log', 1)))!
    place.state.reservations.set(reserved.identity, reserved)
    await expect(appendTransition(place.ports, { key: 'log', number: 1, at, vouched })).rejects.toThrow(
      EvidenceConflict,
    )
    expect(place.state.entries).toHaveLength(1)
  })
})

describe('taking a key out of use', () => {
  for (const key of kinds)
    it(`is refused while it is in force, and until its change is anchored (${key})`, async () => {
      const place = deployment()
      const retire = () => retireKey(place.ports, { key, number: 1 })
      await expect(retire()).rejects.toThrow('expected one that gave its duty to another')
      await place.attest('run-0')
      await signCheckpoint(place.ports)
      const vouched = key === 'log' ? (await vouchForLogKey(place.ports, { number: 1, at })).vouched : null
      await appendTransition(place.ports, { key, number: 1, at, vouched })
      await expect(retire()).rejects.toThrow('expected an anchored checkpoint of the change')
      expect(place.retired.size).toBe(0)
      const { note } = await signCheckpoint(place.ports)
      place.anchored.set(2, note.replace(/^— .*$/m, '— x eHh4eA=='))
      await expect(retire()).rejects.toThrow()
      place.anchored.set(2, note)
      expect(await retire()).toEqual({ retired: 'disabled' })
      await expect(retireKey(place.ports, { key, number: 2 })).rejects.toThrow(KeyUnsafe)
      expect([...place.retired]).toEqual([`${key} 1`])
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
          await place.rotate(kind)
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

  it('by others at the same time, and changes of both keys, come to one entry each that holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const turn = async <T>(call: () => Promise<T>) => {
          await scheduler.schedule(Promise.resolve(), 'request')
          return call()
        }
        const place = deployment((ledger) => ({
          ...ledger,
          find: (...args) => turn(() => ledger.find(...args)),
          head: () => turn(() => ledger.head()),
          reserve: (...args) => turn(() => ledger.reserve(...args)),
          renew: (...args) => turn(() => ledger.renew(...args)),
          append: (...args) => turn(() => ledger.append(...args)),
        }))
        const runs = ['run-0', 'run-1', 'run-2']
        await scheduler.waitFor(
          Promise.all([...runs.map(place.attest), ...kinds.map((kind) => place.rotate(kind).catch(onlyRetired))]),
        )
        await scheduler.waitFor(Promise.all(kinds.map((kind) => place.rotate(kind))))
        expect(phasesOf(place).toSorted()).toEqual(['key-transition', 'key-transition', 'scope', 'scope', 'scope'])
        expect((await place.judge()).size).toBe(5)
      }),
      { numRuns: 12 },
    )
  })
})

/** Of two changes at once, one may find that the other moved what it goes by, and is repeated. Nothing else may stop it. */
function onlyRetired(error: unknown): void {
  expect(error).toSatisfy((each) => each instanceof KeyUnsafe || each instanceof CheckpointRefused)
}

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
      const { ports, anchored, state } = await tampered(change, 'none')
      await expect(signCheckpoint(ports)).rejects.toThrow(CheckpointRefused)
      // Nor as an entry like others, of which the ledger does not tell as a transition.
      state.reservations.delete(state.entries[1]!.identity)
      await expect(signCheckpoint(ports)).rejects.toThrow('entry 1: the envelope does not hold')
      expect(anchored.size).toBe(0)
    })

  it('refuses another transition in the log than the ledger tells of, although all keys of it signed it', async () => {
    const { ports, state, keys, anchored } = await tampered((envelope) => envelope, 'none')
    const other = deployment()
    other.keys.attestation[0] = keys.attestation[0]!
    await other.rotate('attestation')
    const { envelope } = other.state.entries[0]!
    state.entries[1] = { ...state.entries[1]!, envelope, leaf: leafHash(envelope) }
    insert(state, [])
    await expect(signCheckpoint(ports)).rejects.toThrow('entry 1: the envelope does not hold')
    expect(anchored.size).toBe(0)
  })

  it('refuses what is no transition in the place of one, as does whoever attests', async () => {
    const place = deployment()
    await place.attest('run-0')
    const identity = identityOfTransition('attestation', 1)
    place.state.reservations.set(identity, { ...place.state.reservations.values().next().value!, identity })
    await expect(signCheckpoint(place.ports)).rejects.toThrow('expected a key transition')
    await expect(place.attest('run-1')).rejects.toThrow('expected a key transition')
    expect(place.state.entries).toHaveLength(1)
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
