import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BucketAccess, bucketsFor, type Purpose } from '../../../lib/aws/bucket/bucket-client.ts'
import { storeSecrets } from '../../../lib/aws/bucket/store-secrets.ts'
import { ConfigInvalid, ServiceRefused } from '../../../lib/errors.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../../support/ministack.ts'

const storeOf = (s3: object) => ({
  id: 'oss',
  country: 'SG',
  channel: { kind: 'none' as const },
  s3: { bucket: 'backups', endpoint: 'https://oss.example', ...s3 },
})
const refusalOf = (purpose: Purpose, s3: object, access: BucketAccess) => {
  try {
    bucketsFor(purpose, access)(storeOf(s3))
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
  return 'taken'
}

describe('the credentials of a store that is not of AWS', () => {
  const secret = () => async () => ({ accessKeyId: 'a', secretAccessKey: 'b', expiration: new Date() })
  const roleNames = { read: 'r', delete: 'd' }
  const aws: BucketAccess = { roleNames, secret }
  const places: { name: string; purpose?: Purpose; s3: object; access: BucketAccess; expected: RegExp }[] = [
    { name: 'a secret on AWS', s3: { readSecret: 'oss' }, access: aws, expected: /^taken$/ },
    { name: 'a profile on one machine', s3: { readProfile: 'oss' }, access: {}, expected: /^taken$/ },
    {
      name: 'nothing on AWS, so that a function would sign with its own rights',
      s3: {},
      access: aws,
      expected: /^ConfigInvalid: store oss: s3.readSecret: expected the secret/,
    },
    {
      name: 'the secret for reading when it is to be deleted in',
      purpose: 'delete',
      s3: { readSecret: 'oss' },
      access: aws,
      expected: /^ConfigInvalid: store oss: s3.deleteSecret: expected the secret/,
    },
    {
      name: 'a profile on AWS',
      s3: { readProfile: 'oss' },
      access: aws,
      expected: /^ConfigInvalid: store oss: s3.readProfile: expected readSecret on AWS/,
    },
    {
      name: 'a secret on one machine',
      s3: { readSecret: 'oss' },
      access: {},
      expected: /^ConfigInvalid: store oss: s3.readSecret: expected readProfile on one machine/,
    },
  ]
  it.each(places)('may be $name: $expected', ({ purpose = 'read', s3, access, expected }) => {
    expect(refusalOf(purpose, s3, access)).toMatch(expected)
  })
})

describe.skipIf(withoutMinistack)(`secrets of stores ${onMinistack}`, () => {
  let server: Ministack
  let client: SecretsManagerClient
  beforeAll(async () => {
    server = await startMinistack()
    client = new SecretsManagerClient(server)
    const secrets = {
      'odv-dev/read/oss': '{"accessKeyId":"READER","secretAccessKey":"r"}',
      'odv-dev/delete/oss': '{"accessKeyId":"DELETER","secretAccessKey":"d"}',
      'odv-dev/read/text': 'hunter2',
      'odv-dev/read/more': '{"accessKeyId":"READER","secretAccessKey":"hunter2","note":"x"}',
    }
    for (const [Name, SecretString] of Object.entries(secrets))
      await client.send(new CreateSecretCommand({ Name, SecretString }))
  })
  afterAll(() => server?.stop())
  const now = new Date('2026-11-26T12:00:00Z')
  const secrets = () =>
    storeSecrets(
      () => client,
      'odv-dev',
      () => now,
    )

  it('are others for reading and for deleting, and are asked for again after a quarter of an hour', async () => {
    const expiration = new Date('2026-11-26T12:15:00Z')
    expect(await secrets()('read', 'oss')()).toEqual({ accessKeyId: 'READER', secretAccessKey: 'r', expiration })
    expect(await secrets()('delete', 'oss')()).toEqual({ accessKeyId: 'DELETER', secretAccessKey: 'd', expiration })
  })

  it.each(['text', 'more'])('are refused without a word of theirs when they are something else: %s', async (name) => {
    const error = (await secrets()('read', name)().catch((cause: Error) => cause)) as Error
    expect(error).toBeInstanceOf(ConfigInvalid)
    expect(error.message).toContain(`secret odv-dev/read/${name}: expected JSON`)
    expect(error.message).not.toContain('hunter2')
  })

  it('that are not there are named', async () => {
    await expect(secrets()('read', 'none')()).rejects.toThrow(ServiceRefused)
    await expect(secrets()('read', 'none')()).rejects.toThrow('secret odv-dev/read/none')
  })

  it('sign what is sent to the store', async () => {
    const seen: string[] = []
    const wire = createServer((request, response) => {
      seen.push(String(request.headers.authorization))
      response.end()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => wire.once('listening', resolve))
    const endpoint = `http://127.0.0.1:${(wire.address() as AddressInfo).port}`
    const roleNames = { read: 'r', delete: 'd' }
    for (const purpose of ['read', 'delete'] as const) {
      const store = storeOf({ endpoint, readSecret: 'oss', deleteSecret: 'oss' })
      const bucket = bucketsFor(purpose, {
        roleNames,
        secret: storeSecrets(
          () => client,
          'odv-dev',
          () => new Date(),
        ),
      })(store)
      await bucket.client.send(new ListObjectVersionsCommand(bucket.target)).catch(() => {})
    }
    wire.close()
    expect(seen.map((text) => /Credential=(\w+)\//.exec(text)?.[1])).toEqual(['READER', 'DELETER'])
  })
})
