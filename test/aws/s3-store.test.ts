import { afterAll, beforeAll, describe } from 'vitest'
import { storeContract } from '../contracts/store.ts'
import { type Loopback, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { onRadosgw, startRadosgw, withoutRadosgw } from '../support/radosgw.ts'
import { bucketKinds, makeBucket } from './bucket-fixture.ts'

const servers = [
  { name: onMinistack, isMissing: withoutMinistack, start: startMinistack },
  { name: onRadosgw, isMissing: withoutRadosgw, start: startRadosgw },
]

for (const { name, isMissing, start } of servers)
  describe.skipIf(isMissing)(name, () => {
    let server: Loopback & { stop(): Promise<void> }
    beforeAll(async () => {
      server = await start()
    })
    afterAll(() => server?.stop())

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
