import { createHash } from 'node:crypto'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import type { Condemned, Sink } from '../../ports.ts'
import { hostOf } from '../../regions.ts'
import type { BesideBytes } from './beside-bytes.ts'
import type { Bucket } from './bucket-client.ts'
import { faultCode, faultStatus, toFault } from './bucket-faults.ts'
import { kept } from './deletion-answer.ts'
import { isRefusal } from './deletion-faults.ts'
import type { ExactVersion } from './exact-version.ts'
import { heldBody } from './held-body.ts'
import { type Judging, judgeVersion } from './judge-version.ts'
import { isCurrent } from './list-key.ts'

/** What S3 takes in one request. */
export const putAtMost = 5 * 2 ** 30

/** The bytes that are to take the place of a version. */
export type Remaining = { size: number; sha256: Buffer }

/** Takes what stays of a version, and keeps nothing but its measures. */
export function measureRemaining(): { sink: Sink; measured(): Remaining } {
  const hash = createHash('sha256')
  let size = 0
  return {
    sink: {
      write(bytes) {
        hash.update(bytes)
        size += bytes.length
      },
      end() {},
    },
    measured: () => ({ size, sha256: hash.digest() }),
  }
}

/** `put`: the store has it now; `versionId` is absent where it gave none. `refused`: nothing was written, for a reason to keep the judged version. */
export type Put = { kind: 'put'; versionId?: string } | { kind: 'gone' } | { kind: 'kept'; reason: string }

/** What is known of a server: whether it holds conditions of a request that writes against the current version. */
export type Server = { knowsConditions: boolean }

/**
 * Puts what stays of a version at its key, on the condition that the current one has its ETag. The version is read and judged once more meanwhile, and the last of
 * the bytes are sent only when that is through: so nothing of any size has to be held, no upload is left unfinished, and a request that breaks off has written nothing. The request
 * is sent once: who repeated one whose answer was lost would hide what came in between. Of a server that is not AWS's a condition that fails is not believed where
 * the version is the current one still (Ceph holds it against the version that is to be written, which is not there): it is asked without.
 * @throws StoreUnavailable which does not say that nothing was written
 */
export async function putRemaining(
  bucket: Bucket,
  exact: ExactVersion,
  condemned: Condemned,
  remaining: Remaining,
  beside: BesideBytes,
  { server, ...how }: Putting & { server: Server },
): Promise<Put> {
  const { etag } = condemned.version
  if (server.knowsConditions && etag !== undefined) {
    const put = await putOnce(bucket, exact, condemned, remaining, { ...beside, IfMatch: etag }, how)
    if (put.kind !== 'unmet') return put
    if (hostOf(bucket.config) === undefined || !(await isCurrent(bucket, exact))) return kept(overtaken)
    server.knowsConditions = false
  }
  const put = await putOnce(bucket, exact, condemned, remaining, beside, how)
  return put.kind === 'unmet' ? kept(refused) : put
}

/** `pulseMs`: how long nothing may be sent while the version is judged. */
export type Putting = { judging: Judging; pulseMs: number }

/** `unmet`: nothing was written, because of the condition. */
type PutOnce = Put | { kind: 'unmet' }

async function putOnce(
  bucket: Bucket,
  exact: ExactVersion,
  condemned: Condemned,
  { size, sha256 }: Remaining,
  said: BesideBytes & { IfMatch?: string },
  { judging, pulseMs }: Putting,
): Promise<PutOnce> {
  const abort = new AbortController()
  let answered: Promise<Put | { kind: 'failed'; error: unknown }> | undefined
  const body = heldBody(pulseMs, (stream) => {
    const command = new PutObjectCommand({
      ...bucket.target,
      ...said,
      Key: exact.Key,
      Body: stream,
      ContentLength: size,
      ChecksumAlgorithm: 'SHA256',
      ChecksumSHA256: sha256.toString('base64'),
    })
    // It takes as long as reading does; how long nothing may come is limited all the same.
    answered = bucket.client.send(command, { abortSignal: abort.signal, requestTimeout: 0 }).then(
      ({ VersionId }) => ({ kind: 'put', ...(VersionId !== undefined && { versionId: VersionId }) }),
      (error: unknown) => {
        stream.destroy()
        return { kind: 'failed', error }
      },
    )
  })
  let sent = 0
  const sink: Sink = {
    write(bytes) {
      sent += bytes.length
      return body.write(bytes)
    },
    end() {},
  }
  try {
    const judged = await judgeVersion(bucket, exact, condemned, judging, sink)
    if (judged.kind === 'gone' || judged.kind === 'kept') return judged
    if (judged.kind !== 'rewrite' || sent !== size)
      return kept('it was judged in another way when it was to be rewritten')
    body.end()
    const answer = await answered!
    return answer.kind === 'failed' ? toPut(bucket, answer.error) : answer
  } finally {
    abort.abort()
    body.close()
    await answered
  }
}

function toPut(bucket: Bucket, error: unknown): PutOnce {
  const status = faultStatus(error) ?? 0
  // 404: the current one is a delete marker, or there is none; 501: no condition is known.
  if ([404, 409, 412, 501].includes(status) && faultCode(error) !== 'NoSuchBucket') return { kind: 'unmet' }
  if (!isRefusal(error)) throw toFault(bucket, 'PutObject', error)
  return kept(faultCode(error) === 'AccessDenied' ? 'the deleting role may not put another one in its place' : refused)
}

const refused = 'the store refused to take another one in its place'
export const overtaken = 'another one came to its key when it was to be rewritten'
