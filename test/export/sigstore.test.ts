import { createPublicKey } from 'node:crypto'
import { bundleFromJSON } from '@sigstore/bundle'
import { type TrustMaterial, toSignedEntity, Verifier } from '@sigstore/verify'
import { describe, expect, it } from 'vitest'
import { sampleBundle, sampleKeys, textIn } from '../support/sample-bundle.ts'

/** The verifier of the Sigstore project, which `cosign` and npm share their format with. */

const keys = sampleKeys()
const { files } = sampleBundle(keys)

function verifierWith(publicPem: string): Verifier {
  const material: TrustMaterial = {
    certificateAuthorities: [],
    timestampAuthorities: [],
    tlogs: [],
    ctlogs: [],
    publicKey: () => ({ publicKey: createPublicKey(publicPem), validFor: () => true }),
  }
  return new Verifier(material, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 })
}

const read = (text: string) => toSignedEntity(bundleFromJSON(JSON.parse(text)))
const paths = [...files.keys()].filter((path) => path.endsWith('.sigstore.json'))

describe('a Sigstore bundle of every attestation', () => {
  it.each(paths)('is accepted by the Sigstore verifier with the attestation key: %s', (path) => {
    expect(() => verifierWith(keys.attestation.publicPem).verify(read(textIn(files, path)))).not.toThrow()
  })

  it('is refused with another key, and with another payload', () => {
    const text = textIn(files, paths[0]!)
    expect(() => verifierWith(sampleKeys().attestation.publicPem).verify(read(text))).toThrow(/signature/)
    const { payload } = JSON.parse(text).dsseEnvelope as { payload: string }
    const other = text.replace(payload, Buffer.from('{}').toString('base64'))
    expect(() => verifierWith(keys.attestation.publicPem).verify(read(other))).toThrow(/signature/)
  })
})
