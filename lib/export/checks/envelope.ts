import { keyFingerprint, parseEnvelope, verifyEnvelope } from '../../attestation/envelope.ts'
import { attestationKeyAt, isTransition } from '../../attestation/key-chain.ts'
import { ProofInvalid } from '../../errors.ts'
import { envelopePath, sigstorePath } from '../bundle-paths.ts'
import { at, type Checked } from '../run-check.ts'
import { sigstoreBundleOf } from '../sigstore.ts'
import { textOf } from '../text-of.ts'
import type { Layout } from './layout.ts'
import type { Keys } from './transition.ts'

/**
 * The attestation key that was in force signed every payload, and other people's verifiers are given the same envelope. The
 * payloads come back in the order of the layout.
 */
export function checkEnvelopes(layout: Layout, { chains }: Keys): Checked<Uint8Array[]> {
  const fingerprints = new Map(chains.attestation.map(({ pem }) => [pem, keyFingerprint(pem)]))
  const payloads = layout.attestations.map(({ seq, envelope, sigstore }) => {
    const key = attestationKeyAt(chains, seq)
    const read = at(envelopePath(seq), () =>
      // The signatures of a transition were verified when the keys were.
      isTransition(chains, seq) ? parseEnvelope(envelope) : verifyEnvelope(envelope, key),
    )
    if (textOf(sigstore) !== sigstoreBundleOf(read, fingerprints.get(key)!))
      throw new ProofInvalid(`${sigstorePath(seq)}: expected the envelope beside it, got another text`)
    return read.payload
  })
  return { count: payloads.length, value: payloads }
}
