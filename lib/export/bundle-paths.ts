import type { TimestampRef } from '../timestamp/kept-timestamp.ts'

/** Where everything is in a bundle. `NNNNNN` is the entry's sequence number in the log, six digits or more. */
export const bundlePaths = {
  checkpoint: 'log/checkpoint',
  policy: 'log/policy',
  attestationKey: 'keys/attestation-p256.pub.pem',
  logKey: 'keys/log-ed25519.pub.pem',
  vkey: 'keys/log.vkey',
  report: 'report.html',
  reportPdf: 'report.pdf',
  stores: 'stores.csv',
  periods: 'periods.csv',
  exceptions: 'exceptions.csv',
  custody: 'custody.csv',
  methods: 'methods-and-limitations.md',
  instructions: 'VERIFY.md',
  verifyScript: 'tools/verify.mjs',
  verifyLogScript: 'tools/verify-log.py',
  leakGate: 'leak-gate.json',
  manifest: 'MANIFEST.sha256',
} as const

/** A store report is named as such: it is what people look for first. */
export type DocumentKind = 'document' | 'store-report'

export const envelopePath = (seq: number) => `attestations/${digits(seq)}.dsse.json`
export const proofPath = (seq: number) => `attestations/${digits(seq)}.dsse.json.tlog-proof`
/** The envelope once more, as other people's verifiers read it. */
export const sigstorePath = (seq: number) => `attestations/${digits(seq)}.sigstore.json`
export const documentPath = (seq: number, kind: DocumentKind) => `attestations/${digits(seq)}.${kind}.json`

/** A key that is no longer in force, counted from 1, the oldest. */
export const retiredKeyPath = (kind: 'attestation' | 'log', number: number) =>
  `keys/retired/${kind === 'attestation' ? 'attestation-p256' : 'log-ed25519'}.${number}.pub.pem`

/** A checkpoint older than the newest, and the proof that its log is the beginning of the newest one's. */
export const olderCheckpointPath = (size: number) => `log/checkpoints/${size}`
export const consistencyPath = (size: number) => `consistency/${size}`

/** A timestamp of a checkpoint, and the certificate that it follows from, named by its SHA-256. */
export const timestampPath = ({ size, authority }: TimestampRef) => `timestamps/${size}.${authority}.tsr`
export const authorityPath = (sha256: string) => `timestamps/authorities/${sha256}.pem`

/** What is said of timestamps that were kept and do not hold; only where there are any. */
export const leftOutPath = 'timestamps/left-out.json'

const digits = (seq: number) => String(seq).padStart(6, '0')
