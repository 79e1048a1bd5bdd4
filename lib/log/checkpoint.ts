import { verify } from 'node:crypto'
import { formatBase64, parseBase64 } from '../attestation/base64.ts'
import { readPublicKey } from '../attestation/public-key.ts'
import { FormatInvalid, ProofInvalid } from '../errors.ts'
import { isSameHash, type TreeHead } from './merkle.ts'
import { keyIdOf, requireKeyName } from './vkey.ts'

/**
 * The log's signed head: a C2SP tlog-checkpoint, which is a signed note of three lines. Extension lines are refused,
 * since nobody could audit them. A note is worth nothing before `verifyCheckpoint`.
 */
export type Checkpoint = TreeHead & { origin: string; signatures: NoteSignature[] }

/** One signature line; `keyId` (4 bytes) and `name` say which key made it. */
export type NoteSignature = { name: string; keyId: Uint8Array; signature: Uint8Array }

/** Who may sign: the log of this name with this Ed25519 key (SubjectPublicKeyInfo, PEM). */
export type LogKey = { origin: string; publicKeyPem: string }

/** The text that is signed, with its last newline. @throws FormatInvalid */
export function formatCheckpointText({ origin, size, root }: Omit<Checkpoint, 'signatures'>): string {
  requireKeyName(origin, 'checkpoint: origin')
  if (!Number.isSafeInteger(size) || size < 0)
    throw new FormatInvalid(`checkpoint: size: expected a whole number, got ${size}`)
  if (root.length !== 32) throw new FormatInvalid(`checkpoint: root: expected 32 bytes, got ${root.length}`)
  return `${origin}\n${size}\n${formatBase64(root)}\n`
}

export function formatCheckpoint(checkpoint: Checkpoint): string {
  return `${formatCheckpointText(checkpoint)}\n${checkpoint.signatures.map(formatSignature).join('')}`
}

/** The note of a text of `formatCheckpointText` with the log's own signature over it. */
export function joinSignature(text: string, key: LogKey, signature: Uint8Array): string {
  return `${text}\n${formatSignature({ name: key.origin, keyId: keyIdOf(key.origin, key.publicKeyPem), signature })}`
}

/** The note with one more signature line behind the others. */
export function addSignature(note: string, key: LogKey, signature: Uint8Array): string {
  return note + formatSignature({ name: key.origin, keyId: keyIdOf(key.origin, key.publicKeyPem), signature })
}

/**
 * Reads a note without believing it. `formatCheckpoint(parseCheckpoint(note)) === note`.
 * @throws FormatInvalid for any other text, also for no signature, more than 16, or two by the same key.
 */
export function parseCheckpoint(note: string): Checkpoint {
  const parts = /^([^\n]+)\n(0|[1-9][0-9]{0,15})\n([^\n]+)\n\n((?:[^\n]+\n){1,16})$/u.exec(note)
  if (!parts || !note.isWellFormed())
    throw new FormatInvalid('checkpoint: expected origin, size, root, an empty line and signatures, got another text')
  const checkpoint = {
    origin: parts[1]!,
    size: Number(parts[2]),
    root: parseBase64(parts[3]!, 'checkpoint: root'),
    signatures: parts[4]!.split('\n').slice(0, -1).map(parseSignature),
  }
  const keys = checkpoint.signatures.map(({ name, keyId }) => `${name} ${formatBase64(keyId)}`)
  if (new Set(keys).size < keys.length)
    throw new FormatInvalid('checkpoint: signatures: expected one by each key, got more')
  if (formatCheckpoint(checkpoint) !== note)
    throw new FormatInvalid('checkpoint: expected the text that its parts give, got another')
  return checkpoint
}

/**
 * Believes a note when this log signed it; signatures by other keys are ignored, as the specification asks.
 * @throws FormatInvalid @throws ProofInvalid
 */
export function verifyCheckpoint(note: string, key: LogKey): Checkpoint {
  const checkpoint = parseCheckpoint(note)
  if (checkpoint.origin !== key.origin)
    throw new ProofInvalid('checkpoint: origin: expected the name of the log, got another')
  const keyId = keyIdOf(key.origin, key.publicKeyPem)
  const own = checkpoint.signatures.find((each) => each.name === key.origin && isSameHash(each.keyId, keyId))
  if (!own) throw new ProofInvalid('checkpoint: signature: expected one by the key of the log, got none')
  const text = Buffer.from(formatCheckpointText(checkpoint))
  if (!verify(null, text, readPublicKey(key.publicKeyPem).key, own.signature))
    throw new ProofInvalid('checkpoint: signature: expected one that verifies, got another')
  return checkpoint
}

function formatSignature({ name, keyId, signature }: NoteSignature): string {
  requireKeyName(name, 'checkpoint: key name')
  return `— ${name} ${formatBase64(Buffer.concat([keyId, signature]))}\n`
}

function parseSignature(line: string): NoteSignature {
  const parts = /^— (\S+) (\S+)$/u.exec(line)
  if (!parts) throw new FormatInvalid('checkpoint: signature: expected a dash, a name and base64, got another line')
  const bytes = parseBase64(parts[2]!, 'checkpoint: signature')
  if (bytes.length <= 4) throw new FormatInvalid('checkpoint: signature: expected more than a key id, got less')
  return { name: parts[1]!, keyId: bytes.slice(0, 4), signature: bytes.slice(4) }
}
