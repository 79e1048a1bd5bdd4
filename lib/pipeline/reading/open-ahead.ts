import { setImmediate } from 'node:timers/promises'
import type { ListedVersion } from '../../inventory/object-version.ts'
import type { Chunks, Opened, Store } from '../../ports.ts'

/** Versions of at most so many bytes are read ahead, so many at a time: 4 MiB in all, beside the one that is scanned. */
export const ahead = { most: 4, bytes: 1 << 20 }

type Opening = Pick<Store, 'open'>

type Held = { opened: Opened } | { error: unknown }

/**
 * A store whose small versions are opened and read into memory before they are asked for, in the order in which they will be: waiting
 * for a bucket's first byte takes longer than scanning what comes. Only reading goes ahead; versions are scanned one after
 * another, as they would be without, and each is the answer to the same one request.
 * `close`: frees what nobody asked for, and waits for it.
 */
export function openAhead(
  store: Opening,
  versions: readonly ListedVersion[],
  limits = ahead,
): { store: Opening; close(): Promise<void> } {
  const rest = versions.filter(({ kind, size }) => kind === 'object' && size <= limits.bytes)[Symbol.iterator]()
  const held = new Map<string, Promise<Held>>()
  let isClosed = false
  const goOn = () => {
    while (!isClosed && held.size < limits.most) {
      const { done, value: version } = rest.next()
      if (done) return
      held.set(
        nameOf(version),
        hold(store, version).catch((error: unknown) => ({ error })),
      )
    }
  }
  goOn()
  return {
    store: {
      async open(version, range) {
        const name = nameOf(version)
        const own = range === undefined ? held.get(name) : undefined
        if (own === undefined) return store.open(version, range)
        const taken = await own
        held.delete(name)
        goOn()
        if ('error' in taken) throw taken.error
        return taken.opened
      },
    },
    async close() {
      isClosed = true
      for (const each of held.values()) {
        const taken = await each
        if ('opened' in taken && taken.opened.kind === 'opened') await taken.opened.close()
      }
    },
  }
}

const nameOf = ({ key, versionId }: ListedVersion) => JSON.stringify([key, versionId])

async function hold(store: Opening, version: ListedVersion): Promise<Held> {
  const opened = await store.open(version)
  if (opened.kind === 'unreadable') return { opened }
  const parts: Buffer[] = []
  let broken: { error: unknown } | undefined
  try {
    for await (const chunk of opened.chunks) parts.push(Buffer.from(chunk))
  } catch (error) {
    broken = { error }
  }
  return { opened: { ...opened, chunks: replay(parts, broken) } }
}

/** What came, and then what went wrong. */
async function* replay(parts: Buffer[], broken: { error: unknown } | undefined): Chunks {
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) yield part
  if (broken) throw broken.error
  // Others' answers are taken off their connections meanwhile.
  await setImmediate()
}
