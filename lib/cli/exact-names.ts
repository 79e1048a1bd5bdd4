import { createSecretKey, type KeyObject } from 'node:crypto'
import type { InventoryEntry } from '../inventory/object-version.ts'
import type { Ports } from '../ports.ts'
import { caseKeysOf } from '../subject-index/case-keys.ts'

/** Gives the key that the name of an entry is sealed with. Who may not read the case key gets a list all the same whose names hold no identifier. */
export function keysOfNames({
  caseKey,
}: Pick<Ports, 'caseKey'>): (entry: Pick<InventoryEntry, 'sealedKey'>) => Promise<KeyObject> {
  let sealKey: KeyObject | undefined
  return async ({ sealedKey }) => {
    if (sealedKey === undefined) return nothingSealed
    sealKey ??= caseKeysOf(await caseKey.read()).sealKey
    return sealKey
  }
}

const nothingSealed = createSecretKey(new Uint8Array(32))
