import type { StoreConfig } from '../config.ts'
import type { ByteRange } from '../decode/format.ts'
import type { Sink } from '../decode/sink.ts'
import type { UnverifiedReason } from '../decode/unverified.ts'
import type { Copies } from '../inventory/copies.ts'
import type { ListedVersion, Protection } from '../inventory/object-version.ts'

/** Stores: what is read there, and what is deleted. */

/** Bytes in order, in chunks of any size. A chunk may be reused by the producer once the next one is asked for. */
export type Chunks = AsyncIterable<Uint8Array>

/**
 * One page of a listing. `next` continues after the last version of this page; absent: the listing is complete.
 * `mounts`: the file systems that the listing entered on this page, so that one that is not mounted any more is told from
 * one that was emptied. Each is `inode:path` (the path below the root ends in `/`; empty for the root, which comes first),
 * the same text as long as the same directory is mounted there. Snapshots are left out, since they come and go. A listing
 * that goes on by cursor may repeat some: readers take them as a set. Like keys they may hold an identifier and never
 * leave the pipeline's memory unsealed. A store that mounts nothing gives none.
 * `covered`: the files and directories of this page that something is mounted on, so that what lies there is hidden; such a file is in `mounts` by its path. Absent: none, or the system does not say.
 */
export type ListPage = { versions: ListedVersion[]; mounts: string[]; covered?: string[]; next?: string }

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

export type { ByteRange, Sink }

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
   * Opens exactly this version. A version that is gone or is another one now comes back `unreadable`. With a `range`, of at least
   * one byte and within its size, the chunks are these bytes of it and no others, and settling says of them what it says of a whole version.
   */
  open(version: ListedVersion, range?: ByteRange): Promise<Opened>
  /** Only of a store that archives versions. */
  restores?: Restores
  /** Only of a store that can have rules for it. Never throws: what is not told is a value. */
  copies?(): Promise<Copies>
}

export interface Stores {
  open(store: StoreConfig): Promise<Store>
}

/**
 * What became of one version that was to be deleted. `kept`: it was not touched, `reason` says why in words.
 * `gone`: it was not there any more. `rewritten`: another one without `records` of subjects is in its place, and it is deleted.
 */
export type Deleted =
  | { kind: 'deleted'; bytes: number }
  | { kind: 'rewritten'; records: number }
  | { kind: 'gone' }
  | { kind: 'kept'; reason: string }

/**
 * What a judge says of a version. `rewrite`: the bytes of the one that is to take its place, without `records` of subjects, were all pushed to `remaining`, and that has
 * ended; `isAsWritten` is to be asked about them, read back from the store, before the version goes.
 */
export type Judged =
  | { kind: 'delete' }
  | { kind: 'rewrite'; records: number; isAsWritten(chunks: Chunks): Promise<boolean> }
  | { kind: 'keep'; reason: string }

/** Looks at the version's bytes before they are deleted, and once more where a store wants to. `remaining`, which a store gives where it can write another one in its place, may get bytes whatever is said in the end. */
export type Judge = (chunks: Chunks, remaining?: Sink) => Promise<Judged>

/** What a version was rewritten as: its `sha256` (hex), and how many records are not in it any more. */
export type Rewritten = { sha256: string; size: number; records: number }

/** A version that is to be deleted, and who judges it. `rewritten`: what an earlier call was about to put in its place, if there was one. */
export type Condemned = { version: ListedVersion; judge: Judge; rewritten?(): Promise<Rewritten | undefined> }

/** What holds no content that anybody could judge: a marker that only hides, and an upload that was never finished. */
export type Remnant = ListedVersion & { kind: 'delete-marker' | 'multipart-upload' }

/** The deleting side of a store: another role than the reading side. */
export interface StoreDeletion {
  /**
   * Deletes exactly these versions, each only if its judge, given all its bytes, says so and it is still the listed
   * version (size, modification time, etag) after judging. A protected version is kept. The results are in the order of
   * the versions, one each. All may be judged before the first is deleted. Repeating after a crash gives `gone`, or `rewritten` where what
   * an earlier call was about to put is in its place.
   *
   * One that is to be rewritten goes when the one that takes its place is there, whole and read back. No other version is replaced, or hidden, by that one.
   */
  deleteVersions(condemned: readonly Condemned[]): Promise<Deleted[]>
  /**
   * Removes what can only have been found by its name: a delete marker if no object version of its key is there any
   * more, since without it they would come to light; an unfinished upload if the configuration says `abortUploads`. The
   * results are in the order of the remnants, one each. Repeating after a crash gives `gone`. `intend` is awaited for each before it is removed.
   */
  removeRemnants(remnants: readonly Remnant[], intend?: (remnant: Remnant) => Promise<unknown>): Promise<Deleted[]>
}

export interface StoreDeletions {
  /**
   * Opens a store for deleting in it. A store that turns out to be in the home country, or not to be the one that the
   * configuration names, is refused before anything is touched.
   * @throws HomeCountryRefused @throws ConfigInvalid @throws StoreUnavailable
   */
  open(store: StoreConfig, where: { homeCountry: string }): Promise<StoreDeletion>
}
