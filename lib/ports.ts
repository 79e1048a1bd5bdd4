import type { Config, StoreConfig } from './config.ts'
import type { UnverifiedReason } from './decode/unverified.ts'
import type { ListedVersion, Protection } from './inventory/object-version.ts'
import type { IndexSource } from './subject-index/index-source.ts'
import type { KeptTimestamp, TimestampRef } from './timestamp/kept-timestamp.ts'

/**
 * What the pipeline needs from the outside. Each port is small and says what it guarantees; one contract suite per
 * port (`test/contracts/`) runs on every adapter. Unless said otherwise, a fault throws (the state machine retries)
 * and every call may be repeated safely.
 */

/** The moment, and randomness from the operating system. */
export type Clock = () => Date
export type Random = (bytes: number) => Uint8Array

/** Bytes in order, in chunks of any size. A chunk may be reused by the producer once the next one is asked for. */
export type Chunks = AsyncIterable<Uint8Array>

/**
 * One page of a listing. `next` continues after the last version of this page; absent: the listing is complete.
 * `mounts`: the file systems that the listing entered on this page, so that one that is not mounted any more is told from
 * one that was emptied. Each is `inode:path` (the path below the root ends in `/`; empty for the root, which comes first),
 * the same text as long as the same directory is mounted there. Snapshots are left out, since they come and go. A listing
 * that goes on by cursor may repeat some: readers take them as a set. Like keys they may hold an identifier and never
 * leave the pipeline's memory unsealed. A store that mounts nothing gives none.
 */
export type ListPage = { versions: ListedVersion[]; mounts: string[]; next?: string }

/** A text that the store keeps beside the bytes of a version: the name or the value of user metadata or of a tag. */
export type Label = { place: 'metadata' | 'tags'; text: string }

/** A version that could not be opened is a value: its outcome is `unverified`. */
export type Opened =
  | { kind: 'unreadable'; reason: UnverifiedReason; detail: string }
  | {
      kind: 'opened'
      /** The stored bytes, once. Throws `ReadFailed` (a fault of the medium, not of the product) when the medium fails. */
      chunks: Chunks
      /** After the last chunk: was that, beginning to end, the version that was listed? */
      settle(): Promise<{ kind: 'unchanged' } | { kind: 'changed'; detail: string }>
      /** Everything that the store keeps beside the bytes; a store that keeps nothing gives none. */
      labels: readonly Label[]
      /** Something of the version that cannot be read although its bytes can: its outcome is not clean. */
      gap?: { reason: UnverifiedReason; detail: string }
      /** What keeps the version from being deleted now. Asked only of a version that holds findings. */
      protection?(): Promise<Protection | undefined>
      /** Frees the version; always called, also when it was not read to its end. */
      close(): Promise<void>
    }

/** How an archived version is to be restored, and for how long its copy is kept. */
export type RestoreOrder = { tier: 'bulk' | 'standard' | 'expedited'; days: number }

/**
 * Why there is no copy, nor will be: the store does not allow it, has no capacity for this tier now, does not archive the
 * version (any more), has lost it, or was not asked for a copy that would still be there; or it is not possible otherwise.
 */
export const restoreRefusals = [
  'access-denied',
  'no-capacity',
  'not-archived',
  'gone',
  'not-restored',
  'not-possible',
] as const
export type RestoreRefusal = (typeof restoreRefusals)[number]

export type Restoring = { kind: 'restored' } | { kind: 'in-progress' } | { kind: 'refused'; reason: RestoreRefusal }

/** Temporary copies of archived versions. They go by themselves: nothing has to be undone. @throws StoreUnavailable */
export interface Restores {
  /** Asks for a copy, which costs money. To ask again while one is on its way or there costs no second one. */
  begin(version: ListedVersion, order: RestoreOrder): Promise<Restoring>
  /** Whether the copy that was asked for is there. Asks for none. */
  look(version: ListedVersion): Promise<Restoring>
}

/** Keys with `after < key <= until` in byte order; without an end, to the end. */
export type KeyRange = { after?: string; until?: string }

/** Bytes of a version with `from <= at < to`, at least one, all of them within its size. */
export type ByteRange = { from: number; to: number }

/** One store, opened for reading. It cannot delete. @throws StoreUnavailable */
export interface Store {
  /**
   * Versions after `cursor` in (key, versionId) byte order, at most `limit`. Never follows symbolic links. Within one
   * listing every call has the same `range`, whose ends are those of `boundaries`.
   */
  list(cursor: string | undefined, limit: number, range?: KeyRange): Promise<ListPage>
  /**
   * At most `most` keys, in byte order, that cut a large store into ranges of about the same number of versions, so that
   * they can be listed at the same time. Where they lie decides about speed only. A store without it is one range.
   */
  boundaries?(most: number): Promise<string[]>
  /**
   * Opens exactly this version. A version that is gone or is another one now comes back `unreadable`. With a `range`, the
   * chunks are these bytes of it and no others, and settling says of them what it says of a whole version.
   */
  open(version: ListedVersion, range?: ByteRange): Promise<Opened>
  /** Only of a store that archives versions. */
  restores?: Restores
}

export interface Stores {
  open(store: StoreConfig): Promise<Store>
}

/**
 * What became of one version that was to be deleted. `kept`: it was not touched, `reason` says why in words.
 * `gone`: it was not there any more.
 */
export type Deleted = { kind: 'deleted'; bytes: number } | { kind: 'gone' } | { kind: 'kept'; reason: string }

/** Looks at the version's bytes before they are deleted; anything but `{ kind: 'delete' }` keeps the version. */
export type Judge = (chunks: Chunks) => Promise<{ kind: 'delete' } | { kind: 'keep'; reason: string }>

/** A version that is to be deleted, and who judges it. */
export type Condemned = { version: ListedVersion; judge: Judge }

/** What holds no content that anybody could judge: a marker that only hides, and an upload that was never finished. */
export type Remnant = ListedVersion & { kind: 'delete-marker' | 'multipart-upload' }

/** The deleting side of a store: another role than the reading side. */
export interface StoreDeletion {
  /**
   * Deletes exactly these versions, each only if its judge, given all its bytes, says so and it is still the listed
   * version (size, modification time, etag) after judging. A protected version is kept. The results are in the order of
   * the versions, one each. All may be judged before the first is deleted. Repeating after a crash gives `gone`.
   */
  deleteVersions(condemned: readonly Condemned[]): Promise<Deleted[]>
  /**
   * Removes what can only have been found by its name: a delete marker if no object version of its key is there any
   * more, since without it they would come to light; an unfinished upload if the configuration says `abortUploads`. The
   * results are in the order of the remnants, one each. Repeating after a crash gives `gone`.
   */
  removeRemnants(remnants: readonly Remnant[]): Promise<Deleted[]>
}

export interface StoreDeletions {
  /**
   * Opens a store for deleting in it. A store that turns out to be in the home country, or not to be the one that the
   * configuration names, is refused before anything is touched.
   * @throws HomeCountryRefused @throws ConfigInvalid @throws StoreUnavailable
   */
  open(store: StoreConfig, where: { homeCountry: string }): Promise<StoreDeletion>
}

/** The transfer manifest's bytes by the name that the configuration gives it. */
export interface Manifests {
  open(uri: string): Promise<Chunks>
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

/** `waiting` for a custodian is a part of `running`. */
export type RunRecord = {
  runId: string
  /** `dry-run`: lists every store to estimate what a run would cost; it scans and attests nothing. */
  trigger: 'nightly' | 'on-demand' | 'dry-run'
  state: 'running' | 'finished'
  startedAt: string
  finishedAt?: string
  stores: { storeId: string; verdict?: string; reasons?: string[] }[]
}

/** A deletion request. `token` is the state machine's task token while it waits for a custodian until `deadline`. */
export type RequestRecord = {
  requestId: string
  runId: string
  storeId: string
  pass: number
  deadline?: string
  token?: string
  acknowledgedAt?: string
}

/** Which runs and requests there are. Holds no evidence: what it says can be rebuilt from evidence and ledger. */
export interface RunState {
  putRun(run: RunRecord): Promise<void>
  getRun(runId: string): Promise<RunRecord | undefined>
  /** Newest first. */
  listRuns(): Promise<RunRecord[]>
  putRequest(request: RequestRecord): Promise<void>
  getRequest(requestId: string): Promise<RequestRecord | undefined>
  listRequests(runId: string): Promise<RequestRecord[]>
}

/** Answers a state that waits with a task token (Step Functions' SendTaskSuccess). Answering twice is harmless. */
export interface TaskTokens {
  succeed(token: string, output: unknown): Promise<void>
}

/** The state machines that a person may start. Runs and exports are named after their executions. */
export type StartedMachine = 'verify-run' | 'export-filing' | 'correct-entry' | 'rotate-key'

/**
 * How an execution stands; `error` is the name of what it failed with. `cause` is what was said about it, where somebody
 * said something: of a fault that is not ours it may quote data.
 */
export type Execution =
  | { state: 'running' }
  | { state: 'succeeded' }
  | { state: 'failed'; error: string; cause?: string }

export interface Executions {
  /**
   * Starts a machine under a name, and only once: the same name with the same input starts nothing again. `exists`: there
   * was one of that name; of one that still runs, `started` may be said as well.
   * @throws NameTaken when the one of that name was started with another input
   */
  start(machine: StartedMachine, name: string, input: unknown): Promise<'started' | 'exists'>
  /** Absent: there never was one of that name, or it ended so long ago that it is forgotten (90 days on AWS). */
  find(machine: StartedMachine, name: string): Promise<Execution | undefined>
}

/**
 * What others may hear of, by its kind. References and counts: never an identifier, an object key or a task token. `id`
 * is the same whenever the same thing is told again.
 */
export type EventDetails = {
  /** A store was judged, and the verdict is in the log at `seq`. Counts are those of its last pass. */
  'odv.verdict': {
    id: string
    runId: string
    storeId: string
    verdict: 'verified' | 'residual' | 'incomplete'
    seq: number
    reasons: number
    counts: { versions: number; found: number; unverified: number; findings: number; subjects: number }
  }
  /** A custodian is asked to delete, and the run waits for the answer until `deadline`. */
  'odv.request': {
    id: string
    runId: string
    storeId: string
    pass: number
    requestId: string
    channel: 'manual'
    deadline?: string
  }
}
export type EventKind = keyof EventDetails

/** Tells others what happened, at least once: a fault throws, and the task that tells is repeated. */
export interface Events {
  publish<Kind extends EventKind>(kind: Kind, detail: EventDetails[Kind]): Promise<void>
}

/** Counts work as it is done, for progress and metrics. Never fails, never blocks. */
export interface Meter {
  add(done: { listed?: number; bytes?: number; versions?: number; findings?: number }): void
}

/** The configuration in force now; a run pins the one it began with. @throws ConfigInvalid */
export interface Configuration {
  read(): Promise<Config>
}

/** Every port by its name. A task takes only those of its duty: `Pick<Ports, 'evidence' | 'stores'>`. */
export type Ports = {
  clock: Clock
  random: Random
  meter: Meter
  /** How long one call of a task may take here, in seconds; infinity: as long as it takes. */
  callSeconds: number
  /** Whether what one call cannot read is read by a scan task, which has more time. */
  handsOver: boolean
  /** Whether a core of this machine has nothing to do just now, so that a second thread can decode ahead of the first. */
  hasSpareCore: () => boolean
  configuration: Configuration
  manifests: Manifests
  evidence: Evidence
  largeEvidence: LargeEvidence
  caseKey: CaseKey
  stores: Stores
  storeDeletions: StoreDeletions
  runState: RunState
  taskTokens: TaskTokens
  executions: Executions
  events: Events
  ledger: Ledger
  anchor: Anchor
  timestamps: Timestamps
  authorities: Authorities
  attestationSigner: AttestationSigner
  logSigner: LogSigner
  keyRetirement: KeyRetirement
  tool: { name: string; version: string }
  /** The Region of AWS that tasks run in; empty on one machine. */
  region: string
}
