import type { S3Client } from '@aws-sdk/client-s3'
import { EvidenceMissing } from '../errors.ts'
import type { Timestamps } from '../ports.ts'
import {
  formatKept,
  parseKept,
  parseTimestampName,
  type TimestampRef,
  timestampName,
} from '../timestamp/kept-timestamp.ts'
import { type AnchorBucket, describeAnchor } from './s3-anchor.ts'
import { listKeys, putObjectOnce, readObject } from './s3-object.ts'

const prefix = 'timestamps/'

/** Timestamps as objects of the bucket that holds the checkpoints. */
export function s3Timestamps(client: S3Client, anchor: AnchorBucket): Timestamps {
  const place = (call: string) => ({ client, ...anchor, where: `timestamps: ${call}: ${describeAnchor(anchor)}` })
  return {
    async add(timestamp) {
      await putObjectOnce(place('add'), `${prefix}${timestampName(timestamp)}`, Buffer.from(formatKept(timestamp)))
    },

    async list() {
      const found: TimestampRef[] = []
      for await (const key of listKeys(place('list'), prefix))
        found.push(...[parseTimestampName(key.slice(prefix.length)) ?? []].flat())
      return found
    },

    async get(ref) {
      const body = await readObject(place('get'), `${prefix}${timestampName(ref)}`)
      if (!body) throw new EvidenceMissing(`timestamp of size ${ref.size} by ${ref.authority}: expected one, got none`)
      return parseKept(ref, Buffer.from(body).toString())
    },
  }
}
