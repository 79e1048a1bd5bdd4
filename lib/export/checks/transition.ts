import { isDeepStrictEqual } from 'node:util'
import { extendChains, type KeyChains, type KeyKind } from '../../attestation/key-chain.ts'
import { ProofInvalid } from '../../errors.ts'
import { envelopePath } from '../bundle-paths.ts'
import { attestationKeyFingerprint, type KeyFingerprint, logKeyFingerprint } from '../key-fingerprint.ts'
import { at, type Checked } from '../run-check.ts'
import type { KeyFiles } from './keys.ts'
import type { Layout } from './layout.ts'

/** Which key is in force where. `fingerprints`: of the two that are in force at the end of the log. */
export type Keys = {
  origin: string
  chains: KeyChains
  fingerprints: Record<KeyKind, KeyFingerprint>
  pinned: boolean
}

/**
 * Every key but the first of its kind was vouched for by the one before it, in an entry that both signed: so one pinned
 * key leads to all others, in both directions, and to none besides. That the entry is in the log is checked with all others.
 */
export function checkTransitions(layout: Layout, files: KeyFiles): Checked<Keys> {
  const { origin, pinned } = files
  let chains: KeyChains = { attestation: [{ pem: files.attestation[0]! }], log: [{ pem: files.log[0]! }] }
  for (const { seq, envelope } of layout.attestations)
    if (hasFurtherSignatures(envelope)) chains = at(envelopePath(seq), () => extendChains(chains, { seq, envelope }))
  for (const kind of ['attestation', 'log'] as const) {
    const keys = chains[kind].map(({ pem }) => pem)
    if (!isDeepStrictEqual(keys, files[kind]))
      throw new ProofInvalid(
        `${kind} key: expected the ${files[kind].length} keys of the bundle to follow from each other, got ${keys.length} that do`,
      )
  }
  const fingerprints = {
    attestation: attestationKeyFingerprint(files.attestation.at(-1)!),
    log: logKeyFingerprint(files.log.at(-1)!),
  }
  const count = chains.attestation.length + chains.log.length
  return { count, value: { origin, chains, fingerprints, pinned } }
}

/** Only a transition has; base64 and fingerprints cannot contain this. */
function hasFurtherSignatures(envelope: Uint8Array): boolean {
  return Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength).includes('"},{')
}
