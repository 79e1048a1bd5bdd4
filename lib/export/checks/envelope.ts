import { verifyEnvelope } from '../../attestation/envelope.ts'
import { ProofInvalid } from '../../errors.ts'
import { envelopePath, sigstorePath } from '../bundle-paths.ts'
import { at, type Checked } from '../run-check.ts'
import { formatSigstoreBundle } from '../sigstore.ts'
import { textOf } from '../text-of.ts'
import type { Keys } from './keys.ts'
import type { Layout } from './layout.ts'

/** The attestation key signed every payload, and other people's verifiers are given the same envelope. The payloads come back in the order of the layout. */
export function checkEnvelopes(layout: Layout, { attestationKey, fingerprints }: Keys): Checked<Uint8Array[]> {
  const payloads = layout.attestations.map(({ seq, envelope, sigstore }) => {
    const { payload } = at(envelopePath(seq), () => verifyEnvelope(envelope, attestationKey))
    if (textOf(sigstore) !== formatSigstoreBundle(envelope, fingerprints.attestation.openssh))
      throw new ProofInvalid(`${sigstorePath(seq)}: expected the envelope beside it, got another text`)
    return payload
  })
  return { count: payloads.length, value: payloads }
}
