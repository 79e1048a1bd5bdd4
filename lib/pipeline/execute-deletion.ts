import { isBuiltIn } from '../config.ts'
import { createTally, type DeletionLeg, type LegStart } from '../deletion/leg.ts'
import type { Acknowledgement, DeletionRequest, RequestedVersion } from '../deletion/request.ts'
import { EvidenceConflict } from '../errors.ts'
import { isTimeFor, readingSeconds } from '../inventory/call-capacity.ts'
import type { Ports } from '../ports.ts'
import { isTransferred } from '../subject-index/open-subject-index.ts'
import { pendingIndexOf } from '../subject-index/pending-index.ts'
import { deleteGroup, inTimeOf, type JudgeOf, judgeWithIntent, removeGroup } from './deletion-group.ts'
import { formatDocument, openRunIndex, readDocument, readRunStore } from './evidence/documents.ts'
import { deletionLegKey, type PassRef, passKey } from './evidence/evidence-keys.ts'
import { openRequested } from './evidence/requested-versions.ts'
import { requireStanding } from './log/taken-back.ts'
import { requireConfirmed } from './scope/require-confirmed.ts'
import { executeInput, parseInput } from './task-input.ts'

/** Versions that are judged, and then deleted, together: as many as S3 deletes in one request. */
const deletedAtOnce = { versions: 1000, bytes: 2 ** 30 }
type AtOnce = typeof deletedAtOnce
/** A call ends at the first group after this. A Lambda lives for 15 minutes. */
const legMs = 10 * 60_000

type DeletionPorts = Pick<Ports, 'clock' | 'evidence' | 'largeEvidence' | 'storeDeletions' | 'caseKey' | 'callSeconds'>

/**
 * The built-in executor: deletes exactly the versions that the request names, each only if all its records belong to
 * transferred subjects and it still is the version that was scanned. A long request takes several calls, one leg each;
 * the leg that was stored first counts, and the last one writes the answer. A version that a leg begins with and has not enough time for is kept.
 * Once somebody took back what the request stands on, nothing more is deleted. Per version:
 * 1. judge all its bytes. A crash here leaves it untouched.
 * 2. write the intent to the evidence. A crash here leaves it untouched; the next try judges it again.
 * 3. delete it. A crash after this finds it gone, and the intent tells that it was us.
 * A version that has records of others as well, and may be rewritten, is written without those of subjects while it is judged (1), and goes (3) when what was written is in its place.
 * @throws ScopeUnconfirmed before a leg when it was asked too long ago whether everybody in scope is transferred
 */
export async function executeDeletion(
  ports: DeletionPorts,
  input: unknown,
  atOnce: AtOnce = deletedAtOnce,
): Promise<{ requestId: string; complete: boolean; versions: number }> {
  const { requestId, leg, confirmedAt, ...ref } = parseInput('execute-deletion', executeInput, input)
  const key = deletionLegKey(ref, leg)
  if (!(await ports.evidence.has(key))) {
    requireConfirmed(ports, requestId, confirmedAt)
    await ports.evidence.put(key, formatDocument(await executeLeg(ports, ref, requestId, leg, atOnce)))
  }
  const { deleted, rewritten, gone, kept, next } = await readDocument<DeletionLeg>(ports, key)
  if (next === undefined) await answer(ports, ref, requestId, leg)
  const versions =
    deleted.versions + (rewritten?.versions ?? 0) + gone + kept.reduce((sum, each) => sum + each.versions, 0)
  return { requestId, complete: next === undefined, versions }
}

/** The sums of all legs, as the answer to the request. */
async function answer(ports: DeletionPorts, ref: PassRef, requestId: string, last: number): Promise<void> {
  const key = passKey(ref, 'acknowledgement.json')
  if (await ports.evidence.has(key)) return
  const tally = createTally()
  for (let leg = 0; leg <= last; leg++) tally.addSums(await readDocument<DeletionLeg>(ports, deletionLegKey(ref, leg)))
  const acknowledgement: Acknowledgement = {
    schemaVersion: 1,
    requestId,
    by: 'executor',
    acknowledgedAt: ports.clock().toISOString(),
    ...tally.sums(),
  }
  await ports.evidence.put(key, formatDocument(acknowledgement))
}

async function executeLeg(
  ports: DeletionPorts,
  ref: PassRef,
  requestId: string,
  leg: number,
  atOnce: AtOnce,
): Promise<DeletionLeg> {
  const startedAt = ports.clock()
  const from = await startOf(ports, ref, leg)
  const { config, store } = await readRunStore(ports, ref.runId, ref.storeId)
  const request = await readDocument<DeletionRequest>(ports, passKey(ref, 'request.json'))
  const { channel } = store
  if (!isBuiltIn(channel) || request.channel !== channel.kind || request.requestId !== requestId)
    throw new EvidenceConflict(`request ${requestId}: expected one for a built-in channel of store ${store.id}`)
  if (request.runId !== ref.runId || request.storeId !== ref.storeId || request.pass !== ref.pass)
    throw new EvidenceConflict(`request ${requestId}: expected the one of this pass`)
  const requested = await openRequested(ports.evidence, ref, request)
  const { index, keys } = await openRunIndex(ports, ref.runId)
  const deletion = await ports.storeDeletions.open(store, { homeCountry: config.homeCountry })
  const passed = () => ports.clock().getTime() - startedAt.getTime()
  const readingMs = readingSeconds(ports.callSeconds) * 1000
  let wasLate = false
  const isLate = () => {
    wasLate ||= passed() > readingMs
    return wasLate
  }
  const rule = {
    owner: channel.owner,
    isTransferred: (text: string) => isTransferred(index, text),
    pending: pendingIndexOf(index),
    isLate,
    mayRewrite: 'rewrite' in channel && channel.rewrite === true,
  }
  const judgeOf: JudgeOf = (version, key) => judgeWithIntent(ports, ref, version, { ...rule, key })

  const tally = createTally()
  let next = requested.count === 0 ? undefined : from
  let lines: { part: number; versions: RequestedVersion[] } | undefined
  do {
    if (next === undefined) break
    await requireStanding(ports, ref)
    if (lines?.part !== next.part) lines = { part: next.part, versions: await requested.read(next.part) }
    const group = groupFrom(lines.versions, next, atOnce)
    // What would not be done in time begins the next leg, which has all of it.
    if (next !== from && !isTimeFor('container', sizeOf(group), passed())) break
    const results =
      next.turn === 'versions'
        ? await deleteGroup(ports, ref, deletion, group, keys.sealKey, judgeOf)
        : await removeGroup(ports, ref, deletion, group, keys.sealKey, rule.pending)
    // What had the rest of a call begins the next leg, which has all of one; what has had that is done.
    const done = Math.max(inTimeOf(group, results), next === from ? 1 : 0)
    for (const version of group.slice(0, done)) {
      const result = results.get(version)
      if (result !== undefined) tally.add(version, result)
    }
    if (done > 0) next = placeAfter(next, done, lines.versions.length, requested.count)
  } while (passed() < legMs && !wasLate)
  return {
    schemaVersion: 1,
    requestId,
    leg,
    from,
    ...(next && { next }),
    startedAt: startedAt.toISOString(),
    finishedAt: ports.clock().toISOString(),
    ...tally.leg(),
  }
}

/** Where a leg begins: where the one before it ended. */
async function startOf(ports: Pick<Ports, 'evidence'>, ref: PassRef, leg: number): Promise<LegStart> {
  if (leg === 0) return { turn: 'versions', part: 0, line: 0 }
  const { next } = await readDocument<DeletionLeg>(ports, deletionLegKey(ref, leg - 1))
  if (next === undefined) throw new EvidenceConflict(`deletion: leg ${leg}: expected nothing left, got a leg more`)
  return next
}

const sizeOf = (group: readonly RequestedVersion[]) => group.reduce((sum, { size }) => sum + size, 0)

/** As many lines as are worked on together; at least one. */
function groupFrom(versions: readonly RequestedVersion[], { line }: LegStart, atOnce: AtOnce): RequestedVersion[] {
  let bytes = 0
  const rest = versions.slice(line, line + atOnce.versions)
  const end = rest.findIndex(({ size }, index) => {
    bytes += size
    return index > 0 && bytes > atOnce.bytes
  })
  return end < 0 ? rest : rest.slice(0, end)
}

/** What follows after some lines of a part; nothing after the last line of the second turn. */
function placeAfter({ turn, part, line }: LegStart, done: number, lines: number, parts: number): LegStart | undefined {
  if (line + done < lines) return { turn, part, line: line + done }
  if (part + 1 < parts) return { turn, part: part + 1, line: 0 }
  return turn === 'versions' ? { turn: 'remnants', part: 0, line: 0 } : undefined
}
