import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { signEnvelope } from '../../lib/attestation/envelope.ts'
import { formatStatement, identityOfStatement, type Statement } from '../../lib/attestation/statement.ts'
import { CheckpointRefused } from '../../lib/errors.ts'
import { formatCheckpointText, joinSignature, verifyCheckpoint } from '../../lib/log/checkpoint.ts'
import { appendLeaves, emptyHead, leafHash } from '../../lib/log/merkle.ts'
import { originOf } from '../../lib/log/origin.ts'
import { appendAttestation } from '../../lib/pipeline/log/append-attestation.ts'
import { signCheckpoint } from '../../lib/pipeline/sign-checkpoint.ts'
import type { LogEntry, Signer } from '../../lib/ports.ts'
import {
  emptyLedgerState,
  type Fault,
  type LedgerState,
  memoryAnchor,
  memoryLedger,
  Outage,
  withFaults,
} from '../support/memory-ledger.ts'
import { memoryAttestationSigner, memoryLogSigner, onlyKey } from '../support/memory-signers.ts'
import { requireTool } from '../support/require-tool.ts'
import { scopeStatementOf } from '../support/sample-statements.ts'

const attestationSigner = memoryAttestationSigner()
const logSigner = memoryLogSigner()
const origin = originOf(await logSigner.publicKey())
const key = { origin, publicKeyPem: await logSigner.publicKey() }

/** A log of `size` entries with its checkpoints at `signedAt` anchored. */
async function logOf(size: number, signedAt: readonly number[] = []) {
  const state = emptyLedgerState()
  const anchored = new Map<number, string>()
  const ports = { ledger: memoryLedger(state), logSigner, anchor: memoryAnchor(anchored), attestationSigner }
  const sign = (at: number) => (signedAt.includes(at) ? signCheckpoint(ports) : undefined)
  await sign(0)
  for (let i = 0; i < size; i += 1) {
    await appendAttestation(ports, scopeStatementOf(`run-${i}`))
    await sign(i + 1)
  }
  return { state, anchored, ports }
}

async function entryOf(seq: number, statement: Statement, signer: Signer = attestationSigner): Promise<LogEntry> {
  const envelope = await signEnvelope(signer, formatStatement(statement))
  return { seq, identity: identityOfStatement(statement), leaf: leafHash(envelope), envelope }
}

/** What a writer on the table can do: replace entries and make the head fit them. */
function rewrite(state: LedgerState, entries: LogEntry[]): void {
  state.entries = entries
  state.head = appendLeaves(
    emptyHead,
    entries.map(({ leaf }) => leaf),
  )
}

async function noteOf(size: number, root: Uint8Array, signer: Signer = logSigner, name = origin): Promise<string> {
  const text = formatCheckpointText({ origin: name, size, root })
  const by = { origin: name, publicKeyPem: await signer.publicKey() }
  return joinSignature(text, by, await signer.sign(Buffer.from(text)))
}

describe('signing a checkpoint', () => {
  it('covers every entry, and is stored and anchored', async () => {
    const { state, anchored, ports } = await logOf(5, [2])
    const { size, note } = await signCheckpoint(ports)
    expect(size).toBe(5)
    expect(verifyCheckpoint(note, key).root).toEqual(state.head.root)
    expect([state.checkpoints.get(5), anchored.get(5)]).toEqual([note, note])
  })

  it('covers an empty log, and one that is longer than what is added at once', async () => {
    const empty = await logOf(0)
    expect((await signCheckpoint(empty.ports)).size).toBe(0)
    const long = await logOf(1030, [1025])
    expect((await signCheckpoint(long.ports)).size).toBe(1030)
  })

  it('gives the same checkpoint for an unchanged log, without a second signature', async () => {
    const { ports, anchored } = await logOf(3, [3])
    const unable = onlyKey({ publicKey: logSigner.publicKey, sign: () => Promise.reject(new Error('signed again')) })
    expect(await signCheckpoint({ ...ports, logSigner: unable })).toEqual({
      size: 3,
      note: anchored.get(3),
    })
    expect([...anchored.keys()]).toEqual([0, 3])
  })

  it('puts back into the ledger what only the anchor has kept', async () => {
    const { ports, state, anchored } = await logOf(3, [3])
    state.checkpoints.clear()
    await signCheckpoint(ports)
    expect([...state.checkpoints]).toEqual([[3, anchored.get(3)]])
  })

  const calls = ['latest', 'checkpoints', 'head', 'entries', 'addCheckpoint', 'add']
  const faults: Fault[] = ['request-lost', 'reply-lost']
  for (const [call, signedAt] of calls.flatMap((each) => [[each, [2]] as const, [each, []] as const]))
    for (const fault of faults)
      it(`gives the same checkpoint after a crash at ${call} (${fault}), signed before at ${signedAt}, and another attempt`, async () => {
        const { ports, state, anchored } = await logOf(4, signedAt)
        const plan: Fault[] = [fault]
        const next = (name: string) => (name === call ? (plan.shift() ?? 'none') : 'none')
        const broken = { ...ports, ledger: withFaults(ports.ledger, next), anchor: withFaults(ports.anchor, next) }
        await expect(signCheckpoint(broken)).rejects.toThrow(Outage)
        const { note } = await signCheckpoint(broken)
        expect(note).toBe(await noteOf(4, state.head.root))
        expect([...state.checkpoints.keys()]).toEqual([...signedAt, 4])
        expect(anchored).toEqual(new Map([[0, await noteOf(0, emptyHead.root)], ...state.checkpoints]))
      })

  it('anchors a larger one when the log grew after a crash between storing and anchoring', async () => {
    const { ports, state, anchored } = await logOf(2, [1])
    const broken = { ...ports, anchor: withFaults(ports.anchor, (name) => (name === 'add' ? 'request-lost' : 'none')) }
    await expect(signCheckpoint(broken)).rejects.toThrow(Outage)
    await appendAttestation(ports, scopeStatementOf('run-2'))
    expect((await signCheckpoint(ports)).size).toBe(3)
    expect([...anchored.keys()]).toEqual([0, 1, 3])
    expect([...state.checkpoints.keys()]).toEqual([1, 2, 3])
  })
})

describe('no checkpoint is signed', () => {
  type Log = Awaited<ReturnType<typeof logOf>>
  const attacks: { name: string; says: string; tamper: (log: Log) => unknown }[] = [
    {
      name: 'over a head that is not that of the entries',
      says: 'root',
      tamper: ({ state }) => {
        state.head = { ...appendLeaves(emptyHead, [leafHash(Buffer.from('x'))]), size: 6 }
      },
    },
    { name: 'over a missing last entry', says: 'gap', tamper: ({ state }) => state.entries.pop() },
    { name: 'over a missing entry', says: 'gap', tamper: ({ state }) => state.entries.splice(3, 1) },
    { name: 'over an entry twice', says: 'gap', tamper: ({ state }) => state.entries.splice(3, 1, state.entries[2]!) },
    {
      name: 'over entries that changed places',
      says: 'gap',
      tamper: ({ state }) => state.entries.splice(4, 2, state.entries[5]!, state.entries[4]!),
    },
    {
      name: 'over a leaf that is not that of its envelope',
      says: 'leaf',
      tamper: ({ state }) =>
        rewrite(state, state.entries.with(5, { ...state.entries[5]!, leaf: leafHash(Buffer.from('x')) })),
    },
    {
      name: 'over a new envelope by another key',
      says: 'envelope',
      tamper: async ({ state }) =>
        rewrite(state, [...state.entries, await entryOf(6, scopeStatementOf('run-6'), memoryAttestationSigner())]),
    },
    {
      name: 'over an envelope by another key that is the first after the anchored ones',
      says: 'envelope',
      tamper: async ({ state }) =>
        rewrite(state, state.entries.with(4, await entryOf(4, scopeStatementOf('run-4'), memoryAttestationSigner()))),
    },
    {
      name: 'over a new envelope that is none',
      says: 'envelope',
      tamper: ({ state }) => {
        const envelope = Buffer.from('{}')
        rewrite(state, [...state.entries, { seq: 6, identity: 'x', leaf: leafHash(envelope), envelope }])
      },
    },
    {
      name: 'over an envelope whose statement nobody could read',
      says: 'envelope',
      tamper: async ({ state }) => {
        const envelope = await signEnvelope(attestationSigner, Buffer.from('{"verified":true}'))
        rewrite(state, [...state.entries, { seq: 6, identity: 'x', leaf: leafHash(envelope), envelope }])
      },
    },
    {
      name: 'over a second attestation of what was attested already',
      says: 'already',
      tamper: async ({ state }) => rewrite(state, [...state.entries, await entryOf(6, scopeStatementOf('run-1'))]),
    },
    {
      name: 'over an identity that is not that of its envelope',
      says: 'identity is not that',
      tamper: async ({ state }) =>
        rewrite(state, [
          ...state.entries,
          { ...(await entryOf(6, scopeStatementOf('run-6'))), identity: 'f'.repeat(64) },
        ]),
    },
    {
      name: 'over a log that was rolled back',
      says: 'rollback',
      tamper: ({ state }) => rewrite(state, state.entries.slice(0, 3)),
    },
    {
      name: 'over a log whose checkpoints were rolled back with it',
      says: 'rollback',
      tamper: ({ state }) => {
        rewrite(state, state.entries.slice(0, 3))
        state.checkpoints.clear()
      },
    },
    {
      name: 'over a log in which an old entry was replaced by one that is signed as well',
      says: 'fork',
      tamper: async ({ state }) => rewrite(state, state.entries.with(1, await entryOf(1, scopeStatementOf('run-9')))),
    },
    {
      name: 'over a log of the same size as the anchored one with another last entry',
      says: 'fork',
      tamper: async ({ state }) =>
        rewrite(state, [...state.entries.slice(0, 3), await entryOf(3, scopeStatementOf('run-9'))]),
    },
    {
      name: 'over a log that was forked before an entry that was stored and not anchored',
      says: 'fork',
      tamper: async ({ state, ports }) => {
        const broken = {
          ...ports,
          anchor: withFaults(ports.anchor, (call) => (call === 'add' ? 'request-lost' : 'none')),
        }
        await expect(signCheckpoint(broken)).rejects.toThrow(Outage)
        rewrite(state, state.entries.with(5, await entryOf(5, scopeStatementOf('run-9'))))
      },
    },
    {
      name: 'beside an anchored checkpoint by another key',
      says: 'anchor',
      tamper: async ({ state, anchored }) => anchored.set(5, await noteOf(5, state.head.root, memoryLogSigner())),
    },
    {
      name: 'beside an anchored checkpoint of another log',
      says: 'anchor',
      tamper: async ({ state, anchored }) =>
        anchored.set(5, await noteOf(5, state.head.root, logSigner, 'example.com/x')),
    },
    {
      name: 'beside an anchored text that is no checkpoint',
      says: 'anchor',
      tamper: ({ anchored }) => anchored.set(5, ''),
    },
    {
      name: 'beside an anchored checkpoint of an empty log with entries in its root',
      says: 'fork',
      tamper: async ({ state, anchored }) => {
        anchored.clear()
        anchored.set(0, await noteOf(0, state.head.root))
      },
    },
    {
      name: 'beside a stored checkpoint that nobody signed',
      says: 'ledger',
      tamper: async ({ state }) => state.checkpoints.set(6, await noteOf(6, state.head.root, memoryLogSigner())),
    },
    {
      name: 'beside a stored checkpoint under another size',
      says: 'ledger',
      tamper: ({ state }) => state.checkpoints.set(6, state.checkpoints.get(4)!),
    },
    {
      name: 'beside an anchor that lost all checkpoints, or is another one',
      says: 'anchor: expected the last checkpoint of a log that has 2, got none',
      tamper: ({ anchored }) => anchored.clear(),
    },
    {
      name: 'beside a stored checkpoint that is larger than the log',
      says: 'rollback',
      tamper: async ({ state }) => state.checkpoints.set(7, await noteOf(7, state.head.root)),
    },
  ]
  for (const { name, says, tamper } of attacks)
    it(name, async () => {
      const log = await logOf(6, [2, 4])
      await tamper(log)
      const before = { stored: new Map(log.state.checkpoints), anchored: new Map(log.anchored) }
      let signatures = 0
      const counting = onlyKey({
        publicKey: logSigner.publicKey,
        sign: (message: Uint8Array) => {
          signatures += 1
          return logSigner.sign(message)
        },
      })
      const error = await signCheckpoint({ ...log.ports, logSigner: counting }).catch((thrown) => thrown)
      expect(error).toBeInstanceOf(CheckpointRefused)
      expect(error.message).toContain(says)
      expect(signatures).toBe(0)
      expect({ stored: log.state.checkpoints, anchored: log.anchored }).toEqual(before)
    })

  it('with a signature that does not verify', async () => {
    const { ports, state } = await logOf(2)
    const broken = onlyKey({ publicKey: logSigner.publicKey, sign: async () => new Uint8Array(64) })
    await expect(signCheckpoint({ ...ports, logSigner: broken })).rejects.toThrow('signature')
    expect(state.checkpoints.size).toBe(0)
  })
})

describe('openssl', () => {
  const run = (directory: string, command: string) =>
    execFileSync('bash', ['-euo', 'pipefail', '-c', command], { cwd: directory, encoding: 'utf8', stdio: 'pipe' })

  it('verifies an envelope and a checkpoint with the commands that auditors are given, and no altered one', async (context) => {
    for (const tool of ['openssl', 'jq']) requireTool(context, tool)
    const { ports, state } = await logOf(3)
    const { note } = await signCheckpoint(ports)
    const directory = mkdtempSync(join(tmpdir(), 'odv-'))
    const put = (name: string, body: string | Uint8Array) => writeFileSync(join(directory, name), body)
    const envelopeCommands = [
      'jq -r .payload A.dsse.json | base64 -d > p.json',
      `{ printf 'DSSEv1 28 application/vnd.in-toto+json %s ' $(stat -c %s p.json); cat p.json; } > pae`,
      `jq -r '.signatures[0].sig' A.dsse.json | base64 -d > s.der`,
      'openssl dgst -sha256 -verify attestation-p256.pub.pem -signature s.der pae',
    ].join('\n')
    const checkpointCommands = [
      `sed '/^$/,$d' checkpoint > b; sed -n 's/^— [^ ]* //p' checkpoint | head -1 | base64 -d | tail -c +5 > s`,
      'openssl pkeyutl -verify -pubin -inkey log-ed25519.pub.pem -rawin -in b -sigfile s',
    ].join('\n')
    try {
      put('attestation-p256.pub.pem', await attestationSigner.publicKey())
      put('log-ed25519.pub.pem', key.publicKeyPem)
      put('A.dsse.json', state.entries[1]!.envelope)
      put('checkpoint', note)
      expect(run(directory, envelopeCommands)).toContain('Verified OK')
      expect(run(directory, checkpointCommands)).toContain('Signature Verified Successfully')

      const signature = /"sig":"[^"]*"/.exec(Buffer.from(state.entries[2]!.envelope).toString())![0]
      put(
        'A.dsse.json',
        Buffer.from(state.entries[1]!.envelope)
          .toString()
          .replace(/"sig":"[^"]*"/, signature),
      )
      put('checkpoint', note.replace('\n3\n', '\n4\n'))
      expect(() => run(directory, envelopeCommands)).toThrow()
      expect(() => run(directory, checkpointCommands)).toThrow()
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
