import { createHash } from 'node:crypto'
import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { EvidenceConflict, EvidenceMissing } from '../errors.ts'
import { isEvidenceKey, requireEvidenceKey } from '../evidence-key.ts'
import type { Evidence } from '../ports.ts'
import { faultOf, statusOf } from './faults.ts'
import { listKeys, openObject, putObjectOnce, readObject } from './s3-object.ts'

/** Evidence as objects of one bucket, each written on the condition that its key is free. */
export function s3Evidence(client: S3Client, bucket: string): Evidence {
  const place = (call: string) => ({ client, bucket, where: `evidence: ${call}` })
  return {
    async put(key, body) {
      requireEvidenceKey(key)
      const bytes = typeof body === 'string' ? Buffer.from(body) : body
      const created = await putObjectOnce(place('put'), key, bytes)
      const sha256 = createHash('sha256')
      if (created) return { sha256: sha256.update(bytes).digest('hex'), bytes: bytes.byteLength, created }
      const stored = await openObject(place('put'), key)
      if (!stored) throw new EvidenceConflict(`evidence: ${key}: expected the document that was in the way, got none`)
      for await (const chunk of stored.chunks) sha256.update(chunk)
      return { sha256: sha256.digest('hex'), bytes: stored.bytes, created }
    },

    async get(key) {
      requireEvidenceKey(key)
      const body = await readObject(place('get'), key)
      if (!body) throw new EvidenceMissing(`evidence: ${key}: expected a document, got none`)
      return body
    },

    async has(key) {
      requireEvidenceKey(key)
      try {
        await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
        return true
      } catch (error) {
        if (statusOf(error) === 404) return false
        throw faultOf('evidence: has', error)
      }
    },

    async *list(prefix, after) {
      for await (const key of listKeys(place('list'), prefix, after)) if (isEvidenceKey(key)) yield key
    },
  }
}
