import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { dynamoRunState } from '../../lib/aws/dynamo-run-state.ts'
import { kmsCaseKey } from '../../lib/aws/kms-case-key.ts'
import { s3Evidence } from '../../lib/aws/s3-evidence.ts'
import { ServiceRefused } from '../../lib/errors.ts'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import { toListed } from '../../lib/inventory/inventory-part.ts'
import { readRunConfig } from '../../lib/pipeline/evidence/documents.ts'
import { passKey, requestedKey, storeKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import { readOpen } from '../../lib/pipeline/evidence/read-open.ts'
import type { RequestRecord } from '../../lib/ports.ts'
import { caseKeysOf } from '../../lib/subject-index/case-keys.ts'
import { type Deployment, openDeployment } from '../support/deployment.ts'
import { interpret } from '../support/interpreted.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { quarterOf } from '../support/some-of.ts'
import { deployStack, type Stack } from '../support/stack.ts'

/**
 * Whole runs over a bucket of another Region: deployed as users deploy, through MiniStack's Step Functions, the deployed
 * functions under their roles, DynamoDB, KMS and S3. What MiniStack cannot read is changed first (test/support/to-ministack.ts).
 */

const transferred = ['40000000001', '40000000002', '40000000003']
const manifest = `userId,transferredAt,batch\n${transferred.map((id) => `${id},2026-01-31T12:00:00Z,b1\n`).join('')}`
const Bucket = 'offshore-backups-sg'
const region = 'ap-southeast-1'
const config = (endpoint: string, channel: object) => ({
  manifest: 'manifests/transfers.csv',
  stores: [
    {
      id: 'sg',
      country: 'SG',
      channel,
      s3: {
        ...{ bucket: Bucket, region, endpoint },
        readRole: 'arn:aws:iam::000000000000:role/odv-run-offshore-read',
        deleteRole: 'arn:aws:iam::000000000000:role/odv-run-offshore-delete',
      },
    },
  ],
})

const { isLeftOut, note } = quarterOf(2)

describe.skipIf(withoutMinistack || isLeftOut)(`deployed runs over a bucket ${onMinistack}${note}`, () => {
  let server: Ministack
  let stack: Stack
  let deployment: Deployment
  let s3: S3Client
  beforeAll(async () => {
    server = await startMinistack({ strict: true })
    stack = await deployStack(server, 'run')
    deployment = await openDeployment(server, stack)
    await deployment.rewrite(1)
    s3 = new S3Client({ ...server, region })
    await fill(s3)
    await offshoreRoles(server)
    await deployment.handIn('manifests/transfers.csv', manifest)
  })
  afterAll(async () => {
    stack?.close()
    await server?.stop()
  })

  const configure = (channel: object) =>
    deployment.handIn('config/odv.json', JSON.stringify(config(server.endpoint, channel)))
  const request = (requestId: string, is: (record: RequestRecord) => boolean) =>
    vi.waitUntil(
      async () => {
        const runState = dynamoRunState(new DynamoDBClient(server), deployment.outputs.RunStateTableName!)
        const record = await runState.getRequest(requestId)
        return record !== undefined && is(record)
      },
      { timeout: 180_000, interval: 100 },
    )
  const requested = async (runId: string) => {
    const text = await deployment.document(requestedKey({ runId, storeId: 'sg', pass: 0 }, 0))
    const lines = Buffer.from(text).toString().trim().split('\n')
    return lines.map((line) => JSON.parse(line) as { shownKey: string; versionId: string })
  }
  const ended = (verdict: 'verified' | 'residual') => ({
    status: 'SUCCEEDED',
    output: { failed: false, verdict, verified: 0, residual: 0, incomplete: 0, [verdict]: 1 },
  })

  it('calls findings residual in our own interpreter, with the definitions as they are deployed', async () => {
    await configure({ kind: 'none' })
    const { output } = (await interpret(deployment, 'verify-run', 'r1', { trigger: 'on-demand' })) as {
      output: unknown
    }
    expect(output).toEqual(ended('residual').output)
    const results = await deployment.documents('runs/r1/stores/sg/pass-0/map-results/')
    expect(results.filter((key) => key.endsWith('/manifest.json'))).toHaveLength(1)
  })

  it('scans again when the deadline has passed and nobody answered', async () => {
    await configure({ kind: 'manual', deadline: '1h' })
    expect(await deployment.execute('verify-run', 'r2', { trigger: 'nightly' })).toEqual(ended('residual'))
  })

  it('believes no answer: what a custodian says is gone and is still there is residual', async () => {
    await deployment.rewrite(60)
    const execution = await deployment.start('verify-run', 'r3', { trigger: 'nightly' })
    await request('r3-sg-0', ({ token }) => token !== undefined)
    await deployment.invoke('acknowledge', { requestId: 'r3-sg-0', by: 'custodian' })
    expect(await deployment.end(execution, 45)).toEqual(ended('residual'))
  })

  it('names the versions with findings, also those that are overwritten and deleted, and verifies that they are gone', async () => {
    const execution = await deployment.start('verify-run', 'r4', { trigger: 'on-demand' })
    await request('r4-sg-0', () => true)
    const versions = await requested('r4')
    expect(versions.map(({ shownKey }) => shownKey)).toEqual(['current', 'deleted', 'overwritten'])
    for (const { shownKey: Key, versionId: VersionId } of versions)
      await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))
    // Before the run waits, most likely.
    await deployment.invoke('acknowledge', { requestId: 'r4-sg-0', by: 'custodian' })
    expect(await deployment.end(execution, 45)).toEqual(ended('verified'))
  })

  // MiniStack asks for s3:DeleteObject at the first version of a list, which that role lacks: each is deleted by itself.
  it('delete exactly the versions all of whose records are of transferred subjects, under the role that deletes', async () => {
    const put = async (Key: string, ...users: string[]) => {
      const Body = users.map((user) => `{"user":"${user}"}\n`).join('')
      return (await s3.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId
    }
    await put('theirs', transferred[0]!, transferred[1]!)
    await put('theirs', '50000000001')
    const mixed = await put('mixed', transferred[0]!, '50000000001')
    await put(`${transferred[2]}.jsonl`, transferred[2]!)
    await configure({ kind: 's3-delete-versions', owner: 'user' })
    expect(await deployment.execute('verify-run', 'r5', { trigger: 'nightly' })).toEqual(ended('residual'))
    const answer = JSON.parse(
      Buffer.from(
        await deployment.document(passKey({ runId: 'r5', storeId: 'sg', pass: 0 }, 'acknowledgement.json')),
      ).toString(),
    )
    expect(answer).toMatchObject({ by: 'executor', deleted: { versions: 2 }, kept: [{ versions: 1 }] })
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }))
    expect(Versions.filter(({ Key }) => Key === 'theirs')).toHaveLength(1)
    expect(Versions.filter(({ Key }) => Key === 'mixed').map(({ VersionId }) => VersionId)).toEqual([mixed])
    // Whoever deletes by key alone leaves a marker.
    expect(DeleteMarkers.map(({ Key }) => Key)).toEqual(['deleted'])
  })

  it('show the exact names of a request, and of all that is not clean, to whoever takes on the role of the request desk, and nothing else', async () => {
    const RoleArn = 'arn:aws:iam::000000000000:role/odv-run-request-desk'
    const { Credentials } = await new STSClient(server).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'desk' }),
    )
    const credentials = {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    }
    const evidence = s3Evidence(new S3Client({ ...server, credentials }), deployment.outputs.EvidenceBucketName!)
    // MiniStack judges an alias by its own ARN, AWS by that of the key.
    const { KeyMetadata } = await new KMSClient(server).send(new DescribeKeyCommand({ KeyId: 'alias/odv-run-case' }))
    const key = { keyId: KeyMetadata!.Arn!, deployment: 'odv-run' }
    const { sealKey } = caseKeysOf(await kmsCaseKey(new KMSClient({ ...server, credentials }), evidence, key).read())
    const ref = { runId: 'r5', storeId: 'sg', pass: 0 }
    const lines = Buffer.from(await evidence.get(requestedKey(ref, 0)))
      .toString()
      .trim()
      .split('\n')
    const names = lines.map((line) => toListed(JSON.parse(line), sealKey).key)
    expect(names).toEqual([`${transferred[2]}.jsonl`, 'mixed', 'theirs'])
    const open = await Array.fromAsync(readOpen(evidence, ref))
    expect(open.map(({ entry }) => toListed(entry, sealKey).key)).toEqual(expect.arrayContaining(names))
    expect((await readRunConfig({ evidence }, ref.runId)).stores.map(({ id }) => id)).toContain('sg')
    await expect(evidence.get(storeKey(ref.runId, 'sg', 'report.json'))).rejects.toThrow(ServiceRefused)
  })

  it('are exported in a bundle that holds offline against the keys of the stage', async () => {
    const exported = await deployment.execute('export-filing', 'e1', {
      selection: { from: '2020-01-01', to: '2100-01-01' },
    })
    expect(exported).toMatchObject({ status: 'SUCCEEDED', output: { runs: 5, verified: 1, residual: 4 } })
    const summary = verifyBundle(await deployment.bundle('e1'), { pinnedKeys: await deployment.publicKeys() })
    expect(summary).toMatchObject({
      pinned: true,
      stores: ['r1', 'r2', 'r3', 'r4', 'r5'].map((runId) => ({ runId, storeId: 'sg' })),
    })
    expect(summary.stores.map(({ verdict }) => verdict)).toEqual([
      ...['residual', 'residual', 'residual', 'verified'],
      'residual',
    ])
  })

  it('leave no identifier in the evidence, in its names, or in what the executions were told', async () => {
    for (const key of await deployment.documents('')) {
      const body = Buffer.from(await deployment.document(key))
      expect(
        transferred.filter((id) => body.includes(id) || key.includes(id)),
        key,
      ).toEqual([])
    }
    const told = JSON.stringify(await deployment.histories())
    expect(told.length).toBeGreaterThan(10_000)
    expect(transferred.filter((id) => told.includes(id))).toEqual([])
  })
})

/** One clean object; findings in one that is current, one that was overwritten and one that was deleted. */
async function fill(s3: S3Client): Promise<void> {
  const CreateBucketConfiguration = { LocationConstraint: region } as const
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }))
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  const put = (Key: string, user: string) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body: `{"user":"${user}"}\n` }))
  await put('clean', '50000000001')
  await put('current', transferred[0]!)
  await put('overwritten', transferred[1]!)
  await put('overwritten', '50000000001')
  await put('deleted', transferred[2]!)
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'deleted' }))
}

/** What the custodian of the store deploys in their account: the roles of infra/offshore-roles.yml, with the right to list objects, which a server that is not AWS's is asked for. */
async function offshoreRoles(server: Ministack): Promise<void> {
  const roles = readFileSync(join(import.meta.dirname, '../../infra/offshore-roles.yml'), 'utf8')
  const client = new CloudFormationClient(server)
  const arn = (name: string) => `arn:aws:iam::000000000000:role/odv-run-${name}`
  const parameters = {
    BucketArns: `arn:aws:s3:::${Bucket}`,
    ReadingRoleArns: ['plan-listing', 'take-inventory', 'scan-batch'].map(arn).join(),
    DeletingRoleArn: arn('execute-deletion'),
    ExternalId: 'odv-run',
    ReadRoleName: 'odv-run-offshore-read',
    DeleteRoleName: 'odv-run-offshore-delete',
  }
  const StackName = 'offshore'
  await client.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: roles.replace('[s3:GetBucketLocation,', '[s3:ListBucket, s3:GetBucketLocation,'),
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  )
  await waitUntilStackCreateComplete({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { StackName })
}
