import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatInvalid, ProofInvalid } from '../../lib/errors.ts'
import {
  formatCheckpoint,
  formatCheckpointText,
  joinSignature,
  parseCheckpoint,
  verifyCheckpoint,
} from '../../lib/log/checkpoint.ts'
import { formatConsistencyProof, parseConsistencyProof } from '../../lib/log/consistency-proof.ts'
import { formatTlogProof, parseTlogProof } from '../../lib/log/tlog-proof.ts'
import { keyIdOf } from '../../lib/log/vkey.ts'
import { memoryAttestationSigner, memoryLogSigner } from '../support/memory-signers.ts'

const signer = memoryLogSigner()
const key = { origin: 'example.com/log', publicKeyPem: await signer.publicKey() }
const text = formatCheckpointText({ origin: key.origin, size: 12, root: new Uint8Array(32).fill(7) })
const note = joinSignature(text, key, await signer.sign(Buffer.from(text)))
const signature = note.split('\n').at(-2)!
const root = text.split('\n')[2]!

const anyHash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const anyHashes = fc.array(anyHash, { maxLength: 64 })
const anySize = fc.maxSafeNat()

describe('a checkpoint', () => {
  const malformed = [
    { name: 'nothing', note: '' },
    { name: 'no signature', note: `${text}\n` },
    { name: 'no empty line', note: note.replace('\n\n', '\n') },
    { name: 'two empty lines', note: note.replace('\n\n', '\n\n\n') },
    { name: 'an extension line', note: note.replace('\n\n', '\nextension\n\n') },
    { name: 'no newline at its end', note: note.trimEnd() },
    { name: 'something after its end', note: `${note}\n` },
    { name: 'carriage returns', note: note.replaceAll('\n', '\r\n') },
    { name: 'a size with a leading zero', note: note.replace('\n12\n', '\n012\n') },
    { name: 'a negative size', note: note.replace('\n12\n', '\n-12\n') },
    { name: 'a fractional size', note: note.replace('\n12\n', '\n12.0\n') },
    { name: 'a size that is no exact number', note: note.replace('\n12\n', '\n9007199254740993\n') },
    { name: 'a short root', note: note.replace(root, Buffer.alloc(31).toString('base64')) },
    { name: 'a root in URL-safe base64', note: note.replace(root, Buffer.alloc(32, 255).toString('base64url')) },
    { name: 'a root without padding', note: note.replace(root, root.replace('=', '')) },
    { name: 'an origin with a space', note: note.replace('example.com/log\n', 'example.com /log\n') },
    { name: 'an origin with a plus', note: note.replace('example.com/log\n', 'example.com+log\n') },
    { name: 'a hyphen for the dash', note: note.replace('—', '-') },
    { name: 'a signature of a key id alone', note: note.replace(signature, '— example.com/log AAAAAA==') },
    { name: 'a plus in the name of a key', note: `${note}— wit+ness AAAAAQA=\n` },
    { name: 'the same signature twice', note: `${note}${signature}\n` },
    { name: 'a lone surrogate', note: note.replace('example.com/log\n', 'example.com/\ud800\n') },
    { name: 'more than sixteen signatures', note: note + '— other AAAAAQA=\n'.repeat(16) },
  ]
  for (const { name, note: bad } of malformed)
    it(`is refused with ${name}`, () => expect(() => parseCheckpoint(bad)).toThrow(FormatInvalid))

  it('reads as it was written', () => {
    fc.assert(
      fc.property(anySize, anyHash, fc.uint8Array({ minLength: 1 }), (size, bytes, anySignature) => {
        const checkpoint = { origin: 'a/b', size, root: bytes }
        const written = joinSignature(formatCheckpointText(checkpoint), { ...key, origin: 'a/b' }, anySignature)
        expect(formatCheckpoint(parseCheckpoint(written))).toBe(written)
        expect(parseCheckpoint(written)).toMatchObject(checkpoint)
      }),
    )
  })

  it('is believed with a signature by a witness beside that of the log, in any order', () => {
    const witness = '— witness.example/w AAAAAQAAAAAA\n'
    expect(verifyCheckpoint(note + witness, key).size).toBe(12)
    expect(verifyCheckpoint(note.replace('\n\n', `\n\n${witness}`), key).size).toBe(12)
  })

  it('is not believed for another log, by another key, or without the signature of its own', async () => {
    const stranger = memoryLogSigner()
    const forged = joinSignature(text, key, await stranger.sign(Buffer.from(text)))
    const foreign = { origin: key.origin, publicKeyPem: await stranger.publicKey() }
    expect(() => verifyCheckpoint(note, { ...key, origin: 'example.com/other' })).toThrow(ProofInvalid)
    expect(() => verifyCheckpoint(note, foreign)).toThrow(ProofInvalid)
    const renamed = text.replace(key.origin, 'example.com/other')
    const itself = joinSignature(renamed, key, await signer.sign(Buffer.from(renamed)))
    expect(() => verifyCheckpoint(itself, key)).toThrow(ProofInvalid)
    expect(() => verifyCheckpoint(forged, key)).toThrow(ProofInvalid)
    expect(() => verifyCheckpoint(forged, foreign)).toThrow(ProofInvalid)
    expect(() => verifyCheckpoint(note.replace(signature, '— witness AAAAAQA='), key)).toThrow(ProofInvalid)
    // As a witness signs what another log says.
    const other = formatCheckpointText({ origin: 'example.com/other', size: 12, root: new Uint8Array(32).fill(7) })
    const witnessed = joinSignature(other, key, await signer.sign(Buffer.from(other)))
    expect(() => verifyCheckpoint(witnessed, key)).toThrow(ProofInvalid)
  })

  it('is not believed when another key stole the name and key id', async () => {
    const stranger = memoryLogSigner()
    const stolen = Buffer.concat([keyIdOf(key.origin, key.publicKeyPem), await stranger.sign(Buffer.from(text))])
    const forged = `${text}\n— ${key.origin} ${stolen.toString('base64')}\n`
    expect(() => verifyCheckpoint(forged, key)).toThrow(ProofInvalid)
  })

  it('needs an Ed25519 key', async () => {
    const publicKeyPem = await memoryAttestationSigner().publicKey()
    expect(() => verifyCheckpoint(note, { ...key, publicKeyPem })).toThrow(FormatInvalid)
    expect(() => verifyCheckpoint(note, { ...key, publicKeyPem: 'no key' })).toThrow(FormatInvalid)
  })

  it('is not written with what could not be read again', () => {
    const good = { origin: 'a/b', size: 1, root: new Uint8Array(32) }
    for (const bad of [
      { ...good, origin: '' },
      { ...good, origin: 'a\n999' },
      { ...good, origin: 'a\u0085b' },
      { ...good, origin: 'a\u2003b' },
      { ...good, size: -1 },
      { ...good, size: 1.5 },
      { ...good, size: Number.NaN },
      { ...good, root: new Uint8Array(31) },
    ])
      expect(() => formatCheckpointText(bad)).toThrow(FormatInvalid)
  })
})

describe('an inclusion proof file', () => {
  it('reads as it was written', () => {
    fc.assert(
      fc.property(anySize, anyHashes, (index, hashes) => {
        const proof = { index, hashes, checkpoint: note }
        expect(parseTlogProof(formatTlogProof(proof))).toEqual(proof)
      }),
    )
  })

  const good = formatTlogProof({ index: 3, hashes: [new Uint8Array(32)], checkpoint: note })
  const malformed = [
    { name: 'another version', text: good.replace('@v1', '@v2') },
    { name: 'extra data', text: good.replace('index', 'extra AAAA\nindex') },
    { name: 'an index with a leading zero', text: good.replace('index 3', 'index 03') },
    { name: 'an index that is no exact number', text: good.replace('index 3', 'index 9007199254740993') },
    { name: 'a short hash', text: good.replace(Buffer.alloc(32).toString('base64'), 'AAAA') },
    { name: 'a hash that is not base64', text: good.replace(Buffer.alloc(32).toString('base64'), '????') },
    { name: 'a second empty line', text: good.replace('\n\n', '\n\n\n') },
    { name: 'no checkpoint', text: good.slice(0, good.indexOf('\n\n') + 2) },
    { name: 'a bad checkpoint', text: good.trimEnd() },
    { name: 'more hashes than any tree has', text: good.replace('3\n', `3\n${`${root}\n`.repeat(64)}`) },
  ]
  for (const { name, text: bad } of malformed)
    it(`is refused with ${name}`, () => expect(() => parseTlogProof(bad)).toThrow(FormatInvalid))
})

describe('a consistency proof file', () => {
  it('reads as it was written', () => {
    fc.assert(
      fc.property(anySize, anySize, anyHashes, (a, b, hashes) => {
        const proof = { from: Math.min(a, b), to: Math.max(a, b), hashes }
        expect(parseConsistencyProof(formatConsistencyProof(proof))).toEqual(proof)
      }),
    )
  })

  const good = formatConsistencyProof({ from: 3, to: 5, hashes: [new Uint8Array(32)] })
  const malformed = [
    { name: 'another version', text: good.replace('@v1', '@v2') },
    { name: 'sizes in the wrong order', text: good.replace('from 3', 'from 6') },
    { name: 'a size with a leading zero', text: good.replace('to 5', 'to 05') },
    { name: 'a size that is no exact number', text: good.replace('to 5', 'to 9007199254740993') },
    { name: 'a missing size', text: good.replace('from 3\n', '') },
    { name: 'an empty line', text: `${good}\n` },
    { name: 'no newline at its end', text: good.trimEnd() },
    { name: 'a short hash', text: good.replace(Buffer.alloc(32).toString('base64'), 'AAAA') },
  ]
  for (const { name, text: bad } of malformed)
    it(`is refused with ${name}`, () => expect(() => parseConsistencyProof(bad)).toThrow(FormatInvalid))
})
