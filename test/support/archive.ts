import { createHash } from 'node:crypto'
import type { Archived, ListedVersion } from '../../lib/inventory/object-version.ts'
import type { ListPage, RestoreRefusal, Restoring, Store } from '../../lib/ports.ts'

/** A version of a store in memory; `archived` absent: it can be read at once. `size`: another one than that of its body. */
export type Kept = { key: string; body: string; size?: number; archived?: Archived }

/**
 * A store in memory that archives versions. A copy is there after `rounds` looks at it; `refuses` says of which keys there
 * will be none. Counts what it is asked.
 */
export function archiveStore(
  kept: readonly Kept[],
  { rounds = 0, refuses = {} as Record<string, RestoreRefusal> } = {},
) {
  const asked = { begun: [] as string[], looked: [] as string[], tiers: new Set<string>() }
  const looksLeft = new Map<string, number>()
  const of = (key: string) => kept.find((each) => each.key === key)!
  const isReadable = ({ key, archived }: Kept) => archived?.restored !== false || looksLeft.get(key) === 0
  const inOrder = kept.toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const store: Store = {
    async list(cursor, limit): Promise<ListPage> {
      const rest = inOrder.filter(({ key }) => cursor === undefined || key > cursor)
      const versions = rest.slice(0, limit).map(toListed)
      return { versions, mounts: [], ...(rest.length > limit && { next: versions.at(-1)!.key }) }
    },
    async open({ key }) {
      if (!isReadable(of(key))) return { kind: 'unreadable', reason: 'archived', detail: 'it must be restored' }
      return {
        kind: 'opened',
        chunks: (async function* () {
          yield Buffer.from(of(key).body)
        })(),
        settle: async () => ({ kind: 'unchanged' }),
        labels: [],
        close: async () => {},
      }
    },
    restores: {
      async begin({ key }, { tier, days }): Promise<Restoring> {
        asked.begun.push(key)
        asked.tiers.add(`${tier} ${days}`)
        const reason = refuses[key]
        if (reason !== undefined) return { kind: 'refused', reason }
        if (looksLeft.get(key) === 0) return { kind: 'restored' }
        if (!looksLeft.has(key)) looksLeft.set(key, rounds)
        return { kind: 'in-progress' }
      },
      async look({ key }): Promise<Restoring> {
        asked.looked.push(key)
        const left = looksLeft.get(key)
        if (left === undefined) return { kind: 'refused', reason: 'not-restored' }
        if (left === 0) return { kind: 'restored' }
        looksLeft.set(key, left - 1)
        return { kind: 'in-progress' }
      },
    },
  }
  return { store, asked }
}

export function toListed({ key, body, size, archived }: Kept): ListedVersion {
  return {
    kind: 'object',
    key,
    versionId: `v-${key}`,
    current: true,
    size: size ?? Buffer.byteLength(body),
    modifiedAt: '2026-11-01T00:00:00.000Z',
    etag: createHash('md5').update(body).digest('hex'),
    ...(archived && { archived }),
  }
}
