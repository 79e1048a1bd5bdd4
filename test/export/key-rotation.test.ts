import { hash } from 'node:crypto'
import { bundleFromJSON } from '@sigstore/bundle'
import { describe, expect, it } from 'vitest'
import { attestationKeyFingerprint } from '../../lib/export/key-fingerprint.ts'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import { refusalOf } from '../support/refusal-of.ts'
import {
  first,
  foreignRotated,
  forkedFiles,
  longRotated,
  rotatedFiles,
  rotatedLog,
  second,
  strangers,
  tamperedRotations,
} from '../support/rotated-bundles.ts'
import { failedRun, pinsOf, sampleBundle, sampleLog, textIn } from '../support/sample-bundle.ts'

describe('a bundle over which keys were changed', () => {
  const pinned = [
    { name: 'the old keys', pins: pinsOf(first) },
    { name: 'the new keys', pins: pinsOf(second) },
    { name: 'the old attestation key and the new log key', pins: [first.attestation.publicPem, second.log.publicPem] },
    { name: 'the new attestation key and the old log key', pins: [second.attestation.publicPem, first.log.publicPem] },
    { name: 'all of them', pins: [...pinsOf(first), ...pinsOf(second)] },
  ]
  it.each(pinned)('holds for a reader who knows $name', ({ pins }) => {
    expect(verifyBundle(rotatedFiles, { pinnedKeys: pins })).toMatchObject({ pinned: true, entries: 5, size: 5 })
    expect(verifyBundle(longRotated(), { pinnedKeys: pins }).runs).toHaveLength(3)
  })

  it.each([
    { name: 'only keys of others', pins: pinsOf(strangers) },
    { name: 'only the old attestation key', pins: [first.attestation.publicPem] },
    { name: 'only the new log key', pins: [second.log.publicPem] },
  ])('is refused for a reader who knows $name', ({ pins }) => {
    expect(refusalOf(() => verifyBundle(rotatedFiles, { pinnedKeys: pins }))).toBe('keys')
  })

  it('that goes from a retired key to one of a stranger is refused for a reader who knows which key followed', () => {
    // Somebody got hold of the retired keys of both kinds, and vouches with them for keys of their own.
    expect(verifyBundle(forkedFiles, { pinnedKeys: pinsOf(first) }).pinned).toBe(true)
    for (const pins of [
      [...pinsOf(first), ...pinsOf(second)],
      [...pinsOf(first), second.log.publicPem],
      [...pinsOf(first), second.attestation.publicPem],
      pinsOf(second),
    ])
      expect(refusalOf(() => verifyBundle(forkedFiles, { pinnedKeys: pins }))).toBe('keys')
  })

  it('of somebody else is refused although its keys lead to each other', () => {
    expect(verifyBundle(foreignRotated).pinned).toBe(false)
    expect(refusalOf(() => verifyBundle(foreignRotated, { pinnedKeys: pinsOf(first) }))).toBe('keys')
  })

  it('says which keys it is about, and until which entry the old ones counted', () => {
    const prints = verifyBundle(rotatedFiles).fingerprints.map(({ name, until }) => [name, until])
    expect(prints).toEqual([
      ['attestation', undefined],
      ['log', undefined],
      ['attestation', 1],
      ['log', 3],
    ])
    for (const { attestation } of [first, second]) {
      const { openssh } = attestationKeyFingerprint(attestation.publicPem)
      expect(textIn(rotatedFiles, 'report.html')).toContain(openssh)
      expect(textIn(rotatedFiles, 'VERIFY.md')).toContain(openssh)
    }
    expect(textIn(rotatedFiles, 'custody.csv')).toMatch(/^1,2026-11-24T08:00:00.000Z,,,,key-transition,/m)
  })

  it('continues every checkpoint that a reader kept, of either key', () => {
    for (const { note, size } of rotatedLog.checkpoints)
      expect(verifyBundle(rotatedFiles, { pinnedKeys: pinsOf(first), since: note }).since).toEqual({ size })
  })

  it('gives every entry to the verifiers of others with the key that signed it', () => {
    const hints = [0, 1, 2, 3, 4].map((seq) => {
      const { verificationMaterial, dsseEnvelope } = JSON.parse(
        textIn(rotatedFiles, `attestations/00000${seq}.sigstore.json`),
      )
      bundleFromJSON({ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', verificationMaterial, dsseEnvelope })
      expect(dsseEnvelope.signatures).toHaveLength(1)
      return verificationMaterial.publicKey.hint
    })
    const [old, next] = [first, second].map(
      ({ attestation }) => attestationKeyFingerprint(attestation.publicPem).openssh,
    )
    expect(hints).toEqual([old, old, next, next, next])
  })

  it.each(tamperedRotations)('is refused by $check: $name', ({ tampered, check }) => {
    expect(refusalOf(() => verifyBundle(tampered()))).toBe(check)
    expect(refusalOf(() => verifyBundle(tampered(), { pinnedKeys: [...pinsOf(first), ...pinsOf(second)] }))).toBe(check)
  })
})

describe('a change of a key', () => {
  it('is refused with another document', () => {
    const log = sampleLog(first)
    failedRun(log, 'run-0')
    const document = Buffer.from('{}\n')
    const digest = { sha256: hash('sha256', document, 'hex') }
    log.rotate('attestation', second.attestation, {
      change: (statement) => ({ ...statement, subject: [{ ...statement.subject[0]!, digest }] }),
    })
    log.entries.push({ ...log.entries.pop()!, document })
    log.checkpoint()
    expect(refusalOf(() => verifyBundle(log.bundle()))).toBe('document')
  })

  it('alone, without a run, is no bundle', () => {
    const log = sampleLog(first)
    log.rotate('attestation', second.attestation)
    log.checkpoint()
    expect(refusalOf(() => verifyBundle(log.bundle()))).toBe('sequence')
  })
})

describe('a bundle from before a change', () => {
  it('holds for a reader who has its keys, and not for one who only knows the new ones', () => {
    const { files } = sampleBundle(first)
    expect(verifyBundle(files, { pinnedKeys: [...pinsOf(second), ...pinsOf(first)] }).pinned).toBe(true)
    expect(refusalOf(() => verifyBundle(files, { pinnedKeys: pinsOf(second) }))).toBe('keys')
  })
})
