import type { Readable } from 'node:stream'
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3'
import type { ListedVersion } from '../../inventory/object-version.ts'
import type { ByteRange, Opened } from '../../ports.ts'
import { isFault } from '../faults.ts'
import type { Bucket } from './bucket-client.ts'
import { describeFault, faultCode, faultStatus, isAboutSigning, toFault } from './bucket-faults.ts'
import { type LoneFaults, mayBeLone } from './lone-faults.ts'
import { addressOf } from './object-address.ts'

export type Unreadable = Extract<Opened, { kind: 'unreadable' }>

/** Asks for a version, or a range of it, pinned to its id and its ETag; says what it is where the server refuses it. @throws StoreUnavailable */
export async function answerOf(
  bucket: Bucket,
  version: ListedVersion,
  abortSignal: AbortSignal,
  range: ByteRange | undefined,
  faults: LoneFaults | undefined,
): Promise<GetObjectCommandOutput | Unreadable> {
  for (let attempts = 1; ; attempts++)
    try {
      const answer = await getObject(bucket, version, abortSignal, range)
      faults?.answered()
      return answer
    } catch (error) {
      const refused = toUnreadable(error)
      if (refused !== undefined) {
        faults?.answered()
        return refused
      }
      if (faults === undefined && isFault(error, withoutETag.name)) return otherVersion
      const fault = toFault(bucket, 'GetObject', error)
      if (faults === undefined || !mayBeLone(error, fault)) throw fault
      if (await faults.again(attempts)) continue
      if (!faults.isLone()) throw fault
      return failed('read-error', `the server answered ${describeFault(error)} again and again`)
    }
}

/** The same, and a refusal throws as the SDK has it. */
export function getObject(
  bucket: Bucket,
  version: ListedVersion,
  abortSignal: AbortSignal,
  range?: ByteRange,
): Promise<GetObjectCommandOutput> {
  const command = new GetObjectCommand({
    ...addressOf(bucket, version),
    ...(version.etag !== undefined && { IfMatch: `"${version.etag}"` }),
    ...(range && { Range: `bytes=${range.from}-${range.to - 1}` }),
  })
  // As the parameter, it would have the SDK check what is checked here, and only where it comes in one piece.
  if (range === undefined)
    command.middlewareStack.add(
      (next) => (args) => {
        ;(args.request as { headers: Record<string, string> }).headers['x-amz-checksum-mode'] = 'ENABLED'
        return next(args)
      },
      { step: 'build', name: 'odvChecksumMode' },
    )
  if (version.etag !== undefined)
    command.middlewareStack.add(
      (next) => async (args) => {
        const answered = await next(args)
        const output = answered.output as GetObjectCommandOutput
        if (output.ETag !== undefined) return answered
        ;(output.Body as Readable | undefined)?.destroy()
        const { $metadata } = output
        throw Object.assign(new Error('expected the ETag that was listed'), { ...withoutETag, $metadata })
      },
      { step: 'deserialize', name: 'odvETag', priority: 'high' },
    )
  return bucket.client.send(command, { abortSignal })
}

/** An answer by something else than the server, such as the page of a proxy. The SDK asks again. */
const withoutETag = { name: 'AnswerWithoutETag', $retryable: { throttling: false } }

export const otherVersion = failed('changed', 'it is another version than the listed one')

/** What S3's refusal says about the version; absent where it says nothing about it. */
export function toUnreadable(error: unknown): Unreadable | undefined {
  if (isAboutSigning(error)) return undefined
  const [code, status] = [faultCode(error), faultStatus(error)]
  if (code === 'NoSuchKey' || code === 'NoSuchVersion')
    return failed('disappeared', 'it was listed and is not there any more')
  if (status === 412) return otherVersion
  if (status === 405) return failed('changed', 'it is a delete marker now')
  if (code === 'InvalidObjectState') return failed('archived', 'it must be restored before it can be read')
  if (code === 'InvalidRequest' && status === 400)
    return failed('encrypted', 'with a key that its writer holds, or it cannot be read for another reason')
  if (status === 403 || code.startsWith('KMS.')) return failed('access-denied', `S3 answered ${code}`)
  return undefined
}

export function failed(reason: Unreadable['reason'], detail: string): Unreadable {
  return { kind: 'unreadable', reason, detail }
}
