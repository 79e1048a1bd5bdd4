import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { ListedVersion } from '../../inventory/object-version.ts'
import type { Chunks, Clock, Condemned, Deleted, Judged } from '../../ports.ts'
import { type BesideBytes, readBeside } from './beside-bytes.ts'
import type { Bucket } from './bucket-client.ts'
import { keepsVersions } from './check-bucket.ts'
import { deleteExact, nameOf } from './delete-exact.ts'
import { kept, toDeleted } from './deletion-answer.ts'
import { type ExactVersion, toExactVersion } from './exact-version.ts'
import { isReadAs, type Judging } from './judge-version.ts'
import { mayListKey, versionsOfKey } from './list-key.ts'
import { nullVersion } from './listing-pages.ts'
import { overtaken, type Putting, putAtMost, putRemaining, type Remaining, type Server } from './put-remaining.ts'

/** A version that was judged, and what is to take its place. */
export type Rewritable = Extract<Judged, { kind: 'rewrite' }> & { exact: ExactVersion; remaining: Remaining }

export type RewritingRules = Putting & { clock: Clock; pauseMs: number; server: Server }

/**
 * Puts another version without records of subjects in the place of a judged one, which then goes. Only the current version of its key is rewritten: another one would come to light.
 *
 * 1. all versions of the key are listed, and the judged one has to be the current one (a crash leaves it untouched)
 * 2. the new one is put, if that still is so (a crash or a lost reply: a repetition finds it right above the judged one, and goes on with 4)
 * 3. the key is listed again. If the new one hides what came in between, or is found to be another one than was to be put, it is deleted again, by its id
 * 4. the judged one is deleted by its id (a crash: `rewrittenOrGone`)
 *
 * Another call may go on with the new one as soon as that can be found, and it is the only one that has the records of others then. So it is deleted only for what every call finds as well: where
 * it cannot be read, or the judged one cannot be deleted, both stay, and a repetition goes on with 4.
 * @throws StoreUnavailable
 */
export async function rewriteVersion(
  bucket: Bucket,
  condemned: Condemned,
  rewritable: Rewritable,
  rules: RewritingRules,
): Promise<Deleted> {
  const { exact, remaining } = rewritable
  const before = (await mayListKey(bucket, exact.Key)) ? await versionsOfKey(bucket, exact.Key) : []
  const judged = before.find(is(exact))
  if (judged === undefined) return kept('the store does not list it, or what else there is at its key')
  if (!judged.current) return goOn(bucket, before, rewritable, rules)
  if (before.some(({ versionId }) => versionId.startsWith(nullVersion))) return kept(besideNull)
  if (!(await keepsVersions(bucket))) return kept('the bucket may keep no versions of what is written now')
  if (remaining.size > putAtMost) return kept('without records of subjects it has more than 5 GiB still')
  if (judged.archived) return kept('it is archived: another one could not be read back')
  const read = await readBeside(bucket, exact, rules.clock)
  if (read.kind === 'kept') return read
  if (read.lock !== undefined) return kept(read.lock)

  const put = await putRemaining(bucket, exact, condemned, remaining, read.beside, rules)
  if (put.kind !== 'put') return put
  const own = toExactVersion({ ...judged, versionId: put.versionId ?? '' })
  if (own === undefined) return kept(`the store gave no id of its own to another one${replaced}`)
  const after = await versionsOfKey(bucket, exact.Key)
  const ours = after.find(is(own))
  const known = new Set([own.VersionId, ...before.map(({ versionId }) => versionId)])
  if (ours?.current === true && after.some(({ versionId }) => !known.has(versionId)))
    return withdraw(bucket, own, overtaken, rules)
  if (!after.some(is(exact))) return { kind: 'gone' }
  if (ours === undefined) return kept('the store does not list the one that was put in its place')
  const compared = await compare(bucket, ours, read.beside, rewritable, rules)
  if (compared.kind === 'same') return deleteJudged(bucket, rewritable, rules)
  if (compared.kind === 'unread') return kept(`${compared.reason}${replaced}`)
  const isThere = (await versionsOfKey(bucket, exact.Key)).some(is(exact))
  return isThere ? withdraw(bucket, own, compared.reason, rules) : { kind: 'gone' }
}

const besideNull =
  'its key has a version without an id of its own as well, whose place a new one would take if the bucket kept no versions any more'
const noncurrent =
  'it has records of others, and is not the current version of its key: only that is rewritten, since another one would come to light'
const replaced = '; one without records of subjects is the current one now'

const is =
  ({ VersionId }: ExactVersion) =>
  ({ kind, versionId }: ListedVersion) =>
    kind === 'object' && versionId === VersionId

type Compared = { kind: 'same' } | { kind: 'unread' | 'other'; reason: string }

/** Whether a version can take the place of the judged one. */
async function compare(
  bucket: Bucket,
  version: ListedVersion,
  beside: BesideBytes,
  { remaining, isAsWritten }: Rewritable,
  { clock, judging }: RewritingRules,
): Promise<Compared> {
  const isSame = version.size === remaining.size && (await isReadAs(bucket, version, isAsWritten, judging))
  if (isSame === undefined) return { kind: 'unread', reason: 'another one was put in its place, and cannot be read' }
  if (!isSame) return { kind: 'other', reason: 'another one was put in its place, and does not read as it was written' }
  const exact = toExactVersion(version)
  const read = exact && (await readBeside(bucket, exact, clock))
  if (read?.kind !== 'read')
    return { kind: 'unread', reason: 'the metadata or tags of the one that was put in its place cannot be read' }
  return isDeepStrictEqual(read.beside, beside)
    ? { kind: 'same' }
    : { kind: 'other', reason: 'the store gave other metadata or tags to the one that was put in its place' }
}

/**
 * The judged version is not the current one. It goes if that is what was to be put, and nothing lies between the two: an earlier call put it there, or somebody
 * did who wanted the same.
 */
async function goOn(
  bucket: Bucket,
  listed: readonly ListedVersion[],
  rewritable: Rewritable,
  rules: RewritingRules,
): Promise<Deleted> {
  const [current, next] = listed.filter(({ kind }) => kind === 'object')
  if (current?.current !== true || next === undefined || !is(rewritable.exact)(next)) return kept(noncurrent)
  // What the store says of the order of versions and delete markers are their times alone.
  if (listed.some(({ kind, modifiedAt }) => kind !== 'object' && modifiedAt >= next.modifiedAt)) return kept(noncurrent)
  const read = await readBeside(bucket, rewritable.exact, rules.clock)
  if (read.kind === 'kept') return read
  if (read.lock !== undefined) return kept(read.lock)
  const compared = await compare(bucket, current, read.beside, rewritable, rules)
  return compared.kind === 'same' ? deleteJudged(bucket, rewritable, rules) : kept(noncurrent)
}

async function deleteJudged(
  bucket: Bucket,
  { exact, records }: Rewritable,
  { pauseMs }: RewritingRules,
): Promise<Deleted> {
  const answer = (await deleteExact(bucket, 'object', [exact], pauseMs)).get(nameOf(exact))
  const deleted = await toDeleted(bucket, exact, answer, 0)
  if (deleted.kind === 'deleted') return { kind: 'rewritten', records }
  return deleted.kind === 'kept' ? kept(`${deleted.reason}${replaced}`) : deleted
}

/** Deletes the new version again. */
async function withdraw(
  bucket: Bucket,
  own: ExactVersion,
  reason: string,
  { pauseMs }: RewritingRules,
): Promise<Deleted> {
  const answer = (await deleteExact(bucket, 'object', [own], pauseMs)).get(nameOf(own))
  return kept(answer?.kind === 'deleted' || answer?.kind === 'gone' ? reason : `${reason}${replaced}`)
}

/** What a version that is not there any more became: what a call was about to put in its place is at its key, or it is not. @throws StoreUnavailable */
export async function rewrittenOrGone(
  bucket: Bucket,
  { version, rewritten }: Condemned,
  judging: Judging,
): Promise<Deleted> {
  const expected = await rewritten?.()
  if (expected === undefined || !(await mayListKey(bucket, version.key))) return { kind: 'gone' }
  const isIt = async (chunks: Chunks) => {
    const hash = createHash('sha256')
    for await (const chunk of chunks) hash.update(chunk)
    return hash.digest('hex') === expected.sha256
  }
  for (const each of await versionsOfKey(bucket, version.key))
    if (each.kind === 'object' && each.size === expected.size && (await isReadAs(bucket, each, isIt, judging)))
      return { kind: 'rewritten', records: expected.records }
  return { kind: 'gone' }
}
