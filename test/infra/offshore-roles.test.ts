import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CelEngine, TemplateFile } from '@aws/cloudformation-validate'
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import type { Template } from './intrinsics.ts'
import { isAllowed, list, type Statement } from './policy-evaluation.ts'

const file = join(import.meta.dirname, '../../infra/offshore-roles.yml')

it('AWS’s own validator finds nothing to object to in the roles of a custodian’s account', () => {
  const engine = new CelEngine()
  const { status, diagnostics } = engine.validateStandard(new TemplateFile(file), { severityLevel: 'WARN' })
  engine.free()
  expect([status, diagnostics]).toEqual(['OK', []])
})

const buckets = ['arn:aws:s3:::backups', 'arn:aws:s3:::archive']
const key = 'arn:aws:kms:ap-southeast-1:999900001111:key/k'
const verifier = (name: string) => `arn:aws:iam::111122223333:role/odv-prod-${name}`
const full = {
  BucketArns: buckets.join(','),
  KeyArns: key,
  ReadingRoleArns: [verifier('take-inventory'), verifier('scan-batch')].join(','),
  DeletingRoleArn: verifier('execute-deletion'),
  ExternalId: 'agreed',
}

const reading = [
  's3:GetObject',
  's3:GetObjectVersion',
  's3:GetObjectAttributes',
  's3:GetObjectVersionAttributes',
  's3:GetObjectTagging',
  's3:GetObjectVersionTagging',
  's3:GetObjectRetention',
  's3:GetObjectLegalHold',
  's3:ListMultipartUploadParts',
]
const deleting = [
  's3:GetObjectVersion',
  's3:GetObjectRetention',
  's3:GetObjectLegalHold',
  's3:DeleteObjectVersion',
  's3:AbortMultipartUpload',
]
const copying = 's3:GetReplicationConfiguration'
const looking = ['s3:GetBucketLocation', 's3:ListBucketVersions', 's3:ListBucketMultipartUploads']
/** What neither may do, to an object or to a bucket. */
const never = [
  's3:PutObject',
  's3:DeleteObject',
  's3:RestoreObject',
  's3:PutObjectTagging',
  's3:PutObjectRetention',
  's3:PutObjectLegalHold',
  's3:BypassGovernanceRetention',
  's3:ObjectOwnerOverrideToBucketOwner',
  's3:PutBucketVersioning',
  's3:PutBucketPolicy',
  's3:PutLifecycleConfiguration',
  's3:DeleteBucket',
]

/** As an implementation of CloudFormation that is not ours makes them: its lists are joined and split there. */
describe.skipIf(withoutMinistack)(`the roles of a custodian’s account, deployed ${onMinistack}`, () => {
  let server: Ministack
  beforeAll(async () => {
    server = await startMinistack()
  })
  afterAll(() => server?.stop())

  const roles = { read: 'odv-prod-offshore-read', delete: 'odv-prod-offshore-delete' }

  async function deploy(name: string, parameters: Record<string, string>): Promise<void> {
    const client = new CloudFormationClient(server)
    const Parameters = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    }))
    const template = { StackName: name, TemplateBody: readFileSync(file, 'utf8'), Parameters }
    await client.send(new CreateStackCommand({ ...template, Capabilities: ['CAPABILITY_NAMED_IAM'] }))
    await vi.waitFor(
      async () => {
        const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }))
        expect(Stacks?.[0]?.StackStatus).toBe('CREATE_COMPLETE')
      },
      { timeout: 180_000, interval: 100 },
    )
  }

  /** IAM gives documents percent-encoded in XML. */
  async function documentOf(action: string, role: string, policy = ''): Promise<{ Statement: Statement[] }> {
    const body = new URLSearchParams({ Action: action, RoleName: role, PolicyName: policy, Version: '2010-05-08' })
    const authorization =
      'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0'
    const response = await fetch(server.endpoint, { method: 'POST', body, headers: { authorization } })
    const text = await response.text()
    const document = /<(?:AssumeRole)?PolicyDocument>([\s\S]*?)<\/(?:AssumeRole)?PolicyDocument>/.exec(text)?.[1]
    if (document === undefined) throw new Error(`${action} ${role}: expected a policy document, got ${response.status}`)
    return JSON.parse(decodeURIComponent(document))
  }

  const policyOf = (role: keyof typeof roles) => documentOf('GetRolePolicy', roles[role], `${role}-backups`)
  const trustOf = (role: keyof typeof roles) => documentOf('GetRole', roles[role])

  async function mayDo(role: keyof typeof roles): Promise<(action: string, resource: string) => boolean> {
    const Properties = { RoleName: roles[role], Policies: [{ PolicyDocument: await policyOf(role) }] }
    const template: Template = { Resources: { Role: { Type: 'AWS::IAM::Role', Properties } }, Outputs: {} }
    return (action, resource) => isAllowed(template, 'Role', { action, resource })
  }

  describe('with buckets, keys and both roles of the verifier', () => {
    beforeAll(() => deploy('full', full))

    const rights = [
      { role: 'read', objects: reading, inBuckets: [...looking, copying] },
      { role: 'delete', objects: deleting, inBuckets: [...looking, 's3:GetBucketVersioning'] },
    ] as const
    for (const { role, objects, inBuckets } of rights) {
      it(`the ${role} role may do exactly what it is for, in these buckets`, async () => {
        const may = await mayDo(role)
        const all = [...new Set([...reading, ...deleting, ...looking, 's3:GetBucketVersioning', copying, ...never])]
        for (const bucket of buckets) {
          expect(all.filter((action) => may(action, `${bucket}/a/b`)).toSorted()).toEqual([...objects].toSorted())
          expect(all.filter((action) => may(action, bucket)).toSorted()).toEqual([...inBuckets].toSorted())
        }
        expect(all.filter((action) => may(action, 'arn:aws:s3:::backups-of-others/a'))).toEqual([])
      })

      it(`the ${role} role has no right by a wildcard, and one right to one key`, async () => {
        const { Statement } = await policyOf(role)
        const actions = Statement.flatMap(({ Action }) => list(Action))
        expect(actions.filter((action) => action.includes('*'))).toEqual([])
        expect(actions.toSorted()).toEqual([...objects, ...inBuckets, 'kms:Decrypt'].toSorted())
        const { Resource } = Statement.find(({ Action }) => list(Action).includes('kms:Decrypt'))!
        expect(list(Resource)).toEqual([key])
        expect(Statement.flatMap((each) => list(each.Resource)).filter((arn) => /\*/.test(arn.slice(0, -1)))).toEqual(
          [],
        )
      })
    }

    it('each is taken on by its own functions and by nobody else, who say the external ID', async () => {
      const trusted = async (role: keyof typeof roles) =>
        (await trustOf(role)).Statement.map(({ Effect, Principal, Action, Condition }) => ({
          Effect,
          Principal,
          Action,
          Condition,
        }))
      const condition = { StringEquals: { 'sts:ExternalId': 'agreed' } }
      expect(await trusted('read')).toEqual([
        {
          Effect: 'Allow',
          Principal: { AWS: [verifier('take-inventory'), verifier('scan-batch')] },
          Action: 'sts:AssumeRole',
          Condition: condition,
        },
      ])
      expect(await trusted('delete')).toEqual([
        {
          Effect: 'Allow',
          Principal: { AWS: verifier('execute-deletion') },
          Action: 'sts:AssumeRole',
          Condition: condition,
        },
      ])
    })
  })

  it('where restoring is allowed, the read role has one right more, and the delete role has not', async () => {
    const names = { ReadRoleName: 'restoring-read', DeleteRoleName: 'restoring-delete' }
    await deploy('restoring', { ...full, ...names, AllowRestore: 'true' })
    const [read, remove] = [
      await documentOf('GetRolePolicy', names.ReadRoleName, 'read-backups'),
      await documentOf('GetRolePolicy', names.DeleteRoleName, 'delete-backups'),
    ]
    const actions = (policy: typeof read) => policy.Statement.flatMap(({ Action }) => list(Action)).toSorted()
    expect(actions(read)).toEqual([...reading, ...looking, copying, 's3:RestoreObject', 'kms:Decrypt'].toSorted())
    expect(actions(remove)).not.toContain('s3:RestoreObject')
    const restoring = read.Statement.find(({ Sid }) => Sid === 'RestoreBackups')!
    expect(list(restoring.Resource)).toEqual(buckets.map((bucket) => `${bucket}/*`))
  })

  it('where rewriting is allowed, the delete role may put what says which version has to be the current one, and nothing else', async () => {
    const names = { ReadRoleName: 'rewriting-read', DeleteRoleName: 'rewriting-delete' }
    await deploy('rewriting', { ...full, ...names, AllowRewrite: 'true' })
    const [read, remove] = [
      await documentOf('GetRolePolicy', names.ReadRoleName, 'read-backups'),
      await documentOf('GetRolePolicy', names.DeleteRoleName, 'delete-backups'),
    ]
    const actions = (policy: typeof read) => policy.Statement.flatMap(({ Action }) => list(Action)).toSorted()
    expect(actions(read)).toEqual([...reading, ...looking, copying, 'kms:Decrypt'].toSorted())
    const rewriting = ['s3:PutObject', 's3:GetObject', 's3:GetObjectVersionTagging', 's3:PutObjectTagging']
    const keys = ['kms:Decrypt', 'kms:GenerateDataKey']
    expect(actions(remove)).toEqual(
      [...deleting, ...looking, 's3:GetBucketVersioning', ...rewriting, ...keys].toSorted(),
    )
    const Properties = { RoleName: names.DeleteRoleName, Policies: [{ PolicyDocument: remove }] }
    const template: Template = { Resources: { Role: { Type: 'AWS::IAM::Role', Properties } }, Outputs: {} }
    const mayPut = (resource: string, context: Record<string, string>) =>
      isAllowed(template, 'Role', { action: 's3:PutObject', resource, context })
    for (const bucket of buckets)
      expect([mayPut(`${bucket}/a/b`, { 's3:if-match': 'e' }), mayPut(`${bucket}/a/b`, {})]).toEqual([true, false])
    expect(mayPut('arn:aws:s3:::backups-of-others/a', { 's3:if-match': 'e' })).toBe(false)
    const { Resource } = remove.Statement.find(({ Action }) => list(Action).includes('kms:GenerateDataKey'))!
    expect(list(Resource)).toEqual([key])
  })

  it('without keys and without a role that deletes there is one role, with no right to a key', async () => {
    const { KeyArns: _, DeletingRoleArn: __, ...parameters } = full
    await deploy('reading', { ...parameters, ReadRoleName: 'other-read', DeleteRoleName: 'other-delete' })
    const { Statement } = await documentOf('GetRolePolicy', 'other-read', 'read-backups')
    expect(Statement.map(({ Sid }) => Sid)).toEqual(['ListBackups', 'ReadBackups'])
    await expect(documentOf('GetRole', 'other-delete')).rejects.toThrow('expected a policy document')
  })
})
