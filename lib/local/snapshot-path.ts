/**
 * Directories whose children are read-only snapshots: NetApp and many NAS, CephFS, Dell EMC, and ZFS. A file system may hide them
 * from a listing of the directory that it begins in. Each ends in `/`.
 */
export const hiddenSnapshots = ['.ckpt/', '.snap/', '.snapshot/', '.zfs/snapshot/']

const snapshot = /(?:^|\/)(?:\.ckpt|\.snap|\.snapshot|\.zfs\/snapshot)\/([^/]+)\//
const endingInSnapshot = new RegExp(`${snapshot.source}$`)

/** The name of the snapshot that a key lies in, the outermost; absent: it is in the live tree. */
export function snapshotOf(key: string): string | undefined {
  return snapshot.exec(key)?.[1]
}

/** Whether a key, which ends in `/`, is that of a snapshot itself. */
export function isSnapshot(key: string): boolean {
  return endingInSnapshot.test(key)
}
