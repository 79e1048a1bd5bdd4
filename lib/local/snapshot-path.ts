/** Directories whose children are read-only snapshots: NetApp and many NAS, and ZFS. */
const snapshot = /(?:^|\/)(?:\.snapshot|\.zfs\/snapshot)\/([^/]+)\//

/** Snapshot directories that a file system may hide from a listing of the directory that it begins in; each ends in `/`. */
export const hiddenSnapshots = ['.snapshot/', '.zfs/snapshot/']

/** The name of the snapshot that a key lies in; absent: it is in the live tree. */
export function snapshotOf(key: string): string | undefined {
  return snapshot.exec(key)?.[1]
}

/** Whether a key, which ends in `/`, is that of a snapshot itself. */
export function isSnapshot(key: string): boolean {
  return /(?:^|\/)(?:\.snapshot|\.zfs\/snapshot)\/[^/]+\/$/.test(key)
}
