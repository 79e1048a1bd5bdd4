import { verifyEnvelope } from '../../attestation/envelope.ts'
import { envelopePath } from '../bundle-paths.ts'
import { at, type Checked } from '../run-check.ts'
import type { Keys } from './keys.ts'
import type { Layout } from './layout.ts'

/** The attestation key signed every payload. The payloads come back in the order of the layout. */
export function checkEnvelopes(layout: Layout, { attestationKey }: Keys): Checked<Uint8Array[]> {
  const payloads = layout.attestations.map(
    ({ seq, envelope }) => at(envelopePath(seq), () => verifyEnvelope(envelope, attestationKey)).payload,
  )
  return { count: payloads.length, value: payloads }
}
