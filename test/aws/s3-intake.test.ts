import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bulkCalls } from '../../lib/aws/client-options.ts'
import { s3Configuration } from '../../lib/aws/s3-configuration.ts'
import { s3Manifests } from '../../lib/aws/s3-manifests.ts'
import { ConfigInvalid, HomeCountryRefused, ManifestInvalid } from '../../lib/errors.ts'
import { manifestsContract, readAll } from '../contracts/manifests.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { newBucket } from './bucket/buckets.ts'

describe.skipIf(withoutMinistack)(onMinistack, () => {
  let server: Ministack
  let client: S3Client
  beforeAll(async () => {
    server = await startMinistack()
    client = new S3Client({ ...bulkCalls, ...server })
  })
  afterAll(async () => {
    client?.destroy()
    await server?.stop()
  })

  const put = async (Bucket: string, Key: string, Body: Uint8Array | string) => {
    await client.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(Body) }))
    return Key
  }

  manifestsContract('a bucket', async () => {
    const bucket = await newBucket(client)
    return {
      manifests: s3Manifests(client, bucket),
      put: (body) => put(bucket, 'manifests/ids.csv', body),
      none: 'manifests/none.csv',
    }
  })

  describe('a manifest in a bucket', () => {
    it('may be named by its address', async () => {
      const bucket = await newBucket(client)
      await put(bucket, 'manifests/2026/ids.csv', 'userId\n1\n')
      const manifests = s3Manifests(client, bucket)
      expect((await readAll(manifests, `s3://${bucket}/manifests/2026/ids.csv`)).toString()).toBe('userId\n1\n')
    })

    for (const uri of [
      's3://another-bucket/manifests/ids.csv',
      'config/odv.json',
      'ids.csv',
      'manifests/',
      '/manifests/a',
    ])
      it(`is refused when its name leads elsewhere: ${uri}`, async () => {
        await expect(s3Manifests(client, await newBucket(client)).open(uri)).rejects.toThrow(ManifestInvalid)
      })

    it('is the one that was opened, also when another one is handed in before it is read', async () => {
      const bucket = await newBucket(client)
      await put(bucket, 'manifests/ids.csv', 'old')
      const chunks = await s3Manifests(client, bucket).open('manifests/ids.csv')
      await put(bucket, 'manifests/ids.csv', 'newer')
      expect(Buffer.concat(await Array.fromAsync(chunks)).toString()).toBe('old')
    })
  })

  describe('the configuration in a bucket', () => {
    const config = {
      homeCountry: 'US',
      manifest: 'manifests/ids.csv',
      stores: [{ id: 'sg', root: 's3://b/', country: 'SG' }],
    }
    const read = async (text: string | undefined, home = 'US') => {
      const bucket = await newBucket(client)
      if (text !== undefined) await put(bucket, 'config/odv.json', text)
      return s3Configuration(client, bucket, home).read()
    }

    it('is read and filled in', async () => {
      expect(await read(JSON.stringify(config))).toMatchObject({ ...config, passes: 2 })
    })

    it('has the home country of the deployment when it names none', async () => {
      const { homeCountry: _, ...rest } = config
      expect(await read(JSON.stringify(rest), 'DE')).toMatchObject({ homeCountry: 'DE' })
      await expect(read(JSON.stringify(rest), 'SG')).rejects.toThrow(HomeCountryRefused)
    })

    const wrong: { name: string; text: string | undefined; home?: string; says: string }[] = [
      { name: 'there is none', text: undefined, says: 'config/odv.json: expected a configuration' },
      { name: 'it is no JSON', text: '{"stores": [secret', says: 'config/odv.json: expected JSON' },
      { name: 'it is a list', text: '[]', says: 'top level' },
      { name: 'it has a key that nobody knows', text: '{"store": []}', says: '"store"' },
      { name: 'it names another home country', text: JSON.stringify(config), home: 'DE', says: 'homeCountry' },
    ]
    for (const { name, text, home, says } of wrong)
      it(`is refused when ${name}`, async () => {
        const error = await read(text, home).catch((thrown) => thrown)
        expect(error).toBeInstanceOf(ConfigInvalid)
        expect(error.message).toContain(says)
        expect(error.message).not.toContain('secret')
      })
  })
})
