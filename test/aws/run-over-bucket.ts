import { type S3Options, s3Stores } from '../../lib/aws/bucket/s3-store.ts'
import type { BucketConfig } from '../../lib/config.ts'
import type { Ports } from '../../lib/ports.ts'
import { type Hands, openPlace } from '../support/pipeline.ts'

/** A whole run over one bucket, through the state machines, with clients of the test's making. */
export async function runOverBucket(s3: BucketConfig, options: S3Options, hands: Hands = {}) {
  const place = await openPlace(() => ({ stores: [{ id: 'sg', country: 'SG', s3 }] }))
  const stores = s3Stores(options)
  const wrap = (ports: Ports) => {
    const own = Object.create(ports, { stores: { value: stores } }) as Ports
    return hands.wrap?.(own) ?? own
  }
  return place.run({ ...hands, wrap })
}
