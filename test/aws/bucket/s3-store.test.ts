import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { s3Stores } from '../../../lib/aws/bucket/s3-store.ts'
import { listAll, storeContract } from '../../contracts/store.ts'
import { type Loopback, onMinistack, startMinistack, withoutMinistack } from '../../support/ministack.ts'
import { onRadosgw, startRadosgw, withoutRadosgw } from '../../support/radosgw.ts'
import { someServers } from '../../support/some-of.ts'
import { bucketKinds, makeBucket } from './bucket-fixture.ts'

const servers = [
  { name: onMinistack, isMissing: withoutMinistack, start: startMinistack },
  { name: onRadosgw, isMissing: withoutRadosgw, start: startRadosgw },
]

for (const { name, isMissing, start } of someServers(servers, ({ isMissing }) => isMissing))
  describe.skipIf(isMissing)(name, () => {
    let server: Loopback & { stop(): Promise<void> }
    beforeAll(async () => {
      server = await start()
    })
    afterAll(() => server?.stop())

    it('a listing by a store that is opened again sees what was written behind a page of the one before', async () => {
      const bucket = await makeBucket(server, 'versioned')
      for (const key of ['a', 'b', 'd', 'e']) await bucket.write(key, key)
      // One process serves the opening listing of a segment and its closing one.
      const stores = s3Stores({ credentials: server.credentials })
      const { next } = await (await stores.open(bucket.config)).list(undefined, 2)
      await bucket.write('c', 'c')
      const rest = await listAll(await stores.open(bucket.config), 2, next)
      expect(rest.map(({ key }) => key)).toEqual(['c', 'd', 'e'])
    })

    for (const kind of bucketKinds)
      storeContract(`a ${kind} bucket`, async () => {
        const bucket = await makeBucket(server, kind)
        return {
          store: await bucket.open(),
          reopen: () => bucket.open(),
          write: async (key, body) => void (await bucket.write(key, body)),
          remove: bucket.erase,
        }
      })
  })
