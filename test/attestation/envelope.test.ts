import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatEnvelope,
  keyFingerprint,
  paeOf,
  parseEnvelope,
  signEnvelope,
  verifyEnvelope,
} from '../../lib/attestation/envelope.ts'
import { FormatInvalid, ProofInvalid } from '../../lib/errors.ts'
import { memoryAttestationSigner, memoryLogSigner } from '../support/memory-signers.ts'
import { requireTool } from '../support/require-tool.ts'

const signer = memoryAttestationSigner()
const publicKey = await signer.publicKey()
const stranger = memoryAttestationSigner()
const strangersKey = await stranger.publicKey()
const payload = new TextEncoder().encode('{"_type":"https://in-toto.io/Statement/v1"}')
const good = await signEnvelope(signer, payload)
const text = Buffer.from(good).toString()
const changed = (from: string | RegExp, to: string) => new TextEncoder().encode(text.replace(from, to))

describe('an envelope', () => {
  it('signs the pre-authentication encoding that DSSE defines', () => {
    const example = Buffer.from(paeOf(new TextEncoder().encode('héllo'))).toString()
    expect(example).toBe('DSSEv1 28 application/vnd.in-toto+json 6 héllo')
  })

  it('gives its payload back, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1 }), async (bytes) => {
        const envelope = await signEnvelope(signer, bytes)
        expect(verifyEnvelope(envelope, publicKey).payload).toEqual(bytes)
        expect(formatEnvelope(parseEnvelope(envelope))).toEqual(envelope)
      }),
    )
  })

  const malformed = [
    { name: 'nothing', bytes: new Uint8Array(0) },
    { name: 'whitespace', bytes: changed('"payload":', '"payload": ') },
    { name: 'a newline at its end', bytes: changed(/$/, '\n') },
    { name: 'another payload type', bytes: changed('vnd.in-toto', 'vnd.other') },
    { name: 'an unknown key', bytes: changed('"payloadType"', '"extra":1,"payloadType"') },
    { name: 'a key twice', bytes: changed('"payloadType"', '"payload":"AA==","payloadType"') },
    { name: 'no signature', bytes: changed(/"signatures":\[.*\]/, '"signatures":[]') },
    { name: 'four signatures', bytes: changed('"}]', `"}${',{"sig":"AA=="}'.repeat(3)}]`) },
    { name: 'base64 that is not canonical', bytes: changed(/"sig":"[^"]+"/, '"sig":"AB=="') },
    { name: 'URL-safe base64', bytes: changed(/"payload":"[^"]+"/, '"payload":"_-_-"') },
    { name: 'an escaped character', bytes: changed('"payload"', '"p\\u0061yload"') },
  ]
  for (const { name, bytes } of malformed)
    it(`is refused with ${name}`, () => {
      expect(Buffer.from(bytes).toString()).not.toBe(text)
      expect(() => parseEnvelope(bytes)).toThrow(FormatInvalid)
    })

  it('is not believed under another key, nor with the payload of another', async () => {
    expect(() => verifyEnvelope(good, strangersKey)).toThrow(ProofInvalid)
    const other = parseEnvelope(await signEnvelope(signer, new TextEncoder().encode('{}')))
    const mixed = formatEnvelope({ ...parseEnvelope(good), payload: other.payload })
    expect(() => verifyEnvelope(mixed, publicKey)).toThrow(ProofInvalid)
    const forged = formatEnvelope({
      ...parseEnvelope(await signEnvelope(stranger, payload)),
      keyid: keyFingerprint(publicKey),
    })
    expect(() => verifyEnvelope(forged, publicKey)).toThrow(ProofInvalid)
  })

  it('is not believed with a second signature, whoever made it', () => {
    const { signature } = parseEnvelope(good)
    const twice = formatEnvelope({ ...parseEnvelope(good), further: [{ signature }] })
    expect(formatEnvelope(parseEnvelope(twice))).toEqual(twice)
    expect(() => verifyEnvelope(twice, publicKey)).toThrow('signatures: expected one, got more')
  })

  it('may be without a keyid, and not with that of another key', () => {
    const { keyid: _, ...bare } = parseEnvelope(good)
    expect(verifyEnvelope(formatEnvelope(bare), publicKey).payload).toEqual(payload)
    const foreign = formatEnvelope({ ...bare, keyid: keyFingerprint(strangersKey) })
    expect(() => verifyEnvelope(foreign, publicKey)).toThrow(ProofInvalid)
  })

  it('needs a key on the curve P-256', async () => {
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey
    const others = [
      await memoryLogSigner().publicKey(),
      p384.export({ format: 'pem', type: 'spki' }) as string,
      'no key',
    ]
    for (const each of others) expect(() => verifyEnvelope(good, each)).toThrow(FormatInvalid)
  })

  it('names its key as OpenSSH shows it', (context) => {
    requireTool(context, 'ssh-keygen')
    const directory = mkdtempSync(join(tmpdir(), 'odv-'))
    try {
      writeFileSync(join(directory, 'key.pem'), publicKey)
      const ssh = execFileSync('ssh-keygen', ['-i', '-m', 'PKCS8', '-f', join(directory, 'key.pem')])
      writeFileSync(join(directory, 'key.pub'), ssh)
      const shown = execFileSync('ssh-keygen', ['-lf', join(directory, 'key.pub')], { encoding: 'utf8' })
      expect(shown.split(' ')[1]).toBe(keyFingerprint(publicKey))
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
