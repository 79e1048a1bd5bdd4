import { createHash } from 'node:crypto'
import type { KeyChains, KeyKind } from '../../attestation/key-chain.ts'
import { attestationKeyFingerprint, logKeyFingerprint } from '../../export/key-fingerprint.ts'
import { originOf } from '../../log/origin.ts'
import { formatVkey } from '../../log/vkey.ts'
import { tool } from '../../tool.ts'
import type { Changed } from './change-key.ts'

/** What was done: all keys were made, one was changed, or nothing, and the record of what there is is written again. */
export type Ceremony = { kind: 'made' } | ({ kind: 'changed' } & Changed) | { kind: 'shown' }

/** Where a key lies, in words for people: it holds no secret. `old`: what they check of a key that was changed. */
export type Protection = Record<KeyKind | 'case' | 'old', string>

export const algorithms: Record<KeyKind, string> = { attestation: 'ECDSA P-256', log: 'Ed25519' }
export const fingerprintsOf = { attestation: attestationKeyFingerprint, log: logKeyFingerprint }

/**
 * The record of a key ceremony, to be printed, read aloud and signed by those who were there. Auditors get their pins from it, so
 * it goes to them by another way than any bundle.
 */
export function ceremonyRecord({
  ceremony,
  chains,
  protection,
  next,
  caseKey,
  at,
}: {
  ceremony: Ceremony
  chains: KeyChains
  protection: Protection
  /** Keys (PEM) that are there and were never in force. */
  next?: Record<KeyKind, string[]>
  /** Where it can be read: only its digest is told. */
  caseKey?: Uint8Array
  /** RFC 3339. */
  at: string
}): string {
  const log = chains.log.at(-1)!.pem
  const origin = originOf(chains.log[0]!.pem)
  return `# Record of a key ceremony

| | |
|---|---|
| What was done | ${titleOf(ceremony)} |
| When | ${at} |
| With | ${tool.name} ${tool.version} (build ${tool.buildSha256}), Node.js ${process.versions.node}, OpenSSL ${process.versions.openssl} |
| The log | \`${origin}\` |

## Keys

| key | in force | OpenSSH form | SHA-256 of the SubjectPublicKeyInfo |
|---|---|---|---|
${(['attestation', 'log'] as const).flatMap((kind) => rowsOf(kind, chains, next?.[kind] ?? [])).join('\n')}

The log's key as verifiers of transparency logs read it (vkey):

    ${formatVkey(origin, log)}
${caseKey === undefined ? '' : `\nThe case key, which never leaves its place, is known by its SHA-256, which every statement names (\`keyCommitment\`):\n\n    ${createHash('sha256').update(caseKey).digest('hex')}\n`}
## Where they are

| key | place |
|---|---|
| attestation | ${protection.attestation} |
| log | ${protection.log} |
| case key | ${protection.case} |
${changeOf(ceremony)}
## What was checked

Compare with what each person sees on a screen of their own (\`odv keys show\`), character by character:

- [ ] the fingerprints above
- [ ] who can use or copy each key, and that nobody else can
- [ ] where copies of the keys are, and that one can be restored
${ceremony.kind === 'changed' ? `- [ ] ${protection.old}\n` : ''}
Remarks: ______________________________________________________________________

______________________________________________________________________________

## Who was there

| name | role | date | signature |
|---|---|---|---|
${'| | | | |\n'.repeat(4)}
Give a signed copy to whoever verifies bundles, by another way than the bundles. They pin these fingerprints, and keep the earlier ones.
`
}

function titleOf(ceremony: Ceremony): string {
  switch (ceremony.kind) {
    case 'made':
      return 'the keys were made'
    case 'changed':
      return `the ${ceremony.key} key was changed (change ${ceremony.number})`
    case 'shown':
      return 'nothing: the record of the keys as they are'
    default:
      return ceremony satisfies never
  }
}

function rowsOf(kind: KeyKind, chains: KeyChains, next: readonly string[]): string[] {
  const row = (pem: string, where: string) => {
    const { openssh, spkiSha256 } = fingerprintsOf[kind](pem)
    return `| ${kind} (${algorithms[kind]}) | ${where} | \`${openssh}\` | \`${spkiSha256}\` |`
  }
  const ofChain = chains[kind].map(({ pem, until }, i) => {
    const what = kind === 'attestation' ? 'entries' : 'checkpoints of sizes'
    const from = (chains[kind][i - 1]?.until ?? -1) + 1
    const where =
      until === undefined ? `now, for ${what} from ${from}` : `no more, for ${what} from ${from} to ${until}`
    return row(pem, where)
  })
  return [...ofChain, ...next.map((pem) => row(pem, 'not yet'))]
}

function changeOf(ceremony: Ceremony): string {
  if (ceremony.kind !== 'changed') return ''
  const { key, from, to, seq, at, size } = ceremony
  const [old, next] = [fingerprintsOf[key](from).openssh, fingerprintsOf[key](to).openssh]
  return `
## The change

Entry ${seq} of the log, made ${at}, says that \`${old}\` gave its duty to \`${next}\`. Both keys signed it, and the
checkpoint of ${size} entries covers it${key === 'log' ? ', which both keys signed as well' : ''}. What the old key signs behind this entry does not count.
`
}
