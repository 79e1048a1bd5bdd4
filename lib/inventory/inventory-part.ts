import type { KeyObject } from 'node:crypto'
import { EvidenceConflict } from '../errors.ts'
import { parseEvidence } from '../evidence-json.ts'
import type { InventoryEntry, ListedVersion } from './object-version.ts'
import { openText, sealNonceLength, sealText } from './seal-key.ts'

/**
 * The last line of an inventory part: where the listing goes on. `cursor` and `lastKey` are sealed; `nextSeq` is the
 * first sequence number of the next part. `complete`: the store said that nothing follows. `mounts` are keyed digests of
 * the file systems that this part entered, and `covered`, if there are any, of the directories that something is mounted on; `marked` says that the store's marker was listed up to here.
 */
export type PartEnd = {
  kind: 'end'
  complete: boolean
  cursor?: string
  last?: { sealedKey: string; versionId: string }
  nextSeq: number
  mounts: string[]
  covered?: string[]
  marked: boolean
  startedAt: string
  finishedAt: string
}

/** One page of a listing as it is kept in the evidence: JSON Lines, the entries and then the end. */
export type InventoryPart = { entries: InventoryEntry[]; end: PartEnd }

export function formatPart({ entries, end }: InventoryPart): string {
  return [...entries, end].map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** The part that is kept under a key. @throws EvidenceConflict when it is damaged or has no end */
export function parsePart(bytes: Uint8Array, key: string): InventoryPart {
  const lines = Buffer.from(bytes).toString('utf8').trimEnd().split('\n')
  const values = lines.map((line) => parseEvidence<InventoryEntry | PartEnd>(line, key))
  const end = values.pop()
  if (end?.kind !== 'end') throw new EvidenceConflict(`inventory part: ${key}: expected an end line`)
  return { entries: values as InventoryEntry[], end }
}

/** The entry of a listed version. `redact` takes identifiers out of a name; a key that it changes is sealed as well. */
export function toEntry(
  { key, protection, ...rest }: ListedVersion,
  seq: number,
  redact: (name: string) => string,
  seal: { key: KeyObject; random: (bytes: number) => Uint8Array },
): InventoryEntry {
  const shownKey = redact(key)
  return {
    seq,
    shownKey,
    ...(shownKey !== key && { sealedKey: sealText(key, seal.key, seal.random(sealNonceLength)) }),
    ...rest,
    ...(protection && {
      protection: { ...protection, ...(protection.name !== undefined && { name: redact(protection.name) }) },
    }),
  }
}

/** The version that an entry stands for, with its exact key. */
export function toListed({ seq: _, shownKey, sealedKey, ...rest }: InventoryEntry, sealKey: KeyObject): ListedVersion {
  return { key: sealedKey === undefined ? shownKey : openText(sealedKey, sealKey), ...rest }
}
