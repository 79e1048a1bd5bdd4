import { readRunConfig } from '../../pipeline/evidence/documents.ts'
import { runKey } from '../../pipeline/evidence/evidence-keys.ts'
import type { Ports } from '../../ports.ts'
import type { Progress, RunEvent } from '../deployment.ts'
import { followStore } from './follow-store.ts'

export type Followed = {
  /** Looks once, and tells what is new since the last time. */
  poll(): Promise<void>
  progress(): Progress
  /** Whether every store that is not finished waits for its custodian. */
  isWaiting(): boolean
}

/**
 * Follows a run by what it leaves: documents in the evidence and the requests of the run state. How a run is told does
 * not depend on who runs it, nor on whether somebody watched from its beginning. A look costs a few requests a store,
 * however large it is.
 */
export function followRun(
  ports: Pick<Ports, 'evidence' | 'runState'>,
  runId: string,
  onEvent: (event: RunEvent) => void,
): Followed {
  const done = { listed: 0, versions: 0, bytes: 0 }
  let isManifestTold = false
  let stores: ReturnType<typeof followStore>[] | undefined

  return {
    async poll() {
      if (stores === undefined && (await ports.evidence.has(runKey(runId, 'config.json')))) {
        const config = await readRunConfig(ports, runId)
        stores = config.stores.map(({ id }) => followStore(ports, { runId, storeId: id }, onEvent, done))
      }
      if (!isManifestTold && (await ports.evidence.has(runKey(runId, 'manifest.json')))) {
        isManifestTold = true
        onEvent({ kind: 'manifest', runId })
      }
      if (isManifestTold) await Promise.all((stores ?? []).map((store) => store.poll()))
    },
    progress: () => done,
    isWaiting() {
      const open = (stores ?? []).filter(({ state }) => state() !== 'finished')
      return open.length > 0 && open.every(({ state }) => state() === 'waiting')
    },
  }
}
