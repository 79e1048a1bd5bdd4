import { createHash } from 'node:crypto'
import { isBuiltIn } from '../config.ts'
import { judgeOwnership } from '../deletion/judge-ownership.ts'
import type { Acknowledgement, DeletionRequest, RequestedVersion } from '../deletion/request.ts'
import { EvidenceConflict } from '../errors.ts'
import { toListed } from '../inventory/inventory-part.ts'
import type { Deleted, Judge, Ports } from '../ports.ts'
import { isTransferred } from '../subject-index/open-subject-index.ts'
import { formatDocument, openRunIndex, readDocument, readRunStore } from './documents.ts'
import { intentKey, type PassRef, passKey } from './evidence-keys.ts'
import { readRequested } from './request-deletion.ts'
import { parseInput, requestInput } from './task-input.ts'

/** Versions that are judged, and then deleted, together. */
const deletedAtOnce = 100

type DeletionPorts = Pick<Ports, 'clock' | 'evidence' | 'storeDeletions' | 'caseKey'>

/**
 * The built-in executor: deletes exactly the versions that the request names, each only if all its records belong to
 * transferred subjects and it still is the version that was scanned. Per version:
 * 1. judge all its bytes. A crash here leaves it untouched.
 * 2. write the intent to the evidence. A crash here leaves it untouched; the next try judges it again.
 * 3. delete it. A crash after this finds it gone, and the intent tells that it was us.
 */
export async function executeDeletion(ports: DeletionPorts, input: unknown): Promise<{ requestId: string }> {
  const { requestId, ...ref } = parseInput('execute-deletion', requestInput, input)
  const key = passKey(ref, 'acknowledgement.json')
  if (!(await ports.evidence.has(key)))
    await ports.evidence.put(key, formatDocument(await deleteRequested(ports, ref, requestId)))
  return { requestId }
}

async function deleteRequested(ports: DeletionPorts, ref: PassRef, requestId: string): Promise<Acknowledgement> {
  const { store } = await readRunStore(ports, ref.runId, ref.storeId)
  const request = await readDocument<DeletionRequest>(ports, passKey(ref, 'request.json'))
  const { channel } = store
  if (!isBuiltIn(channel) || request.channel !== channel.kind || request.requestId !== requestId)
    throw new EvidenceConflict(`request ${requestId}: expected one for a built-in channel of store ${store.id}`)
  const listed = await ports.evidence.get(passKey(ref, 'requested-versions.jsonl'))
  if (createHash('sha256').update(listed).digest('hex') !== request.versionsSha256)
    throw new EvidenceConflict(`request ${requestId}: expected the versions that were asked for`)

  const { index, keys } = await openRunIndex(ports, ref.runId)
  const deletion = await ports.storeDeletions.open(store)
  const tally = createTally()
  const judgeable = (version: RequestedVersion) => version.kind === 'object' && version.sha256 !== undefined
  const all = await readRequested(ports, ref)
  for (const { size } of all.filter((version) => !judgeable(version)))
    tally.add(size, {
      kind: 'kept',
      reason: 'not an object that was read to its end, or one that was read in slices: no digest to judge it by',
    })
  const requested = all.filter(judgeable)
  for (let from = 0; from < requested.length; from += deletedAtOnce) {
    const group = requested.slice(from, from + deletedAtOnce)
    const deleted = await deletion.deleteVersions(
      group.map((version) => ({
        version: toListed(version, keys.sealKey),
        judge: judgeWithIntent(ports, ref, version, channel.owner, (text) => isTransferred(index, text)),
      })),
    )
    for (const [place, { seq, size }] of group.entries()) {
      const result = deleted[place]!
      const intended = result.kind === 'gone' && (await ports.evidence.has(intentKey(ref, seq)))
      tally.add(size, intended ? { kind: 'deleted', bytes: size } : result)
    }
  }
  return {
    schemaVersion: 1,
    requestId,
    by: 'executor',
    acknowledgedAt: ports.clock().toISOString(),
    ...tally.sums(),
  }
}

function judgeWithIntent(
  { evidence }: Pick<Ports, 'evidence'>,
  ref: PassRef,
  { seq, sha256 = '', size }: RequestedVersion,
  owner: string,
  transferred: (text: string) => boolean,
): Judge {
  return async (chunks) => {
    const judged = await judgeOwnership(chunks, { owner, sha256, isTransferred: transferred })
    if (judged.kind === 'keep') return judged
    await evidence.put(intentKey(ref, seq), formatDocument({ seq, sha256, bytes: size, records: judged.records }))
    return { kind: 'delete' }
  }
}

function createTally() {
  const deleted = { versions: 0, bytes: 0 }
  const kept = new Map<string, { versions: number; bytes: number }>()
  let gone = 0
  return {
    add(size: number, result: Deleted): void {
      if (result.kind === 'gone') gone++
      if (result.kind === 'deleted') {
        deleted.versions++
        deleted.bytes += result.bytes
      }
      if (result.kind === 'kept') {
        const tally = kept.get(result.reason) ?? { versions: 0, bytes: 0 }
        kept.set(result.reason, { versions: tally.versions + 1, bytes: tally.bytes + size })
      }
    },
    sums: () => ({ deleted, gone, kept: [...kept].map(([reason, tally]) => ({ reason, ...tally })) }),
  }
}
