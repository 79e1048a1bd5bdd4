import { basename, dirname } from 'node:path'
import type { Store } from '../ports.ts'
import { describeFile } from './describe-entry.ts'
import { openDirectoryStore } from './directory-store.ts'
import { nodeFileSystem } from './file-system.ts'
import { openStoreRoot } from './store-root.ts'

/** A single file as a store of one object version, read like any file of a directory. @throws StoreUnavailable */
export async function openFileStore(file: string): Promise<Store> {
  const root = await openStoreRoot(nodeFileSystem, dirname(file))
  const { open } = await openDirectoryStore(dirname(file))
  return {
    async list(cursor) {
      const version = cursor === undefined ? await describeFile(nodeFileSystem, root, basename(file)) : undefined
      return { versions: version ? [version] : [], mounts: [] }
    },
    open,
  }
}
