import type { Config } from '../config.ts'
import { AdapterMissing } from '../errors.ts'
import { type Buckets, type LocalPorts, localPorts, storesOf } from '../local/local-ports.ts'
import { createCounters } from '../local/sandbox/counters.ts'
import type { WorkerData } from '../local/sandbox/open-sandbox.ts'
import { type StateDirectory, stateDirectory } from '../local/state-directory.ts'
import type { Ports, StoreDeletions, Stores } from '../ports.ts'

/** The ports of the product on one machine: local adapters, and those of S3 for stores that are buckets. */
export function embeddedPorts(
  paths: StateDirectory,
  { config, ...own }: { config: Config | undefined } & Pick<Ports, 'meter'> & Partial<Pick<Ports, 'hasSpareCore'>>,
): LocalPorts {
  const configuration = {
    read: async () => {
      if (config === undefined) throw new AdapterMissing('configuration: expected only a run to read it')
      return config
    },
  }
  return localPorts(paths, { configuration, ...own, buckets })
}

/** Stores alone, for looking at them without a state directory. */
export const embeddedStores = (): Stores => storesOf(buckets.stores)

/** What a thread of the sandbox has: it counts in the memory that it shares with the main thread. */
export function composeWorker({ stateRoot, counters, cores }: WorkerData): LocalPorts {
  const { meter, busyThreads } = createCounters(counters)
  return embeddedPorts(stateDirectory(stateRoot), {
    config: undefined,
    meter,
    hasSpareCore: () => busyThreads() < cores,
  })
}

let bucketStores: Promise<Stores> | undefined
let bucketDeletions: Promise<StoreDeletions> | undefined

/** Loaded when the first bucket is opened: a run over directories needs no client of AWS. */
const buckets: Buckets = {
  stores: {
    async open(store) {
      bucketStores ??= import('../aws/bucket/s3-store.ts').then(({ s3Stores }) => s3Stores())
      return (await bucketStores).open(store)
    },
  },
  storeDeletions: {
    async open(store, where) {
      bucketDeletions ??= import('../aws/bucket/s3-deletion.ts').then(({ s3Deletions }) => s3Deletions())
      return (await bucketDeletions).open(store, where)
    },
  },
}
