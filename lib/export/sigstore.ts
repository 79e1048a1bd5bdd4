import { formatBase64 } from '../attestation/base64.ts'
import { type Envelope, parseEnvelope, payloadType } from '../attestation/envelope.ts'

/**
 * The same envelope as a Sigstore bundle v0.3, for `cosign verify-blob-attestation` and other verifiers of the field: one
 * signature by a key that the verifier has, no certificate, no entry in a public log. `hint` says which key.
 */
export function formatSigstoreBundle(envelope: Uint8Array, hint: string): string {
  return sigstoreBundleOf(parseEnvelope(envelope), hint)
}

/** The same for one that was read. */
export function sigstoreBundleOf({ payload, keyid, signature }: Envelope, hint: string): string {
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint } },
    dsseEnvelope: {
      payload: formatBase64(payload),
      payloadType,
      signatures: [{ sig: formatBase64(signature), ...(keyid !== undefined && { keyid }) }],
    },
  })
}
