import type { UnverifiedReason } from '../../decode/unverified.ts'
import { ReadFailed } from '../../errors.ts'
import type { ListedVersion } from '../../inventory/object-version.ts'
import type { Chunks, Condemned, Judged, Opened, Sink } from '../../ports.ts'
import type { Bucket } from './bucket-client.ts'
import { type ObjectReading, openS3Object } from './bucket-object.ts'
import { kept } from './deletion-answer.ts'
import type { ExactVersion } from './exact-version.ts'
import { isListed } from './list-key.ts'
import type { BodyLimits } from './object-body.ts'

export type Judging = { limits?: BodyLimits }

/** That it may go, or that another one is to take its place; or what became of it. */
export type VersionJudged = Exclude<Judged, { kind: 'keep' }> | { kind: 'gone' } | { kind: 'kept'; reason: string }

/**
 * Shows all bytes of exactly this version to its judge. `delete` and `rewrite` only when the judge says so, and was given as many bytes
 * as were listed. A version with an id never changes: what was judged is what will be deleted.
 * @throws StoreUnavailable
 */
export async function judgeVersion(
  bucket: Bucket,
  exact: ExactVersion,
  { version, judge }: Condemned,
  judging: Judging,
  remaining?: Sink,
): Promise<VersionJudged> {
  if (version.etag === undefined) return kept('its listing gave no sign of its content')
  const opened = await openS3Object(bucket, version, bytesAlone(judging))
  if (opened.kind === 'unreadable') return toKept(bucket, exact, opened.reason)
  try {
    let read = 0
    const counted = async function* () {
      for await (const chunk of opened.chunks) {
        read += chunk.length
        yield chunk
      }
    }
    const judged = await judge(counted(), remaining)
    if (judged.kind === 'keep') return kept(judged.reason)
    const settled = await opened.settle()
    if (settled.kind === 'changed') return kept(settled.detail)
    return read === version.size ? judged : kept('it was not read to its end when it was judged')
  } catch (error) {
    if (error instanceof ReadFailed) return kept('it could not be read to its end')
    throw error
  } finally {
    await opened.close()
  }
}

/** What `isAsWritten` says of exactly this version; undefined: it cannot be read. @throws StoreUnavailable */
export async function isReadAs(
  bucket: Bucket,
  version: ListedVersion,
  isAsWritten: (chunks: Chunks) => Promise<boolean>,
  judging: Judging,
): Promise<boolean | undefined> {
  const opened = await openS3Object(bucket, version, bytesAlone(judging))
  if (opened.kind === 'unreadable') return undefined
  try {
    const isSame = await isAsWritten(opened.chunks)
    return (await opened.settle()).kind === 'unchanged' ? isSame : undefined
  } catch (error) {
    if (error instanceof ReadFailed) return undefined
    throw error
  } finally {
    await opened.close()
  }
}

/** Bytes alone are judged, and they are held against the digest of the scan. */
const bytesAlone = ({ limits }: Judging): ObjectReading => ({
  tags: noTags,
  parts: noParts,
  clock: noClock,
  named: true,
  ...(limits && { limits }),
})
const noParts = async () => undefined
const noTags = async () => ({ labels: [] })
const noClock = (): never => {
  throw new Error('a protection is not asked for while a version is judged')
}

async function toKept(
  bucket: Bucket,
  exact: ExactVersion,
  reason: Extract<Opened, { kind: 'unreadable' }>['reason'],
): Promise<VersionJudged> {
  if (reason === 'disappeared') return { kind: 'gone' }
  // Who may not list is refused what is not there: only the listing tells the two apart.
  if (reason === 'access-denied' && !(await isListed(bucket, exact))) return { kind: 'gone' }
  return kept(refusals[reason] ?? 'the store refused to hand it out')
}

const refusals: Partial<Record<UnverifiedReason, string>> = {
  'access-denied': 'the deleting role may not read it',
  archived: 'it is archived: it can only be judged after it was restored',
  changed: 'it is not the version that was listed, or the store does not say that it is',
  'size-differs': 'it is not the version that was listed',
  encrypted: 'it is encrypted with a key that its writer holds',
}
