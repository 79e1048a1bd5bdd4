import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { formatEnvelope, parseEnvelope, verifyEnvelope } from '../../lib/attestation/envelope.ts'
import { FormatInvalid, ProofInvalid } from '../../lib/errors.ts'
import {
  formatCheckpoint,
  formatCheckpointText,
  joinSignature,
  parseCheckpoint,
  verifyCheckpoint,
} from '../../lib/log/checkpoint.ts'
import { inclusionProof, leafHash, rootAt, treeOf } from '../../lib/log/merkle.ts'
import { formatTlogProof, parseTlogProof, verifyTlogProof } from '../../lib/log/tlog-proof.ts'
import { formatPolicy, formatVkey, parseVkey } from '../../lib/log/vkey.ts'

const bytesOf = (name: string) => new Uint8Array(readFileSync(`${import.meta.dirname}/../vectors/log-sample/${name}`))
const textOf = (name: string) => Buffer.from(bytesOf(name)).toString()

const key = { origin: 'example.com/deletion-log/2026', publicKeyPem: textOf('keys/log-ed25519.pub.pem') }
const attestationKey = textOf('keys/attestation-p256.pub.pem')
const note = textOf('checkpoint')
const vkey = textOf('keys/log.vkey').trimEnd()
const entries = [0, 1, 2, 3, 4].map((index) => ({
  index,
  envelope: bytesOf(`attestations/${index}.dsse.json`),
  proof: textOf(`attestations/${index}.dsse.json.tlog-proof`),
}))
const tree = treeOf(entries.map(({ envelope }) => leafHash(envelope)))

/** The text with each of its bits flipped, one at a time. */
function* flips(text: string | Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < Buffer.from(text).length * 8; bit += 1) {
    const bytes = new Uint8Array(Buffer.from(text))
    bytes[bit >> 3]! ^= 1 << (bit & 7)
    yield bytes
  }
}

const refusal = (call: () => unknown) => {
  try {
    call()
    return 'accepted'
  } catch (error) {
    return error instanceof FormatInvalid || error instanceof ProofInvalid ? 'refused' : error
  }
}

describe('what other people wrote and their verifiers accept', () => {
  it('envelopes are verified and written again byte for byte', () => {
    for (const { envelope } of entries) {
      expect(verifyEnvelope(envelope, attestationKey)).toEqual(parseEnvelope(envelope))
      expect(formatEnvelope(parseEnvelope(envelope))).toEqual(envelope)
    }
  })

  it('checkpoints are verified and written again, also with a signature by an algorithm that we do not know', () => {
    const { size, root, signatures } = verifyCheckpoint(note, key)
    expect(size).toBe(5)
    expect(root).toEqual(rootAt(tree))
    const pq = textOf('checkpoint.pq')
    expect(verifyCheckpoint(pq, key).signatures).toHaveLength(2)
    for (const each of [note, pq]) expect(formatCheckpoint(parseCheckpoint(each))).toBe(each)
    const text = formatCheckpointText({ origin: key.origin, size, root })
    expect(joinSignature(text, key, signatures[0]!.signature)).toBe(note)
  })

  it('the proof of every entry is verified, and made again from the envelopes', () => {
    for (const { index, envelope, proof } of entries) {
      expect(verifyTlogProof(proof, envelope, key).index).toBe(index)
      expect(formatTlogProof(parseTlogProof(proof))).toBe(proof)
      expect(formatTlogProof({ index, hashes: inclusionProof(tree, index), checkpoint: note })).toBe(proof)
    }
  })

  it('the proof of one entry does not hold for another', () => {
    for (const { proof, index } of entries)
      for (const { envelope } of entries.toSpliced(index, 1))
        expect(() => verifyTlogProof(proof, envelope, key)).toThrow(ProofInvalid)
  })

  it('the vkey and the policy come out of the public key', () => {
    expect(formatVkey(key.origin, key.publicKeyPem)).toBe(vkey)
    expect(parseVkey(vkey)).toEqual({ name: key.origin, publicKeyPem: key.publicKeyPem })
    expect(formatPolicy(vkey)).toBe(textOf('tlog-policy'))
    expect(() => parseVkey(textOf('keys/log-pq.vkey').trimEnd())).toThrow(FormatInvalid)
  })
})

describe('any bit that is flipped is noticed', () => {
  const cases: { name: string; text: string | Uint8Array; read: (bytes: Uint8Array) => unknown }[] = [
    { name: 'checkpoint', text: note, read: (bytes) => verifyCheckpoint(Buffer.from(bytes).toString(), key) },
    { name: 'envelope', text: entries[1]!.envelope, read: (bytes) => verifyEnvelope(bytes, attestationKey) },
    {
      name: 'proof',
      text: entries[2]!.proof,
      read: (bytes) => verifyTlogProof(Buffer.from(bytes).toString(), entries[2]!.envelope, key),
    },
    {
      name: 'entry under a proof',
      text: entries[2]!.envelope,
      read: (bytes) => verifyTlogProof(entries[2]!.proof, bytes, key),
    },
    { name: 'vkey', text: vkey, read: (bytes) => parseVkey(Buffer.from(bytes).toString()) },
  ]
  for (const { name, text, read } of cases)
    it(`in the ${name}`, () => {
      read(new Uint8Array(Buffer.from(text)))
      const results = new Set<unknown>()
      for (const flipped of flips(text)) results.add(refusal(() => read(flipped)))
      expect([...results]).toEqual(['refused'])
    })
})
