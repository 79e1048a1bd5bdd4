import { GetObjectCommand } from '@aws-sdk/client-s3'
import { ReadFailed } from '../errors.ts'
import type { Chunks, Condemned, Deleted } from '../ports.ts'
import type { Bucket } from './bucket-client.ts'
import { faultOf, isAbsent, isRefusal, unavailable } from './deletion-faults.ts'
import type { ExactVersion } from './exact-version.ts'
import { isListed } from './list-key.ts'

const readAttempts = 3

const changed = 'it is not the version that was listed'
const refusals: Record<string, string> = {
  AccessDenied: 'the deleting role may not read it',
  InvalidObjectState: 'it is archived: it can only be judged after it was restored',
  PreconditionFailed: changed,
  MethodNotAllowed: 'it is a delete marker',
}

/**
 * Shows all bytes of exactly this version to its judge. `delete` only when the judge says so, and was given as many bytes
 * as were listed. A version with an id never changes: what was judged is what will be deleted.
 * @throws StoreUnavailable
 */
export async function judgeVersion(
  bucket: Bucket,
  exact: ExactVersion,
  condemned: Condemned,
): Promise<{ kind: 'delete' } | Exclude<Deleted, { kind: 'deleted' }>> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readAndJudge(bucket, exact, condemned)
    } catch (error) {
      if (!(error instanceof ReadFailed)) throw error
      if (attempt === readAttempts) return { kind: 'kept', reason: 'it could not be read to its end' }
    }
  }
}

async function readAndJudge(bucket: Bucket, exact: ExactVersion, { version, judge }: Condemned) {
  const opened = await openVersion(bucket, exact, version.etag)
  if (opened.kind !== 'opened') return opened
  const { body, size } = opened
  let read = 0
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) {
        read += chunk.length
        yield chunk
      }
    } catch {
      // Without its cause, which may quote a key.
      throw new ReadFailed('object version: expected its bytes, got a connection that broke off')
    }
  }
  try {
    if (size !== version.size) return { kind: 'kept', reason: changed } as const
    const judged = await judge(chunks())
    if (judged.kind === 'keep') return { kind: 'kept', reason: judged.reason } as const
    return read === version.size
      ? ({ kind: 'delete' } as const)
      : ({ kind: 'kept', reason: 'it was not read to its end when it was judged' } as const)
  } finally {
    body.destroy()
  }
}

type OpenedVersion = { kind: 'opened'; body: Chunks & { destroy(): void }; size: number | undefined }

async function openVersion(
  bucket: Bucket,
  exact: ExactVersion,
  etag: string | undefined,
): Promise<OpenedVersion | Exclude<Deleted, { kind: 'deleted' }>> {
  if (etag === undefined) return { kind: 'kept', reason: 'its listing gave no sign of its content' }
  try {
    const { Body, ContentLength, VersionId } = await bucket.client.send(
      new GetObjectCommand({ ...bucket.target, Key: exact.Key, VersionId: exact.VersionId, IfMatch: etag }),
    )
    const body = Body as unknown as OpenedVersion['body']
    if (VersionId === exact.VersionId) return { kind: 'opened', body, size: ContentLength }
    body.destroy()
    return { kind: 'kept', reason: changed }
  } catch (error) {
    const fault = faultOf(error)
    if (isAbsent(fault)) return { kind: 'gone' }
    if (!isRefusal(fault)) throw unavailable(bucket.storeId, 'object version', fault)
    // Who may not list is refused what is not there: only the listing tells the two apart.
    if (fault.name === 'AccessDenied' && !(await isListed(bucket, exact))) return { kind: 'gone' }
    return { kind: 'kept', reason: reasonOf(fault.name) }
  }
}

function reasonOf(name: string): string {
  if (name.startsWith('KMS.')) return 'its encryption key cannot be used'
  return refusals[name] ?? 'the store refused to hand it out'
}
