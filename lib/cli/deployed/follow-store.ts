import { basename } from 'node:path'
import type { DeletionRequest } from '../../deletion/request.ts'
import { readArchived, readBatches } from '../../pipeline/evidence/batches.ts'
import { readDocument } from '../../pipeline/evidence/documents.ts'
import {
  batchesPrefix,
  batchKey,
  type Listing,
  type PassRef,
  partKey,
  partsPrefix,
  passKey,
  storeKey,
} from '../../pipeline/evidence/evidence-keys.ts'
import { readSegments } from '../../pipeline/evidence/segments.ts'
import { pageSize } from '../../pipeline/take-inventory.ts'
import type { Ports } from '../../ports.ts'
import type { RunEvent } from '../deployment.ts'

type FollowPorts = Pick<Ports, 'evidence' | 'runState'>

/** `segments` counts their pages, `listed` the versions of the opening ones. */
const openPass = (ref: PassRef) => ({
  ref,
  stage: 'listing' as 'listing' | 'scanning' | 'settled' | 'requested',
  segments: [] as { opening: number; closing: number }[],
  listed: 0,
  batches: [] as { versions: number; bytes: number }[],
  /** Of archived versions, as long as nobody has decided, or they are waited for. */
  restore: undefined as 'open' | 'begun' | undefined,
  /** Batches below `next` have reported, and so have those of `ahead`. */
  next: 0,
  ahead: new Set<number>(),
  request: undefined as DeletionRequest | undefined,
})

const placeOf = ({ ref, stage }: ReturnType<typeof openPass>) => `${ref.pass} ${stage}`

/** Follows one store through its passes. `done` is added to as batches report. */
export function followStore(
  ports: FollowPorts,
  { runId, storeId }: { runId: string; storeId: string },
  onEvent: (event: RunEvent) => void,
  done: { listed: number; versions: number; bytes: number },
) {
  const { evidence } = ports
  let pass = openPass({ runId, storeId, pass: 0 })
  let state: 'under-way' | 'waiting' | 'finished' = 'under-way'

  /** Whether a listing has grown. Parts are counted, not read: one that is followed by another is full. */
  const pagesOf = async (listing: Listing): Promise<boolean> => {
    const grown = await Promise.all(
      pass.segments.map(async (pages, segment) => {
        const ref = { ...pass.ref, segment }
        const before = pages[listing]
        const after = before === 0 ? undefined : partKey(ref, listing, before - 1)
        for await (const _ of evidence.list(partsPrefix(ref, listing), after)) pages[listing]++
        const full = Math.max(0, pages[listing] - 1) - Math.max(0, before - 1)
        done.listed += full * pageSize
        if (listing === 'opening') pass.listed += full * pageSize
        return pages[listing] > before
      }),
    )
    if (!grown.includes(true)) return false
    onEvent({ kind: 'listing', ref: pass.ref })
    return true
  }

  const listing = async (): Promise<boolean> => {
    if (pass.segments.length === 0) {
      if (!(await evidence.has(passKey(pass.ref, 'segments.json')))) return false
      pass.segments = (await readSegments(evidence, pass.ref)).map(() => ({ opening: 0, closing: 0 }))
    }
    const hasGrown = await pagesOf('opening')
    if (!(await evidence.has(passKey(pass.ref, 'batches.jsonl')))) return hasGrown
    pass.batches = [...(await readBatches(evidence, pass.ref))].map(({ versions, bytes }) => ({ versions, bytes }))
    const sum = (what: 'versions' | 'bytes') => pass.batches.reduce((total, batch) => total + batch[what], 0)
    const versions = sum('versions')
    done.listed += versions - pass.listed
    onEvent({ kind: 'planned', ref: pass.ref, versions, bytes: sum('bytes') })
    if (pass.batches.length > 0) onEvent({ kind: 'scanning', ref: pass.ref })
    if ((await readArchived(evidence, pass.ref)).length > 0) pass.restore = 'open'
    pass.stage = 'scanning'
    return true
  }

  const scanning = async (): Promise<boolean> => {
    const hasRestored = pass.restore !== undefined && (await restoring())
    const hasReported = pass.next < pass.batches.length && (await reportsOf())
    if (await evidence.has(passKey(pass.ref, 'coverage.json'))) {
      onEvent({ kind: 'settled', ref: pass.ref })
      pass.stage = 'settled'
      return true
    }
    return hasRestored || hasReported || pagesOf('closing')
  }

  /** Whether there is something new of a restore. Where nothing is restored, the first batch that reports says so. */
  const restoring = async (): Promise<boolean> => {
    const before = pass.restore
    if (pass.restore === 'open' && (await evidence.has(passKey(pass.ref, 'restore.json')))) {
      onEvent({ kind: 'restoring', ref: pass.ref })
      pass.restore = 'begun'
      state = 'waiting'
    }
    if (pass.restore === 'begun' && (await evidence.has(passKey(pass.ref, 'restored.json')))) {
      onEvent({ kind: 'restored', ref: pass.ref })
      pass.restore = undefined
    } else if (pass.next + pass.ahead.size > 0) pass.restore = undefined
    if (pass.restore === undefined) state = 'under-way'
    return pass.restore !== before
  }

  /** Counts the batches that have reported since. They end in any order: the listing begins behind the first gap. */
  const reportsOf = async (): Promise<boolean> => {
    const before = pass.next + pass.ahead.size
    const after = pass.next === 0 ? undefined : batchKey(pass.ref, pass.next - 1)
    for await (const key of evidence.list(batchesPrefix(pass.ref), after)) {
      const number = Number(basename(key, '.jsonl'))
      const batch = pass.batches[number]
      if (batch === undefined || pass.ahead.has(number)) continue
      pass.ahead.add(number)
      done.versions += batch.versions
      done.bytes += batch.bytes
    }
    while (pass.ahead.delete(pass.next)) pass.next++
    return pass.next + pass.ahead.size > before
  }

  const settled = async (): Promise<boolean> => {
    if (!(await evidence.has(passKey(pass.ref, 'request.json')))) return false
    pass.request = await readDocument<DeletionRequest>(ports, passKey(pass.ref, 'request.json'))
    onEvent({ kind: 'requested', ref: pass.ref })
    pass.stage = 'requested'
    return true
  }

  const requested = async (): Promise<boolean> => {
    if (await evidence.has(passKey(pass.ref, 'acknowledgement.json'))) {
      onEvent({ kind: 'answered', ref: pass.ref })
      pass = openPass({ ...pass.ref, pass: pass.ref.pass + 1 })
      state = 'under-way'
      return true
    }
    const { requestId, channel } = pass.request!
    // The custodian is waited for once the run's token is kept with the request.
    if (channel === 'manual' && state !== 'waiting' && (await ports.runState.getRequest(requestId))?.token) {
      onEvent({ kind: 'waiting', ref: pass.ref, requestId })
      state = 'waiting'
      return true
    }
    return false
  }

  const steps = { listing, scanning, settled, requested }
  return {
    state: () => state,
    async poll() {
      if (state === 'finished') return
      let isNew = false
      for (let at: string | undefined; at !== placeOf(pass); ) {
        at = placeOf(pass)
        if (await steps[pass.stage]()) isNew = true
      }
      if (!isNew && (await evidence.has(storeKey(runId, storeId, 'report.json')))) state = 'finished'
    },
  }
}
