import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, type TestContext } from 'vitest'
import { keyFingerprint } from '../../lib/attestation/envelope.ts'
import { fingerprintOf } from '../../lib/attestation/key-chain.ts'
import { second as newKeys, first as oldKeys, rotated } from '../support/rotated-bundles.ts'
import { type Files, sampleBundle, sampleKeys, textIn } from '../support/sample-bundle.ts'
import { readByPython } from '../support/table-readers.ts'

/** Our envelopes and statements, read by the libraries of in-toto and TUF (`securesystemslib`, `in-toto-attestation`), which know nothing of us. */

const keys = sampleKeys()
const { files } = sampleBundle(keys)
const program = readFileSync(join(import.meta.dirname, '../support/verify-envelopes.py'), 'utf8')
const seqs = [...files.keys()].flatMap((path) => /^attestations\/(\d+)\.dsse\.json$/.exec(path)?.[1] ?? [])
const envelopeOf = (given: Files, seq: string) => textIn(given, `attestations/${seq}.dsse.json`)
const documentOf = (given: Files, seq: string) =>
  [...given].find(
    ([path]) => path.startsWith(`attestations/${seq}.`) && /(document|store-report)\.json$/.test(path),
  )![1]

type Given = { envelope: string; document: Uint8Array }

function verify(context: TestContext, pems: Record<string, string>, given: Record<string, Given>, threshold = 1) {
  const of = <T>(pick: (each: Given) => T) =>
    Object.fromEntries(Object.entries(given).map(([name, each]) => [name, pick(each)]))
  const input = {
    keys: pems,
    threshold,
    envelopes: of(({ envelope }) => envelope),
    documents: of(({ document }) => Buffer.from(document).toString('base64')),
  }
  const libraries = 'cryptography, securesystemslib, in_toto_attestation'
  return readByPython(context, libraries, program, Buffer.from(JSON.stringify(input)))
}

const own = { [keyFingerprint(keys.attestation.publicPem)]: keys.attestation.publicPem }

describe('the envelopes of a bundle, read by the libraries of in-toto', () => {
  it('all hold with the attestation key, and no changed one does', (context) => {
    const whole = Object.fromEntries(
      seqs.map((seq) => [seq, { envelope: envelopeOf(files, seq), document: documentOf(files, seq) }]),
    )
    expect(seqs.length).toBeGreaterThan(5)
    const [one, other] = [whole[seqs[0]!]!, whole[seqs[1]!]!]
    const parsed = JSON.parse(one.envelope) as { payload: string; signatures: { sig: string; keyid: string }[] }
    const changed = (change: object) => ({ ...one, envelope: JSON.stringify({ ...parsed, ...change }) })
    const flipped = Buffer.from(parsed.payload, 'base64')
    flipped[flipped.length >> 1]! ^= 1
    const signature = Buffer.from(parsed.signatures[0]!.sig, 'base64')
    signature[signature.length - 1]! ^= 1
    const refused = {
      payload: changed({ payload: flipped.toString('base64') }),
      type: changed({ payloadType: 'application/json' }),
      signature: changed({ signatures: [{ ...parsed.signatures[0], sig: signature.toString('base64') }] }),
      unsigned: changed({ signatures: [] }),
      swapped: changed({ signatures: JSON.parse(other.envelope).signatures }),
      document: { ...one, document: other.document },
    }
    expect(verify(context, own, { ...whole, ...refused })).toEqual({
      ...Object.fromEntries(seqs.map((seq) => [seq, 'holds'])),
      payload: 'VerificationError',
      type: 'VerificationError',
      signature: 'VerificationError',
      unsigned: 'VerificationError',
      swapped: 'VerificationError',
      document: 'another document',
    })
    const stranger = { [keyFingerprint(keys.attestation.publicPem)]: sampleKeys().attestation.publicPem }
    expect(verify(context, stranger, { one })).toEqual({ one: 'VerificationError' })
  })

  it('hold with every key that a transition is about, and not with one fewer', (context) => {
    const changed = rotated().files
    const attestation = { envelope: envelopeOf(changed, '000001'), document: documentOf(changed, '000001') }
    const log = { envelope: envelopeOf(changed, '000003'), document: documentOf(changed, '000003') }
    const pems = (...named: (readonly ['attestation' | 'log', string])[]) =>
      Object.fromEntries(named.map(([kind, pem]) => [fingerprintOf(kind, pem), pem]))
    const newest = ['attestation', newKeys.attestation.publicPem] as const
    const both = pems(['attestation', oldKeys.attestation.publicPem], newest)
    expect(verify(context, both, { attestation }, 2)).toEqual({ attestation: 'holds' })
    const three = pems(newest, ['log', oldKeys.log.publicPem], ['log', newKeys.log.publicPem])
    expect(verify(context, three, { log, attestation }, 3)).toEqual({
      log: 'holds',
      attestation: 'VerificationError',
    })
  })
})
