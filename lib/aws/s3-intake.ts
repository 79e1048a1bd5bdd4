import { createHash } from 'node:crypto'
import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { ManifestInvalid } from '../errors.ts'
import type { Chunks } from '../ports.ts'
import { type DeploymentNames, functionName } from './deployment-names.ts'
import { calling, faultOf, isFault, statusOf } from './faults.ts'
import { listKeys } from './s3-object.ts'

const configKey = 'config/odv.json'

/** S3 takes 10,000 parts of at least 5 MiB: with these, a manifest of 600 GB. */
const usualPart = 64 * 1024 * 1024

/** The intake bucket, where people hand in the configuration and transfer manifests. */
export function s3Intake({
  s3,
  lambda,
  names,
  partBytes = usualPart,
}: {
  s3: S3Client
  lambda: LambdaClient
  names: DeploymentNames
  partBytes?: number
}) {
  const bucket = names.intakeBucket
  const where = (action: string, key: string) => `${action} of s3://${bucket}/${key}`

  return {
    bucket,

    /** The country whose stores the deployment refuses. */
    async homeCountry(): Promise<string> {
      const name = functionName(names, 'open-run')
      const reply = await calling(`lambda:GetFunctionConfiguration of ${name}`, () =>
        lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name })),
      )
      return reply.Environment?.Variables?.ODV_HOME_COUNTRY ?? 'US'
    },

    /** The configuration in force, and the mark of exactly this one. */
    async readConfig(): Promise<{ body: Uint8Array; etag: string; at: Date | undefined } | undefined> {
      try {
        const reply = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: configKey }))
        return { body: await reply.Body!.transformToByteArray(), etag: reply.ETag ?? '', at: reply.LastModified }
      } catch (error) {
        if (isFault(error, 'NoSuchKey')) return undefined
        throw faultOf(where('s3:GetObject', configKey), error)
      }
    },

    /** Puts the configuration in the place of the one with this mark, or where there is none. `moved`: that is not so. */
    async putConfig(body: string, replaced: string | undefined): Promise<'put' | 'moved'> {
      const condition = replaced === undefined ? { IfNoneMatch: '*' } : { IfMatch: replaced }
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: configKey,
        Body: body,
        ContentType: 'application/json',
        ...condition,
      })
      try {
        await s3.send(command)
        return 'put'
      } catch (error) {
        if ([404, 409, 412].includes(statusOf(error) ?? 0) && !isFault(error, 'NoSuchBucket')) return 'moved'
        throw faultOf(where('s3:PutObject', configKey), error)
      }
    },

    /** The keys of manifests, which nobody but `build-index` may read. */
    manifests: (prefix = 'manifests/') => listKeys({ client: s3, bucket, where: `s3:ListBucket of ${bucket}` }, prefix),

    /**
     * Uploads a manifest part by part; it is there whole or not at all, and only with the digest that was announced.
     * @throws ManifestInvalid when the bytes have another one
     */
    async putManifest(key: string, chunks: Chunks, sha256: string): Promise<void> {
      const target = { Bucket: bucket, Key: key }
      const begin = new CreateMultipartUploadCommand(target)
      const { UploadId } = await calling(where('s3:PutObject', key), () => s3.send(begin))
      const upload = { ...target, UploadId }
      try {
        const digest = createHash('sha256')
        const parts: { PartNumber: number; ETag: string | undefined }[] = []
        for await (const Body of cut(chunks, partBytes)) {
          digest.update(Body)
          const PartNumber = parts.length + 1
          const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body }))
          parts.push({ PartNumber, ETag })
        }
        if (digest.digest('hex') !== sha256)
          throw new ManifestInvalid('manifest: expected it to stay as it is while it is uploaded, and it changed')
        const MultipartUpload = { Parts: parts }
        await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload, IfNoneMatch: '*' }))
      } catch (error) {
        await s3.send(new AbortMultipartUploadCommand(upload)).catch(() => {})
        // Somebody else put the same bytes under the same name, which their digest makes.
        if (statusOf(error) === 412) return
        throw faultOf(where('s3:PutObject', key), error)
      }
    },
  }
}

export type Intake = ReturnType<typeof s3Intake>

/** Parts of one size; the last is smaller, and there is always one. */
async function* cut(chunks: Chunks, partBytes: number): AsyncGenerator<Uint8Array> {
  let part = Buffer.allocUnsafe(partBytes)
  let filled = 0
  let isFirst = true
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(chunk.length - at, partBytes - filled)
      part.set(chunk.subarray(at, at + taken), filled)
      filled += taken
      at += taken
      if (filled === partBytes) {
        yield part
        isFirst = false
        part = Buffer.allocUnsafe(partBytes)
        filled = 0
      }
    }
  if (filled > 0 || isFirst) yield part.subarray(0, filled)
}
