import { randomBytes } from 'node:crypto'
import { parseConfig } from '../../../lib/config.ts'
import { ManifestAbsent, StoreUnavailable } from '../../../lib/errors.ts'
import type { EventDetails, Ports } from '../../../lib/ports.ts'
import { tool } from '../../../lib/tool.ts'
import { emptyLedgerState, memoryAnchor, memoryLedger } from '../memory-ledger.ts'
import { memoryKeys } from '../memory-signers.ts'
import { memoryCaseKey, memoryEvidence, memoryJournal, memoryRunState, memoryTokens } from './memory-ports.ts'
import type { ModelStore } from './model-store.ts'
import { manifests } from './people.ts'
import { inWorld, type World } from './world.ts'

type Told = { kind: string; detail: EventDetails[keyof EventDetails]; tick: number; at: number }

/** All ports in memory, in a world that does not hold still, and what went through them. */
export function createPorts(world: World, stores: readonly ModelStore[]) {
  const memory = { ...memoryEvidence(), ledger: emptyLedgerState(), tokens: memoryTokens(), journal: memoryJournal() }
  const anchored = new Map<number, string>()
  /** When a document was written first; of a page, when it was listed; of an index, of which manifest it is. */
  const written = new Map<
    string,
    { tick: number; at: number; listedAt?: number | undefined; manifest?: string | undefined }
  >()
  const appended: { identity: string; tick: number }[] = []
  const told: Told[] = []
  let config: unknown
  const { attestationSigner, logSigner, keyRetirement } = memoryKeys(4)

  const noting = (key: string, { created }: { created: boolean }) => {
    const call = world.calls.getStore()
    if (created)
      written.set(key, { tick: world.tick, at: world.now, listedAt: call?.listedAt, manifest: call?.manifest })
  }
  const evidence: Ports['evidence'] = {
    ...memory.evidence,
    async put(key, body) {
      const stored = await memory.evidence.put(key, body)
      noting(key, stored)
      return stored
    },
  }
  const large: Ports['largeEvidence'] = {
    ...memory.largeEvidence,
    async draft() {
      const draft = await memory.largeEvidence.draft()
      return {
        ...draft,
        publish: (key) =>
          world.through('draft.publish', async () => {
            const stored = await draft.publish(key)
            noting(key, stored)
            return stored
          }),
      }
    },
  }
  const ledger: Ports['ledger'] = {
    ...memoryLedger(memory.ledger),
    async append(...args) {
      const answer = await memoryLedger(memory.ledger).append(...args)
      if (answer === 'appended') for (const { identity } of args[1]) appended.push({ identity, tick: world.tick })
      return answer
    },
  }
  const storeOf = (id: string) => {
    const store = stores.find(({ storeId }) => storeId === id)
    if (store === undefined) throw new StoreUnavailable(`store ${id}: expected one`)
    return store
  }
  const ports: Ports = {
    clock: world.clock,
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    meter: { add() {} },
    callSeconds: 900,
    scanMemory: Number.POSITIVE_INFINITY,
    handsOver: false,
    hasSpareCore: () => false,
    configuration: { read: () => world.through('configuration.read', async () => parseConfig(config)) },
    manifests: {
      open: (name) =>
        world.through('manifests.open', async () => {
          const text = manifests[world.manifest]
          const call = world.calls.getStore()
          if (call) call.manifest = world.manifest
          if (text === undefined) throw new ManifestAbsent(`manifest ${name}: expected one, got none`)
          return (async function* () {
            yield Buffer.from(text)
          })()
        }),
    },
    evidence: inWorld(world, 'evidence', evidence, ['list']),
    largeEvidence: inWorld(world, 'largeEvidence', large),
    caseKey: memoryCaseKey(),
    stores: { open: ({ id }) => world.through('stores.open', async () => storeOf(id).store) },
    storeDeletions: {
      open: ({ id, channel }) =>
        world.through('deletions.open', async () =>
          storeOf(id).deletionFor({
            mayAbort: channel.kind === 's3-delete-versions' && channel.abortUploads === true,
            mayRewrite: 'rewrite' in channel && channel.rewrite === true,
          }),
        ),
    },
    runState: inWorld(world, 'runState', memoryRunState()),
    taskTokens: inWorld(world, 'tokens', memory.tokens),
    executions: { start: async () => 'exists', find: async () => undefined },
    events: {
      publish: (kind, detail) =>
        world.through('events.publish', async () => void told.push({ kind, detail, tick: world.tick, at: world.now })),
    },
    ledger: inWorld(world, 'ledger', ledger, ['entries']),
    anchor: inWorld(world, 'anchor', memoryAnchor(anchored)),
    timestamps: { add: async () => {}, list: async () => [], get: async () => Promise.reject(new Error('none')) },
    authorities: { ask: async () => Promise.reject(new Error('none')) },
    attestationSigner,
    logSigner,
    keyRetirement: inWorld(world, 'keys', keyRetirement),
    keyProtection: 'key-file',
    tool,
    region: '',
  }

  return {
    ports,
    memory,
    evidence,
    written,
    appended,
    told,
    setConfig: (next: unknown) => {
      config = next
    },
  }
}
