import type { IndexSource } from '../subject-index/index-source.ts'
import type { Chunks } from './store.ts'

/** Documents: the manifest that comes in, and the evidence that is kept. */

/** The transfer manifest's bytes by the name that the configuration gives it. */
export interface Manifests {
  /** @throws ManifestAbsent @throws ManifestInvalid */
  open(uri: string): Promise<Chunks>
  /**
   * The name that the configuration in force by now gives it: a corrected one is handed in under another name. Absent where it is put
   * in the place of the one before. @throws ConfigInvalid
   */
  inForce?(): Promise<string | undefined>
}

/**
 * Write-once documents by key (`a/b/c`). The first write of a key wins: a later one changes nothing. A document is
 * there whole or not at all, also after a crash.
 */
export interface Evidence {
  /** Writes unless the key exists; returns what is stored under the key then (its size and SHA-256 in hex). */
  put(key: string, body: Uint8Array | string): Promise<{ sha256: string; bytes: number; created: boolean }>
  /** @throws EvidenceMissing */
  get(key: string): Promise<Uint8Array>
  has(key: string): Promise<boolean>
  /** Keys that begin with `prefix`, in byte order; only those behind `after`, when it is given. */
  list(prefix: string, after?: string): AsyncIterable<string>
}

/** A document on its way, on a disk and not in memory. It ends with `publish` or `discard`. */
export interface Draft {
  /** Adds bytes at the end; they are the caller's again when this returns. */
  write(bytes: Uint8Array): void
  /** Makes it the document of a key, as `Evidence.put` does. It may be repeated. */
  publish(key: string): Promise<{ sha256: string; bytes: number; created: boolean }>
  /** Forgets the bytes. After `publish` too: what is published stays. */
  discard(): Promise<void>
}

/**
 * Documents among the evidence that are too large for memory; they are ordinary ones for `Evidence`. At most 5 GB, which
 * S3 takes in one piece.
 */
export interface LargeEvidence {
  draft(): Promise<Draft>
  /**
   * Opens a document for reading it where it is needed. Where evidence is far away it is fetched to the machine first, and
   * what was fetched before is given up: of two that are open at the same time the first may fail. Readers check what they read.
   * @throws EvidenceMissing
   */
  open(key: string): Promise<IndexSource>
  /**
   * Looks something up in a document: no more of it is fetched than `use` reads. `use` may be called several times, and has to read
   * the same each time. @throws EvidenceMissing
   */
  look<T>(key: string, use: (source: IndexSource) => T): Promise<T>
}

/** The secret of one deployment that keys tags and seals object keys: 32 random bytes, made once, never exported. */
export interface CaseKey {
  read(): Promise<Uint8Array>
}
