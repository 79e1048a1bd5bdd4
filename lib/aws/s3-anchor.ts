import type { S3Client } from '@aws-sdk/client-s3'
import { EvidenceConflict } from '../errors.ts'
import type { Anchor } from '../ports.ts'
import { listKeys, putObjectOnce, readObject } from './s3-object.ts'

const prefix = 'checkpoints/'
const name = /^checkpoints\/[0-9]{16}\.checkpoint$/

/** `owner`: its account, said with every request: a bucket of this name that is somebody else's is refused. */
export type AnchorBucket = { bucket: string; owner: string }

/** What messages call it: a denial does not say whether the name, the owner or a right was wrong. */
export const describeAnchor = ({ bucket, owner }: AnchorBucket) => `bucket ${bucket} of account ${owner}`

/**
 * Checkpoints as objects of one bucket, best one with Object Lock in another account. Its default retention is what holds
 * them. Names sort by size.
 */
export function s3Anchor(client: S3Client, anchor: AnchorBucket): Anchor {
  const place = (call: string) => ({ client, ...anchor, where: `anchor: ${call}: ${describeAnchor(anchor)}` })
  const read = async (call: string, key: string) => {
    const body = await readObject(place(call), key)
    return body && Buffer.from(body).toString()
  }
  return {
    async latest() {
      let last: string | undefined
      for await (const key of listKeys(place('latest'), prefix)) if (name.test(key)) last = key
      if (last === undefined) return undefined
      const note = await read('latest', last)
      if (note === undefined)
        throw new EvidenceConflict('anchor: expected the last checkpoint of the listing, got none')
      return note
    },

    async add(size, note) {
      const key = `${prefix}${String(size).padStart(16, '0')}.checkpoint`
      if (await putObjectOnce(place('add'), key, Buffer.from(note))) return
      if ((await read('add', key)) !== note)
        throw new EvidenceConflict(`anchor: checkpoint of size ${size}: expected the anchored note, got another one`)
    },
  }
}
