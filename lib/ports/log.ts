import type { KeptTimestamp, TimestampRef } from '../timestamp/kept-timestamp.ts'

/** What is signed, the log of it, and when it was there. */

/** One key. @throws KeyUnsafe when it is not there, or is of another kind */
export interface Signer {
  /** SubjectPublicKeyInfo, PEM. */
  publicKey(): Promise<string>
  sign(message: Uint8Array): Promise<Uint8Array>
}

/** Keys of a kind, numbered from 1 in the order in which they are in force. Which one is, the log says and nothing else does. */
export interface Keys<Key = Signer> {
  numbered(number: number): Key
}

export type PublicKeys = Keys<Pick<Signer, 'publicKey'>>

/**
 * Signs attestations: ECDSA P-256 with SHA-256, in DER, over the message itself; the signer hashes it (Node signs no ready-made
 * digest, KMS is sent one).
 */
export type AttestationSigner = Keys

/** Signs checkpoints: Ed25519 (pure) over the note's text. Other keys under a second role. */
export type LogSigner = Keys

/** Takes keys out of use that are not in force any more. Repeating it changes nothing. */
export interface KeyRetirement {
  /** `left`: what becomes of the key is for people to decide. */
  retire(kind: 'attestation' | 'log', number: number): Promise<'disabled' | 'left'>
}

/** The log's head: `size` entries, RFC 6962 `root`, and the `frontier` (roots of its perfect subtrees, largest first). */
export type LogHead = { size: number; root: Uint8Array; frontier: Uint8Array[] }

/** One entry: leaf data are the exact bytes of the envelope. `identity` is the idempotency key. */
export type LogEntry = { seq: number; identity: string; leaf: Uint8Array; envelope: Uint8Array }

/** What is stored for an identity: `claim` is the SHA-256 (hex) of what the statement says, without its times. */
export type Reservation = { identity: string; claim: string; envelope: Uint8Array; seq?: number }

/** The append-only ledger. Reads see every write that was acknowledged before. Nothing is ever changed or removed. */
export interface Ledger {
  /** Stores the reservation unless its identity has one; returns the stored one, which may be older. */
  reserve(identity: string, claim: string, envelope: Uint8Array): Promise<Reservation>
  find(identity: string): Promise<Reservation | undefined>
  /**
   * Gives a reservation without an entry another envelope of the same claim, if `stale` is its envelope still; returns the stored
   * one. The only change that a reservation sees, when the key that signed it is not in force any more. @throws EvidenceConflict when there is none
   */
  renew(identity: string, stale: Uint8Array, fresh: Uint8Array): Promise<Reservation>
  head(): Promise<LogHead>
  /**
   * In one transaction: if the head is still `expected`, adds the entries (consecutive `seq` from `expected.size`),
   * marks their reservations with their `seq` and moves the head to `next`. Otherwise changes nothing: `moved`.
   * An identity that has a `seq` already makes it `moved` as well.
   */
  append(expected: LogHead, entries: readonly LogEntry[], next: LogHead): Promise<'appended' | 'moved'>
  /** Entries with `from <= seq < to`, in order. */
  entries(from: number, to: number): AsyncIterable<LogEntry>
  /** Keeps a signed checkpoint; the same size again with the same note changes nothing. @throws EvidenceConflict */
  addCheckpoint(size: number, note: string): Promise<void>
  /** All checkpoints, by size. */
  checkpoints(): Promise<{ size: number; note: string }[]>
}

/** Checkpoints kept where the ledger's writers cannot reach them. */
export interface Anchor {
  latest(): Promise<string | undefined>
  /** The same size again with the same note changes nothing. @throws EvidenceConflict */
  add(size: number, note: string): Promise<void>
}

/** Timestamps of checkpoints, kept beside these. The first one of an authority for a size counts: a later one changes nothing. */
export interface Timestamps {
  add(timestamp: KeptTimestamp): Promise<void>
  /** Which there are, by size and then by authority. */
  list(): Promise<TimestampRef[]>
  /** @throws EvidenceMissing @throws FormatInvalid when it is not as it was kept */
  get(ref: TimestampRef): Promise<KeptTimestamp>
}

/** Authorities of time (RFC 3161). They are strangers: nothing that they answer is believed. */
export interface Authorities {
  /** What this one answers to a query, in bounded time and size; asked once. @throws ServiceUnavailable */
  ask(url: string, query: Uint8Array): Promise<Uint8Array>
}
