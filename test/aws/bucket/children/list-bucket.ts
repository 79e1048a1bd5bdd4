import { s3Stores } from '../../../../lib/aws/bucket/s3-store.ts'

/**
 * Lists the bucket behind the given address page by page and keeps nothing; prints how much memory was held after each
 * page, garbage collected. Runs with --expose-gc.
 */
const [endpoint = '', bucket = ''] = process.argv.slice(2)
const stores = s3Stores({ credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
const store = await stores.open({ id: 'sg', channel: { kind: 'none' }, s3: { bucket, endpoint } })
const held: number[] = []
let versions = 0
let cursor: string | undefined
do {
  const page = await store.list(cursor, 2000)
  versions += page.versions.length
  cursor = page.next
  globalThis.gc?.()
  held.push(process.memoryUsage().heapUsed)
} while (cursor !== undefined)
console.log(JSON.stringify({ versions, held }))
