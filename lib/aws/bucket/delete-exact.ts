import { setTimeout } from 'node:timers/promises'
import { DeleteObjectCommand, DeleteObjectsCommand, type DeleteObjectsCommandOutput } from '@aws-sdk/client-s3'
import { EvidenceConflict } from '../../errors.ts'
import { mapAtOnce } from '../at-once.ts'
import type { Bucket } from './bucket-client.ts'
import { faultCode, faultStatus, toFault } from './bucket-faults.ts'
import { isAbsentCode, isRefusal } from './deletion-faults.ts'
import { type ExactVersion, fitsInXml, identityOf } from './exact-version.ts'

/** What a store answered about one version: an error by its code. */
export type Answer = { kind: 'deleted' } | { kind: 'gone' } | { kind: 'error'; code: string } | { kind: 'silence' }

/** What S3 takes in one request. */
const deletedAtOnce = 1000
const attempts = 4
const busy = ['InternalError', 'SlowDown', 'ServiceUnavailable', 'OperationAborted', 'RequestTimeout']

/** Whether an answer says nothing about what would be answered later, or about what was done. */
const isBusy = (answer: Answer | undefined) => answer?.kind === 'error' && busy.includes(answer.code)

/** What the versions are: objects, or delete markers. A store that says otherwise did something that nobody asked for. */
export type Sort = 'object' | 'delete-marker'

/**
 * Deletes exactly these versions and says what the store answered about each, never by its place in the reply. No
 * condition is sent: S3 holds it against the current version, whichever is named, and a version with an id never changes.
 * @throws EvidenceConflict when the store speaks of something that was not named @throws StoreUnavailable
 */
export async function deleteExact(
  bucket: Bucket,
  sort: Sort,
  versions: readonly ExactVersion[],
  pauseMs: number,
): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>(versions.map((each) => [nameOf(each), { kind: 'silence' }]))
  if (answers.size !== versions.length) throw unasked(bucket, 'every version once')
  let pending = [...versions]
  for (let attempt = 0; attempt < attempts && pending.length > 0; attempt++) {
    if (attempt > 0) await setTimeout(pauseMs * 2 ** attempt)
    await deleteOnce(bucket, sort, pending, answers)
    pending = pending.filter((each) => isBusy(answers.get(nameOf(each))))
  }
  return answers
}

export const nameOf = ({ Key, VersionId }: ExactVersion) => identityOf(Key, VersionId)

async function deleteOnce(
  bucket: Bucket,
  sort: Sort,
  versions: readonly ExactVersion[],
  answers: Map<string, Answer>,
): Promise<void> {
  const together = versions.filter(({ Key }) => fitsInXml(Key))
  for (let from = 0; from < together.length; from += deletedAtOnce)
    await deleteTogether(bucket, sort, together.slice(from, from + deletedAtOnce), answers)
  await deleteEach(
    bucket,
    sort,
    versions.filter(({ Key }) => !fitsInXml(Key)),
    answers,
  )
}

async function deleteEach(
  bucket: Bucket,
  sort: Sort,
  versions: readonly ExactVersion[],
  answers: Map<string, Answer>,
): Promise<void> {
  await mapAtOnce(versions, 8, async (each) => {
    answers.set(nameOf(each), await deleteAlone(bucket, sort, each))
  })
}

async function deleteTogether(
  bucket: Bucket,
  sort: Sort,
  versions: readonly ExactVersion[],
  answers: Map<string, Answer>,
): Promise<void> {
  const Objects = versions.map(({ Key, VersionId }) => ({ Key, VersionId }))
  let reply: DeleteObjectsCommandOutput
  try {
    reply = await bucket.client.send(new DeleteObjectsCommand({ ...bucket.target, Delete: { Objects, Quiet: false } }))
  } catch (error) {
    // A store that takes no lists, or refuses this one as a whole, is asked about each version by itself.
    if (!isRefusal(error) && faultStatus(error) !== 501) throw toFault(bucket, 'DeleteObjects', error)
    return deleteEach(bucket, sort, versions, answers)
  }
  const asked = new Set(versions.map(nameOf))
  const said = new Map<string, Answer>()
  const take = (key: string | undefined, versionId: string | undefined, answer: Answer) => {
    const name = identityOf(key, versionId)
    if (!asked.has(name)) throw unasked(bucket, 'an answer about versions that were named')
    if (said.has(name)) throw unasked(bucket, 'one answer about each version')
    said.set(name, answer)
  }
  for (const { Key, VersionId, DeleteMarker, DeleteMarkerVersionId } of reply.Deleted ?? []) {
    checkSort(bucket, sort, DeleteMarker)
    if (DeleteMarkerVersionId !== undefined && (sort === 'object' || DeleteMarkerVersionId !== VersionId))
      throw unasked(bucket, 'no delete marker that was not named')
    take(Key, VersionId, { kind: 'deleted' })
  }
  for (const { Key, VersionId, Code } of reply.Errors ?? []) take(Key, VersionId, toAnswer(Code ?? ''))
  for (const each of versions) answers.set(nameOf(each), said.get(nameOf(each)) ?? { kind: 'silence' })
}

async function deleteAlone(bucket: Bucket, sort: Sort, { Key, VersionId }: ExactVersion): Promise<Answer> {
  try {
    const reply = await bucket.client.send(new DeleteObjectCommand({ ...bucket.target, Key, VersionId }))
    checkSort(bucket, sort, reply.DeleteMarker)
    if (reply.VersionId !== undefined && reply.VersionId !== VersionId)
      throw unasked(bucket, 'an answer about versions that were named')
    return { kind: 'deleted' }
  } catch (error) {
    if (!isRefusal(error)) throw toFault(bucket, 'DeleteObject', error)
    return toAnswer(faultCode(error))
  }
}

function toAnswer(code: string): Answer {
  return isAbsentCode(code) ? { kind: 'gone' } : { kind: 'error', code }
}

function checkSort(bucket: Bucket, sort: Sort, deleteMarker: boolean | undefined): void {
  if (sort === 'object' && deleteMarker === true)
    throw unasked(bucket, 'an object version deleted, got a delete marker')
  if (sort === 'delete-marker' && deleteMarker === false)
    throw unasked(bucket, 'a delete marker deleted, got an object version')
}

function unasked({ storeId }: Bucket, expected: string): EvidenceConflict {
  return new EvidenceConflict(`store ${storeId}: deletion: expected ${expected}`)
}
