import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation'
import {
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { s3Anchor } from '../../lib/aws/s3-anchor.ts'
import { parseCheckpoint } from '../../lib/log/checkpoint.ts'
import { type Deployment, openDeployment } from '../support/deployment.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { quarterOf } from '../support/some-of.ts'
import { deployStack, type Stack } from '../support/stack.ts'

/**
 * A stage whose checkpoints lie in another account. MiniStack asks a bucket of another account about the caller's account as a whole, so
 * that its policy is deployed with that in the place of roles; what it says of each role is judged elsewhere (test/infra/anchor-account.test.ts).
 */

const keeper = '999900001111'
const region = 'eu-central-1'
const config = {
  manifest: 'manifests/transfers.csv',
  stores: [{ id: 'sg', root: '/nowhere', country: 'SG' }],
}

const { isLeftOut, note } = quarterOf(1)

describe.skipIf(withoutMinistack || isLeftOut)(
  `a deployed stage with its anchor in another account ${onMinistack}${note}`,
  () => {
    let server: Ministack
    let stack: Stack
    let deployment: Deployment
    let theirs: S3Client
    let ours: S3Client
    beforeAll(async () => {
      server = await startMinistack({ strict: true })
      const there = { ...server, region, credentials: { accessKeyId: keeper, secretAccessKey: 'test' } }
      theirs = new S3Client(there)
      // The root user of the stage's account.
      ours = new S3Client({ ...server, region })
      for (const name of ['anchor', 'another']) await keepIn(there, `our-odv-${name}`)
      stack = await deployStack(server, 'far', paramsOf('our-odv-anchor'))
      await open()
      await deployment.handIn(
        'manifests/transfers.csv',
        'userId,transferredAt,batch\n40000000001,2026-01-31T12:00:00Z,b1\n',
      )
      await deployment.handIn('config/odv.json', JSON.stringify(config))
    })
    afterAll(async () => {
      for (const client of [theirs, ours]) client?.destroy()
      stack?.close()
      await server?.stop()
    })

    const open = async () => {
      deployment = await openDeployment(server, stack)
      await deployment.rewrite(60)
    }
    const versions = async (Bucket = 'our-odv-anchor') =>
      ((await theirs.send(new ListObjectVersionsCommand({ Bucket }))).Versions ?? []).map(({ Key, VersionId }) => ({
        ...{ Key: Key!, VersionId: VersionId! },
      }))
    const run = (name: string) => deployment.execute('verify-run', name, { trigger: 'on-demand' })
    const sizeThere = async () =>
      parseCheckpoint((await s3Anchor(theirs, { bucket: 'our-odv-anchor', owner: keeper }).latest())!).size

    it('anchors the checkpoint of a run there, which the next run goes on from', async () => {
      expect(await run('r1')).toMatchObject({ status: 'SUCCEEDED', output: { verdict: 'incomplete' } })
      const first = await sizeThere()
      expect(first).toBeGreaterThan(0)
      expect(await run('r2')).toMatchObject({ status: 'SUCCEEDED' })
      expect(await sizeThere()).toBeGreaterThan(first)
      const keys = (await versions()).map(({ Key }) => Key)
      expect(keys).toHaveLength(3)
      expect(keys).toContain('checkpoints/0000000000000000.checkpoint')
    })

    it('leaves nobody of its account, the root user neither, a way to take one away, or to open the bucket', async () => {
      const [one] = await versions()
      const Bucket = 'our-odv-anchor'
      const open = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: `arn:aws:s3:::${Bucket}/*` }],
      })
      const attempts = [
        new DeleteObjectCommand({ Bucket, ...one! }),
        new DeleteObjectCommand({ Bucket, Key: one!.Key }),
        new DeleteObjectCommand({ Bucket, ...one!, BypassGovernanceRetention: true }),
        new DeleteBucketPolicyCommand({ Bucket }),
        new PutBucketPolicyCommand({ Bucket, Policy: open }),
      ]
      const before = await versions()
      for (const attempt of attempts)
        await expect(ours.send(attempt as DeleteObjectCommand), attempt.constructor.name).rejects.toMatchObject({
          name: 'AccessDenied',
        })
      expect(await versions()).toEqual(before)
    })

    it('lets no role put a checkpoint there that has no right to it', async () => {
      const put = async (role: string) => {
        const RoleArn = `arn:aws:iam::000000000000:role/odv-far-${role}`
        const { Credentials } = await new STSClient(server).send(
          new AssumeRoleCommand({ RoleArn, RoleSessionName: 'x' }),
        )
        const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials!
        const credentials = {
          accessKeyId: AccessKeyId!,
          secretAccessKey: SecretAccessKey!,
          sessionToken: SessionToken!,
        }
        const Key = 'checkpoints/9999999999999999.checkpoint'
        return new S3Client({ ...server, region, credentials }).send(
          new PutObjectCommand({ Bucket: 'our-odv-anchor', Key, Body: 'x', IfNoneMatch: '*' }),
        )
      }
      // People may take on these.
      for (const role of ['request-desk', 'key-ceremony'])
        await expect(put(role)).rejects.toMatchObject({ name: 'AccessDenied' })
    })

    it('begins no run beside another anchor that has none of its checkpoints, until they are copied there', async () => {
      await stack.deploy(paramsOf('our-odv-another'))
      await open()
      const refused = await run('r3')
      expect(refused.status).toBe('FAILED')
      expect(refused.cause).toContain(
        'anchor: expected the last checkpoint of a log that has 2, got none; copy all of them',
      )
      expect(await versions('our-odv-another')).toEqual([])

      for (const { Key } of await versions()) {
        const { Body } = await theirs.send(new GetObjectCommand({ Bucket: 'our-odv-anchor', Key }))
        const Bytes = await Body!.transformToByteArray()
        await theirs.send(new PutObjectCommand({ Bucket: 'our-odv-another', Key, Body: Bytes, IfNoneMatch: '*' }))
      }
      expect(await run('r4')).toMatchObject({ status: 'SUCCEEDED' })
      expect(await versions('our-odv-another')).toHaveLength(4)
    })

    it('keeps its own bucket, in its stack as well, which has no checkpoints until they are copied', async () => {
      const own = async () => {
        const found = (await stack.resources()).find(({ LogicalResourceId }) => LogicalResourceId === 'AnchorBucket')
        return found!.PhysicalResourceId!
      }
      const Bucket = await own()
      const here = new S3Client(server)
      expect((await here.send(new ListObjectVersionsCommand({ Bucket }))).Versions ?? []).toEqual([])
      here.destroy()
      await stack.deploy()
      await open()
      expect((await run('r5')).cause).toContain('anchor: expected the last checkpoint of a log that has 3, got none')
      await stack.deploy(paramsOf('our-odv-another'))
      await open()
      expect(await own()).toBe(Bucket)
      expect(await run('r6')).toMatchObject({ status: 'SUCCEEDED' })
    })

    const paramsOf = (anchorBucket: string) => ({ anchorBucket, anchorAccount: keeper, anchorRegion: region })
  },
)

/** What whoever keeps the checkpoints deploys. */
async function keepIn(there: { endpoint: string; region: string }, BucketName: string): Promise<void> {
  const text = readFileSync(join(import.meta.dirname, '../../infra/anchor-account.yml'), 'utf8')
  const TemplateBody = text.replaceAll(/role\/odv-\$\{Stage\}-[a-z-]+/g, 'root')
  const parameters = {
    BucketName,
    StageAccount: '000000000000',
    Stage: 'far',
    LockMode: 'COMPLIANCE',
    LockDays: '3653',
  }
  const Parameters = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }))
  const client = new CloudFormationClient(there)
  const StackName = `keeps-${BucketName}`
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Parameters }))
  await waitUntilStackCreateComplete({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { StackName })
  client.destroy()
}
