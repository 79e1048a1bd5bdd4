import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { dynamoRunState } from '../../lib/aws/dynamo-run-state.ts'
import { verifyBundle } from '../../lib/export/verify-bundle.ts'
import type { RequestRecord } from '../../lib/ports.ts'
import { type Deployment, openDeployment } from '../support/deployment.ts'
import { interpret } from '../support/interpreted.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
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
      },
    },
  ],
})

describe.skipIf(withoutMinistack)(`deployed runs over a bucket ${onMinistack}`, () => {
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
    await offshoreRole(server)
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
      { timeout: 45_000, interval: 100 },
    )
  const requested = async (runId: string) => {
    const text = await deployment.document(`runs/${runId}/stores/sg/pass-0/requested-versions.jsonl`)
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

  it('are exported in a bundle that holds offline against the keys of the stage', async () => {
    const exported = await deployment.execute('export-filing', 'e1', {
      selection: { from: '2020-01-01', to: '2100-01-01' },
    })
    expect(exported).toMatchObject({ status: 'SUCCEEDED', output: { runs: 4, verified: 1, residual: 3 } })
    const summary = verifyBundle(await deployment.bundle('e1'), { pinnedKeys: await deployment.publicKeys() })
    expect(summary).toMatchObject({
      pinned: true,
      stores: ['r1', 'r2', 'r3', 'r4'].map((runId) => ({ runId, storeId: 'sg' })),
    })
    expect(summary.stores.map(({ verdict }) => verdict)).toEqual(['residual', 'residual', 'residual', 'verified'])
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

/** What whoever controls the store sets up: a role that reads, for whoever has the external ID. */
async function offshoreRole(server: Ministack): Promise<void> {
  const client = new CloudFormationClient(server)
  const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement })
  const Role = {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: 'odv-run-offshore-read',
      AssumeRolePolicyDocument: policy({
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::000000000000:root' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': 'odv-run' } },
      }),
      Policies: [
        {
          PolicyName: 'read',
          PolicyDocument: policy({
            Effect: 'Allow',
            Action: ['s3:Get*', 's3:List*'],
            Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
          }),
        },
      ],
    },
  }
  const StackName = 'offshore'
  const TemplateBody = JSON.stringify({ Resources: { Role } })
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities: ['CAPABILITY_NAMED_IAM'] }))
  await waitUntilStackCreateComplete({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { StackName })
}
