import { AbortMultipartUploadCommand } from '@aws-sdk/client-s3'
import type { StoreConfig } from '../../config.ts'
import { EvidenceConflict } from '../../errors.ts'
import type { Clock, Condemned, Deleted, Remnant, StoreDeletion, StoreDeletions } from '../../ports.ts'
import { mapAtOnce } from '../at-once.ts'
import { type Bucket, bucketsFor } from './bucket-client.ts'
import { faultCode, toFault } from './bucket-faults.ts'
import { checkBucket } from './check-bucket.ts'
import { deleteExact, nameOf } from './delete-exact.ts'
import { kept, reasonOf, toDeleted } from './deletion-answer.ts'
import { isAbsentCode, isRefusal } from './deletion-faults.ts'
import { checkInStore, type ExactVersion, isUpload, toExactVersion } from './exact-version.ts'
import { describeProtection } from './explain-refusal.ts'
import { type Judging, judgeVersion } from './judge-version.ts'
import { type KeyListing, listWholeKey, lookAtMarker, lookForUpload } from './list-key.ts'
import { uploadIdOf } from './listing-pages.ts'
import { measureRemaining } from './put-remaining.ts'
import { type Rewritable, type RewritingRules, rewriteVersion, rewrittenOrGone } from './rewrite-version.ts'

/** Requests under way at once while versions are looked at. */
const atOnce = 8

/** The deleting side of buckets as stores, under the role that deletes. `bucketOf` gives the client for a store. */
export function s3Deletions(
  bucketOf: (store: StoreConfig) => Bucket = bucketsFor('delete'),
  {
    pauseMs = 500,
    pulseMs = 5000,
    clock = () => new Date(),
    ...judging
  }: { pauseMs?: number; pulseMs?: number; clock?: Clock } & Judging = {},
): StoreDeletions {
  return {
    async open(store, { homeCountry }) {
      const bucket = bucketOf(store)
      const { needsSecondFactor } = await checkBucket(bucket, store, homeCountry)
      const { abortUploads, rewrite }: { abortUploads?: boolean | undefined; rewrite?: boolean | undefined } =
        store.channel.kind === 's3-delete-versions' ? store.channel : {}
      const may = { mayAbort: abortUploads === true, mayRewrite: rewrite === true }
      return openS3Deletion(bucket, {
        needsSecondFactor,
        ...may,
        clock,
        pauseMs,
        pulseMs,
        judging,
        server: { knowsConditions: true },
      })
    },
  }
}

/** `pauseMs`: between two requests for what the store was too busy for, twice as long each time. */
type Rules = RewritingRules & { needsSecondFactor: boolean; mayAbort: boolean; mayRewrite: boolean }

/**
 * Deletes versions of one bucket: only such as the store gave an id of their own, each named by key and id.
 *
 * 1. every version is read, exactly by its id, and judged by all its bytes (a crash leaves it untouched)
 * 2. those that may go are deleted together; the store answers about each by name (a crash or a lost reply: a repetition
 *    finds them gone)
 * 3. others take the places of those that have records of others as well (`rewriteVersion` says how)
 *
 * What the store does not answer about is kept, for all we know. An answer about anything else is an alarm.
 */
function openS3Deletion(bucket: Bucket, rules: Rules): StoreDeletion {
  return {
    async deleteVersions(condemned) {
      checkInStore(
        bucket.storeId,
        bucket.config.prefix,
        condemned.map(({ version }) => version),
      )
      const judged = await mapAtOnce(condemned, atOnce, (each) => judge(bucket, rules, each))
      const answers = await deleteExact(bucket, 'object', judged.flatMap(approved), rules.pauseMs)
      return mapAtOnce([...judged.entries()], atOnce, async ([place, each]) => {
        const own = condemned[place]!
        if (each.kind === 'approved')
          return toDeleted(bucket, each.exact, answers.get(nameOf(each.exact)), own.version.size)
        const done = each.kind === 'rewrite' ? await rewriteVersion(bucket, own, each, rules) : each
        return done.kind === 'gone' ? rewrittenOrGone(bucket, own, rules.judging) : done
      })
    },
    async removeRemnants(remnants, intend = async () => {}) {
      checkInStore(bucket.storeId, bucket.config.prefix, remnants)
      // A key may have thousands of markers: it is listed once for all of them, before any is deleted.
      const listed = new Map<string, Promise<KeyListing>>()
      const listOf = (key: string) => {
        const listing = listed.get(key) ?? listWholeKey(bucket, key)
        listed.set(key, listing)
        return listing
      }
      const looked = await mapAtOnce(remnants, atOnce, async (remnant) => {
        if (remnant.kind !== 'delete-marker') return abort(bucket, rules, remnant, intend)
        const seen = await lookAt(listOf, rules, remnant)
        if (seen.kind === 'approved') await intend(remnant)
        return seen
      })
      const answers = await deleteExact(bucket, 'delete-marker', looked.flatMap(approved), rules.pauseMs)
      return mapAtOnce(looked, atOnce, async (each) =>
        each.kind === 'approved' ? toDeleted(bucket, each.exact, answers.get(nameOf(each.exact)), 0) : each,
      )
    },
  }
}

type Approved = { kind: 'approved'; exact: ExactVersion }
type Looked = Approved | Deleted

const approved = (looked: Looked | Rewritable): ExactVersion[] => (looked.kind === 'approved' ? [looked.exact] : [])

const withoutId =
  'the store gave it no id of its own: another one may be in its place by now, and the store deletes it unconditionally'
const wantsSecondFactor = 'the bucket wants a second factor of whoever deletes (MFA delete)'

async function judge(
  bucket: Bucket,
  { needsSecondFactor, mayRewrite, judging }: Rules,
  condemned: Condemned,
): Promise<Looked | Rewritable> {
  const { version } = condemned
  if (version.kind !== 'object') return kept('it is not an object version')
  if (version.protection) return kept(describeProtection(version.protection))
  const exact = toExactVersion(version)
  if (exact === undefined) return kept(withoutId)
  if (needsSecondFactor) return kept(wantsSecondFactor)
  const { sink, measured } = measureRemaining()
  const judged = await judgeVersion(bucket, exact, condemned, judging, mayRewrite ? sink : undefined)
  if (judged.kind === 'delete') return { kind: 'approved', exact }
  if (judged.kind !== 'rewrite') return judged
  if (!mayRewrite) throw new EvidenceConflict('deletion: expected no rewriting, which the channel does not say')
  return { ...judged, exact, remaining: measured() }
}

async function lookAt(
  listOf: (key: string) => Promise<KeyListing>,
  { needsSecondFactor }: Rules,
  marker: Remnant,
): Promise<Looked> {
  const exact = toExactVersion(marker)
  if (exact === undefined) return kept(withoutId)
  if (needsSecondFactor) return kept(wantsSecondFactor)
  const place = lookAtMarker(await listOf(exact.Key), exact)
  switch (place) {
    case 'alone':
      return { kind: 'approved', exact }
    case 'gone':
      return { kind: 'gone' }
    case 'hides versions':
      return kept('it hides versions that are still there')
    case 'unknown':
      return kept('the store does not say whether it hides versions')
    default:
      return place satisfies never
  }
}

/** Its parts cannot be read, so nobody knows whose they are: the configuration has to say that it may go by its name. */
async function abort(
  bucket: Bucket,
  { mayAbort }: Rules,
  upload: Remnant,
  intend: (remnant: Remnant) => Promise<unknown>,
): Promise<Deleted> {
  if (!isUpload(upload)) return kept('it is not an unfinished upload')
  if (!mayAbort) return kept('an unfinished upload cannot be judged, and abortUploads is not set')
  const uploadId = uploadIdOf(upload)
  const place = await lookForUpload(bucket, upload.key, uploadId)
  if (place === 'gone') return { kind: 'gone' }
  if (place === 'unknown') return kept('the store does not say whether the upload is unfinished')
  await intend(upload)
  try {
    await bucket.client.send(new AbortMultipartUploadCommand({ ...bucket.target, Key: upload.key, UploadId: uploadId }))
    return { kind: 'deleted', bytes: upload.size }
  } catch (error) {
    if (!isRefusal(error)) throw toFault(bucket, 'AbortMultipartUpload', error)
    const code = faultCode(error)
    return isAbsentCode(code) ? { kind: 'gone' } : kept(reasonOf(code))
  }
}
