import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CelEngine, TemplateFile } from '@aws/cloudformation-validate'
import { CloudFormationClient, CreateStackCommand, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation'
import {
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkAnchor } from '../../infra/check-anchor.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { dutyMatrix } from './duty-matrix.ts'
import { account, resolve, resourcesOf, type Template } from './intrinsics.ts'
import { objectionsTo } from './objections.ts'
import { packageProject } from './packaged.ts'
import { holders, list, matches, type Request, type Statement } from './policy-evaluation.ts'

const file = join(import.meta.dirname, '../../infra/anchor-account.yml')
const keeper = '999900001111'
const bucket = 'our-odv-anchor'
const params = { anchorBucket: bucket, anchorAccount: keeper, anchorRegion: 'eu-central-1' }
const own = `odv-dev-anchor-${account}-us-east-1`

const duties = dutyMatrix
  .filter(({ resource }) => resource.startsWith(`arn:aws:s3:::${own}`))
  .map((each) => ({ ...each, resource: each.resource.replace(own, bucket) }))

it('AWS’s own validator finds nothing to object to in what is deployed in the other account', () => {
  const engine = new CelEngine()
  const { status, diagnostics } = engine.validateStandard(new TemplateFile(file), { severityLevel: 'WARN' })
  engine.free()
  expect([status, diagnostics]).toEqual(['OK', []])
})

it('locks whatever is put there, as a stage’s own bucket does: MiniStack makes buckets without a lock', () => {
  const lock = (name: string) => {
    const text = readFileSync(join(import.meta.dirname, `../../infra/${name}.yml`), 'utf8')
    return /ObjectLockEnabled: true\n[^-]*?Days: .*\n/.exec(text.slice(text.indexOf('  AnchorBucket:')))![0]
  }
  const ours = lock('storage').replace(/'\$\{self:custom.anchorLock.mode\}'/, '!Ref LockMode')
  expect(lock('anchor-account')).toBe(ours.replace(/'\$\{self:custom.anchorLock.days\}'/, '!Ref LockDays'))
})

describe('a stage whose checkpoints others keep', () => {
  let template: Template
  let remove: () => void
  beforeAll(async () => {
    ;({ template, remove } = await packageProject('dev', { params }))
  })
  afterAll(() => remove?.())

  it('keeps its own bucket, so that it can go back to it, and is a template like any other', async () => {
    const { AnchorBucket, AnchorBucketPolicy } = (await packageProject('dev')).template.Resources
    expect(template.Resources).toMatchObject({ AnchorBucket, AnchorBucketPolicy })
    expect(template.Outputs.AnchorBucketName!.Value).toBe(bucket)
    expect(objectionsTo(template)).toEqual([])
  })

  it('tells every function whose bucket it is, and where', () => {
    for (const [id, { Properties }] of resourcesOf(template, 'AWS::Lambda::Function'))
      expect(Properties.Environment.Variables, id).toMatchObject({
        ODV_ANCHOR_BUCKET: bucket,
        ODV_ANCHOR_ACCOUNT: keeper,
        ODV_ANCHOR_REGION: 'eu-central-1',
      })
  })

  it.each(duties)('gives the right to $duty there to whom it gives it in a bucket of its own', async (request) => {
    const { AnchorBucketPolicy: _, ...Resources } = (await packageProject('dev')).template.Resources
    const atHome = { ...request, resource: request.resource.replace(bucket, own) }
    // What the policies of both buckets say is compared below.
    expect(holders(template, request)).toEqual(holders({ ...template, Resources }, atHome))
  })
})

describe('params that name an anchor', () => {
  const anchor = { own: 'own', bucket, account: keeper, region: 'eu-central-1' }
  const refused = [
    { name: 'no account', given: { ...anchor, account: '' }, says: /^anchorAccount: expected the account/ },
    { name: 'no bucket', given: { ...anchor, bucket: '' }, says: /^anchorBucket: expected the name of a bucket/ },
    { name: 'an account alone', given: { ...anchor, bucket: 'own' }, says: /^anchorBucket: expected/ },
    {
      name: 'a Region alone',
      given: { ...anchor, bucket: 'own', account: '' },
      says: /^anchorBucket: .*; anchorAccount: /,
    },
    { name: 'the ARN of a bucket', given: { ...anchor, bucket: 'arn:aws:s3:::b' }, says: /^anchorBucket: expected/ },
    { name: 'eleven digits', given: { ...anchor, account: '12345678901' }, says: /^anchorAccount: expected/ },
    { name: 'no Region', given: { ...anchor, region: 'Frankfurt' }, says: /^anchorRegion: expected the Region/ },
  ]
  it.each(refused)('by half are refused: $name', ({ given, says }) => {
    expect(() => checkAnchor(given, 'us-east-1')).toThrow(says)
  })

  it('whole, in any Region, or none of them, are taken', () => {
    checkAnchor(anchor, 'us-east-1')
    checkAnchor({ ...anchor, region: 'us-east-1' }, 'us-east-1')
    checkAnchor({ own: 'own', bucket: 'own', account: '', region: 'us-east-1' }, 'us-east-1')
  })

  it('by half end packaging', async () => {
    const said = await packageProject('dev', { params: { anchorBucket: bucket } }).catch(({ stdout }) => stdout)
    expect(said).toContain('anchorAccount: expected the account that the bucket belongs to')
  })
})

/** As an implementation of CloudFormation that is not ours makes it. */
describe.skipIf(withoutMinistack)(`the anchor of another account, deployed ${onMinistack}`, () => {
  let server: Ministack
  let s3: S3Client
  let cloudFormation: CloudFormationClient
  beforeAll(async () => {
    server = await startMinistack()
    const there = { ...server, credentials: { accessKeyId: keeper, secretAccessKey: 'test' } }
    s3 = new S3Client(there)
    cloudFormation = new CloudFormationClient(there)
  })
  afterAll(async () => {
    for (const client of [s3, cloudFormation]) client?.destroy()
    await server?.stop()
  })

  const parameters = { StageAccount: account, Stage: 'dev', LockMode: 'COMPLIANCE', LockDays: '3653' }
  async function deploy(BucketName: string, more: Record<string, string> = {}): Promise<Statement[]> {
    const Parameters = Object.entries({ ...parameters, BucketName, ...more }).map(([ParameterKey, ParameterValue]) => ({
      ...{ ParameterKey, ParameterValue },
    }))
    const StackName = `stack-${BucketName}`
    const TemplateBody = readFileSync(file, 'utf8')
    await cloudFormation.send(new CreateStackCommand({ StackName, TemplateBody, Parameters }))
    const times = { maxWaitTime: 60, minDelay: 1, maxDelay: 1 }
    await waitUntilStackCreateComplete({ client: cloudFormation, ...times }, { StackName })
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: BucketName }))
    return JSON.parse(Policy!).Statement
  }

  const as = (role: string, of = account) => ({
    'aws:PrincipalArn': `arn:aws:iam::${of}:role/${role}`,
    'aws:PrincipalAccount': of,
    'aws:SecureTransport': 'true',
  })
  /** By the policy alone: across accounts it has to allow what is done, and nothing in it may deny it. */
  const allows = (statements: Statement[], who: Record<string, string>, { context, ...request }: Request) => {
    const effects = statements
      .filter((each) => matches(each, { ...request, context: { ...who, ...context } }))
      .map(({ Effect }) => Effect)
    return effects.length > 0 && !effects.includes('Deny')
  }

  describe('for a stage', () => {
    let policy: Statement[]
    beforeAll(async () => {
      policy = await deploy(bucket)
    })

    it('is private and keeps versions', async () => {
      const Bucket = bucket
      expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled')
      const block = (await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration!
      expect(Object.values(block)).toEqual([true, true, true, true])
    })

    it('refuses what a stage’s own bucket refuses, in the same words', async () => {
      const { template } = await packageProject('dev')
      const { PolicyDocument } = template.Resources.AnchorBucketPolicy!.Properties
      const said = (statements: Statement[]) =>
        statements.map(({ Action, Resource, Condition, ...each }) => ({
          ...{ ...each, Action: list(Action), Resource: list(Resource) },
          Condition: JSON.parse(JSON.stringify(Condition ?? {}), (_, value) =>
            typeof value === 'object' && !Array.isArray(value) ? value : list(value).map(String),
          ),
        }))
      const ours = said(JSON.parse(JSON.stringify(resolve(template, PolicyDocument.Statement)).replaceAll(own, bucket)))
      const sids = new Set(ours.map(({ Sid }) => Sid))
      expect(sids.size).toBe(6)
      expect(said(policy.filter(({ Sid }) => sids.has(Sid)))).toEqual(ours)
    })

    it('allows nothing to anybody but roles of the stage, and has no wildcard in what it allows', () => {
      const allowing = policy.filter(({ Effect }) => Effect === 'Allow')
      for (const { Principal, Action, Condition } of allowing) {
        expect(Principal).toEqual({ AWS: `arn:aws:iam::${account}:root` })
        expect(JSON.stringify([Action, Condition])).not.toContain('*')
        expect(Object.keys(Condition!)).toEqual(['ArnEquals'])
        for (const arn of list(Condition!.ArnEquals!['aws:PrincipalArn']!))
          expect(arn).toMatch(/^arn:aws:iam::111122223333:role\/odv-dev-[a-z-]+$/)
      }
      expect(allowing).toHaveLength(5)
    })

    it.each(duties)('lets those $duty by itself whom the stage lets: $roles', async ({ roles, ...request }) => {
      const { template } = await packageProject('dev')
      const all = resourcesOf(template, 'AWS::IAM::Role').map(([, { Properties }]) => Properties.RoleName as string)
      const may = (of: string) =>
        all.filter((role) => allows(policy, as(role, of), request)).map((role) => role.slice('odv-dev-'.length))
      expect(may(account).toSorted()).toEqual(roles)
      expect(may('444455556666')).toEqual([])
      expect(allows(policy, { ...as('x'), 'aws:PrincipalArn': `arn:aws:iam::${account}:root` }, request)).toBe(false)
    })

    it('lets the signer do nothing else, over TLS alone, whatever else its account may one day allow', () => {
      const opened: Statement = { Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::${bucket}*` }
      const statements = [...policy, opened]
      const signer = as('odv-dev-sign-checkpoint')
      const key = `arn:aws:s3:::${bucket}/checkpoints/1`
      const once = { 's3:ObjectCreationOperation': 'true', 's3:if-none-match': '*' }
      const put = { action: 's3:PutObject', resource: key, context: once }
      expect(allows(statements, signer, put)).toBe(true)
      expect(allows(statements, { ...signer, 'aws:SecureTransport': 'false' }, put)).toBe(false)
      const others = ['PutBucketPolicy', 'DeleteBucketPolicy', 'PutLifecycleConfiguration', 'PutObjectLegalHold']
      const locks = ['PutBucketObjectLockConfiguration', 'PutObjectRetention', 'BypassGovernanceRetention']
      for (const name of [...others, ...locks, 'DeleteObject', 'DeleteObjectVersion', 'DeleteBucket', 'PutBucketAcl'])
        for (const resource of [key, `arn:aws:s3:::${bucket}`])
          expect(allows(statements, signer, { action: `s3:${name}`, resource }), name).toBe(false)
    })
  })

  it('lets one role of its own account copy what was anchored before, once each, if it is told of one', async () => {
    const copier = `arn:aws:iam::${keeper}:role/copier`
    const copying = await deploy('copied', { CopierArn: copier })
    const denied = (statements: Statement[], role: string, context: Record<string, string>) =>
      ['checkpoints/1', 'timestamps/1'].filter((key) => {
        const request = { action: 's3:PutObject', resource: `arn:aws:s3:::copied/${key}` }
        const applies = (each: Statement) => matches(each, { ...request, context: { ...as(role, keeper), ...context } })
        return statements.some((each) => each.Effect === 'Deny' && applies(each))
      })
    const created = { 's3:ObjectCreationOperation': 'true' }
    expect(denied(copying, 'copier', { ...created, 's3:if-none-match': '*' })).toEqual([])
    expect(denied(copying, 'copier', created)).toHaveLength(2)
    expect(denied(copying, 'other', { ...created, 's3:if-none-match': '*' })).toHaveLength(2)
  })

  it('is not made in the account of the stage', async () => {
    await expect(deploy('same', { StageAccount: keeper })).rejects.toThrow('another account than that of the stage')
  })
})
