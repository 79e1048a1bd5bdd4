import { spawnSync } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleFromJSON } from '@sigstore/bundle'
import { type TrustMaterial, toSignedEntity, Verifier } from '@sigstore/verify'
import { describe, expect, it } from 'vitest'
import { sampleBundle, sampleKeys, textIn } from '../support/sample-bundle.ts'
import { writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

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

/** Asked where it is there (`ODV_COSIGN` or on the PATH): it takes six minutes to build, and no registry has it built, so CI does without. */
const cosign = process.env.ODV_COSIGN ?? 'cosign'
const isThere = !spawnSync(cosign, ['version'], { stdio: 'ignore' }).error

describe.skipIf(!isThere)(isThere ? 'cosign' : 'cosign (skipped: it is not on this machine)', () => {
  const place = scratchDirectory()
  const key = 'keys/attestation-p256.pub.pem'
  const documentOf = (path: string) =>
    ['document.json', 'store-report.json']
      .map((name) => path.replace('sigstore.json', name))
      .find((each) => files.has(each))!
  const typeOf = (path: string) => {
    const { payload } = JSON.parse(textIn(files, path)).dsseEnvelope as { payload: string }
    return (JSON.parse(Buffer.from(payload, 'base64').toString()) as { predicateType: string }).predicateType
  }
  const verify = (path: string, document: string, pem = key) =>
    spawnSync(
      cosign,
      [
        'verify-blob-attestation',
        '--key',
        pem,
        '--bundle',
        path,
        '--type',
        typeOf(path),
        '--insecure-ignore-tlog',
        document,
      ],
      { cwd: place, encoding: 'utf8' },
    )

  it('accepts every attestation with the key and its document', () => {
    writeFiles(place, Object.fromEntries(files))
    const withDocument = paths.filter(documentOf)
    expect(withDocument.length).toBeGreaterThan(3)
    for (const path of withDocument) {
      const { status, stderr } = verify(path, documentOf(path))
      expect([path, status, stderr]).toEqual([path, 0, expect.stringContaining('Verified OK')])
    }
  })

  it('refuses another document, and another key', () => {
    writeFiles(place, Object.fromEntries(files))
    writeFileSync(join(place, 'other.pem'), sampleKeys().attestation.publicPem)
    const [one, other] = paths.filter(documentOf) as [string, string]
    expect(verify(one, documentOf(other)).status).not.toBe(0)
    expect(verify(one, documentOf(one), 'other.pem').status).not.toBe(0)
  })
})
