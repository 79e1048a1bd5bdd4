import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { bucketsFor } from '../../../lib/aws/bucket/bucket-client.ts'
import { s3Stores } from '../../../lib/aws/bucket/s3-store.ts'
import type { BucketConfig, StoreConfig } from '../../../lib/config.ts'
import { InputInvalid, StoreUnavailable } from '../../../lib/errors.ts'

/** How a bucket is reached: which client, under which role, at which address. */

const bucket = (s3: Partial<BucketConfig>, id = 'sg'): StoreConfig => ({
  id,
  channel: { kind: 'none' },
  s3: { bucket: 'backups', ...s3 },
})
const credentials = { accessKeyId: 'own', secretAccessKey: 'secret' }

/** A server that is STS and S3 at one address, and keeps what it was asked. */
async function roleServer(refuses = false) {
  const asked: { body: string; authorization: string; path: string }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    asked.push({ body, authorization: String(request.headers.authorization), path: request.url ?? '' })
    response.setHeader('content-type', 'application/xml')
    if (request.method !== 'POST') {
      const uploads = request.url?.includes('uploads')
      const [root, name] = uploads ? ['ListMultipartUploadsResult', 'Bucket'] : ['ListVersionsResult', 'Name']
      return void response.end(`<${root}><${name}>backups</${name}><IsTruncated>false</IsTruncated></${root}>`)
    }
    response.statusCode = refuses ? 403 : 200
    response.end(
      refuses
        ? '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>'
        : `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>assumed</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { asked, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

it('assumes the role of its purpose with the external id, once, and reads under it', async () => {
  const { asked, endpoint } = await roleServer()
  const readRole = 'arn:aws:iam::123456789012:role/odv-reader'
  const stores = s3Stores({ credentials })
  const config = bucket({ endpoint, readRole, deleteRole: `${readRole}-not`, externalId: 'case-7' })
  for (let time = 0; time < 2; time++) await (await stores.open(config)).list(undefined, 10)
  const calls = asked.filter(({ body }) => body !== '')
  expect(calls.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))).toMatchObject([
    { Action: 'AssumeRole', RoleArn: readRole, ExternalId: 'case-7', RoleSessionName: 'odv-read-sg' },
  ])
  expect(calls[0]?.authorization).toMatch(/Credential=own\//)
  const reads = asked.filter(({ body }) => body === '')
  // Of an empty bucket: versions, uploads, and whether it is one.
  expect(reads).toHaveLength(6)
  for (const { authorization } of reads) expect(authorization).toMatch(/Credential=assumed\//)
})

it('reads nothing when it may not have the role', async () => {
  const { asked, endpoint } = await roleServer(true)
  const readRole = 'arn:aws:iam::123456789012:role/odv-reader'
  const store = await s3Stores({ credentials, maxAttempts: 1 }).open(bucket({ endpoint, readRole }))
  const expected = 'store sg: AssumeRole: expected credentials, got AccessDenied (HTTP 403)'
  await expect(store.list(undefined, 10)).rejects.toThrow(new StoreUnavailable(expected))
  const listed = {
    kind: 'object',
    key: 'a',
    versionId: 'v',
    current: true,
    size: 1,
    modifiedAt: '2026-01-01T00:00:00.000Z',
  } as const
  // Nothing about the object: it must not be taken for one that may not be read.
  await expect(store.open(listed)).rejects.toThrow(new StoreUnavailable(expected))
  expect(asked.filter(({ body }) => body === '')).toEqual([])
})

it('has one client for a store and purpose', () => {
  const read = bucketsFor('read', { credentials })
  const store = bucket({ region: 'ap-southeast-1' })
  expect(read(store)).toBe(read(structuredClone(store)))
  expect(read(store)).not.toBe(read(bucket({ region: 'ap-southeast-1' }, 'other')))
  expect(bucketsFor('delete', { credentials })(store).client).not.toBe(read(store).client)
})

it('refuses a store that is a directory', () => {
  expect(() => bucketsFor('read')({ id: 'sg', root: '/x', channel: { kind: 'none' } })).toThrow(InputInvalid)
})

const addresses: { name: string; s3: Partial<BucketConfig>; host: string; path: string }[] = [
  {
    name: 'in its Region',
    s3: { region: 'ap-southeast-1' },
    host: 'backups.s3.ap-southeast-1.amazonaws.com',
    path: '/',
  },
  { name: 'in China', s3: { region: 'cn-north-1' }, host: 'backups.s3.cn-north-1.amazonaws.com.cn', path: '/' },
  {
    name: 'at its endpoint, by path',
    s3: { endpoint: 'https://s3.example.com' },
    host: 's3.example.com',
    path: '/backups/',
  },
  {
    name: 'at its endpoint, by host where it says so',
    s3: { endpoint: 'https://oss-ap-southeast-1.example.com', pathStyle: false },
    host: 'backups.oss-ap-southeast-1.example.com',
    path: '/',
  },
]
for (const { name, s3, host, path } of addresses)
  it(`looks for a bucket ${name}, wherever the environment would lead`, async () => {
    process.env.AWS_ENDPOINT_URL_S3 = 'http://127.0.0.1:1'
    onTestFinished(() => void delete process.env.AWS_ENDPOINT_URL_S3)
    const { client, target } = bucketsFor('read', { credentials })(bucket(s3))
    let asked: { hostname: string; path: string } | undefined
    const handler = {
      handle: async (request: { hostname: string; path: string }) => {
        asked = request
        throw Object.assign(new Error('unreachable'), { name: 'Unreachable' })
      },
    }
    client.config.requestHandler = handler as never
    const { ListObjectVersionsCommand } = await import('@aws-sdk/client-s3')
    await expect(client.send(new ListObjectVersionsCommand(target))).rejects.toThrow('unreachable')
    expect([asked?.hostname, asked?.path]).toEqual([host, path])
  })
