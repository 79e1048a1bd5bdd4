import type { KeyObject } from 'node:crypto'
import type { ScannedContent } from '../deletion/check-content.ts'
import { judgeOwnership, namesPending, tooLate } from '../deletion/judge-ownership.ts'
import type { OwnerRule } from '../deletion/judge-records.ts'
import type { RequestedVersion } from '../deletion/request.ts'
import { isAsWritten } from '../deletion/rewriting.ts'
import { toListed } from '../inventory/inventory-part.ts'
import type { Deleted, Judge, Ports, Remnant, Rewritten, StoreDeletion } from '../ports.ts'
import { findInKey } from '../scan/names/redact-key.ts'
import type { PendingLabels } from '../scan/outcome.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { formatDocument, readDocument } from './evidence/documents.ts'
import { intentKey, type PassRef } from './evidence/evidence-keys.ts'

/** Of the versions of a group that were dealt with. */
export type Results = ReadonlyMap<RequestedVersion, Deleted>

/** How many versions of a group come before the first that there was no time left for. */
export function inTimeOf(group: readonly RequestedVersion[], results: Results): number {
  const late = group.findIndex((version) => {
    const result = results.get(version)
    return result?.kind === 'kept' && result.reason === tooLate
  })
  return late < 0 ? group.length : late
}

type JudgeableVersion = { version: RequestedVersion; scanned: ScannedContent }

/** `key`: as it is listed, with nothing sealed. */
export type JudgeOf = (version: JudgeableVersion, key: string) => Judge

/** What is known of the content that was scanned; without anything there is nothing to judge a version by. */
function toJudgeable(version: RequestedVersion): JudgeableVersion[] {
  const { kind, sha256, pieces, size } = version
  if (kind !== 'object') return []
  if (sha256 !== undefined) return [{ version, scanned: { sha256 } }]
  return pieces === undefined ? [] : [{ version, scanned: { pieces, size } }]
}

/** What was found by nothing but its name, and has nothing else: its content cannot be judged, since there is none. */
function isRemnant<V extends RequestedVersion>(version: V): version is V & Pick<Remnant, 'kind'> {
  return (
    (version.kind === 'delete-marker' || version.kind === 'multipart-upload') &&
    version.places.length > 0 &&
    version.places.every(({ place }) => place === 'key')
  )
}

const unjudged =
  'not an object that was read to its end, or one that was read in slices without a digest of each: nothing to judge it by'

/** Judges and deletes the object versions of a group. Remnants wait for their turn; whatever else there is stays. */
export async function deleteGroup(
  ports: Pick<Ports, 'evidence'>,
  ref: PassRef,
  deletion: StoreDeletion,
  group: readonly RequestedVersion[],
  sealKey: KeyObject,
  judgeOf: JudgeOf,
): Promise<Results> {
  const judgeable = group.flatMap(toJudgeable)
  const unread = group.filter((version) => toJudgeable(version).length === 0 && !isRemnant(version))
  const condemned = judgeable.map((each) => {
    const version = toListed(each.version, sealKey)
    return {
      version,
      judge: judgeOf(each, version.key),
      rewritten: async () => (await intentOf(ports, ref, each.version))?.rewritten,
    }
  })
  const deleted = condemned.length === 0 ? [] : await deletion.deleteVersions(condemned)
  const results = new Map<RequestedVersion, Deleted>(
    unread.map((version) => [version, { kind: 'kept', reason: unjudged }]),
  )
  for (const [place, { version }] of judgeable.entries()) {
    results.set(version, await withIntent(ports, ref, version, deleted[place]!))
  }
  return results
}

/** What a version was, and what is to be put in its place, written down before it goes. */
type Intent = { seq: number; bytes: number; sha256?: string; records?: number; rewritten?: Rewritten }

async function intentOf(
  ports: Pick<Ports, 'evidence'>,
  ref: PassRef,
  { seq }: RequestedVersion,
): Promise<Intent | undefined> {
  const key = intentKey(ref, seq)
  return (await ports.evidence.has(key)) ? await readDocument<Intent>(ports, key) : undefined
}

/** What is gone, and was to be deleted by us, was deleted by a call that did not live to say so. Whether another one took its place the store says. */
async function withIntent(
  ports: Pick<Ports, 'evidence'>,
  ref: PassRef,
  version: RequestedVersion,
  result: Deleted,
): Promise<Deleted> {
  const intent = result.kind === 'gone' ? await intentOf(ports, ref, version) : undefined
  return intent === undefined || intent.rewritten ? result : { kind: 'deleted', bytes: version.size }
}

/** After all object versions are dealt with, those that a marker hides included. `pending`: those whose transfer is not confirmed. */
export async function removeGroup(
  ports: Pick<Ports, 'evidence'>,
  ref: PassRef,
  deletion: StoreDeletion,
  group: readonly RequestedVersion[],
  sealKey: KeyObject,
  pending: SubjectIndex | undefined,
): Promise<Results> {
  const results = new Map<RequestedVersion, Deleted>()
  const named = new Map<Remnant, RequestedVersion>()
  for (const version of group.filter(isRemnant)) {
    const listed = { ...toListed(version, sealKey), kind: version.kind }
    if (pending !== undefined && findInKey(listed.key, pending).length > 0)
      results.set(version, { kind: 'kept', reason: namesPending })
    else named.set(listed, version)
  }
  if (named.size === 0) return results
  const removed = await deletion.removeRemnants([...named.keys()], async (remnant) => {
    const { seq, size } = named.get(remnant)!
    await ports.evidence.put(intentKey(ref, seq), formatDocument({ seq, bytes: size }))
  })
  for (const [place, version] of [...named.values()].entries())
    results.set(version, await withIntent(ports, ref, version, removed[place]!))
  return results
}

const keptForLabels: Record<PendingLabels, string> = {
  named: 'its metadata or tags name somebody whose transfer is not confirmed',
  unread: 'its metadata or tags could not be read, and may name somebody whose transfer is not confirmed',
}

export function judgeWithIntent(
  { evidence }: Pick<Ports, 'evidence'>,
  ref: PassRef,
  { version: { seq, size, pendingLabels }, scanned }: JudgeableVersion,
  { mayRewrite, ...rule }: OwnerRule & { key: string; isLate: () => boolean; mayRewrite: boolean },
): Judge {
  return async (chunks, remaining) => {
    if (pendingLabels) return { kind: 'keep', reason: keptForLabels[pendingLabels] }
    const judged = await judgeOwnership(chunks, { ...rule, scanned, ...(mayRewrite && { remaining }) })
    if (judged.kind === 'keep') return judged
    const { records, sha256 } = judged
    const intent = (rewritten?: Rewritten): Intent => ({
      seq,
      sha256,
      bytes: size,
      records,
      ...(rewritten && { rewritten }),
    })
    if (judged.kind === 'delete') {
      await evidence.put(intentKey(ref, seq), formatDocument(intent()))
      return { kind: 'delete' }
    }
    const { written } = judged
    await evidence.put(
      intentKey(ref, seq),
      formatDocument(intent({ sha256: written.sha256, size: written.size, records })),
    )
    return { kind: 'rewrite', records, isAsWritten: (again) => isAsWritten(again, written) }
  }
}
