import { CloudFormationClient, GetStackPolicyCommand } from '@aws-sdk/client-cloudformation'
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DescribeKeyCommand, GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { GetFunctionConfigurationCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { GetObjectCommand, HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { DescribeStateMachineCommand, ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { functionNames } from '../../infra/bundle.ts'
import { routes } from '../api/routes.ts'
import { resolve, resourcesOf } from '../infra/intrinsics.ts'
import { machineNames, readDefinition } from '../statemachines/definitions.ts'
import { openDeployment } from '../support/deployment.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { quarterOf } from '../support/some-of.ts'
import { asDeployed, deployStack, type Stack } from '../support/stack.ts'

/**
 * The stack as `npx serverless deploy` makes it, on MiniStack. What MiniStack does not keep is looked at in the template
 * (test/infra): the logging and tracing of state machines.
 */

const root = `${import.meta.dirname}/../..`
const names = functionNames(root)

const { isLeftOut, note } = quarterOf(3)

describe.skipIf(withoutMinistack || isLeftOut)(`the deployed stack ${onMinistack}${note}`, () => {
  let server: Ministack
  let one: Stack
  let two: Stack
  beforeAll(async () => {
    server = await startMinistack({ strict: true })
    ;[one, two] = await Promise.all([deployStack(server, 'one'), deployStack(server, 'two')])
  })
  afterAll(async () => {
    one?.close()
    two?.close()
    await server?.stop()
  })

  const physical = async (stack: Stack) =>
    Object.fromEntries(
      (await stack.resources()).map(({ LogicalResourceId, PhysicalResourceId }) => [
        LogicalResourceId!,
        PhysicalResourceId!,
      ]),
    )
  const configuration = async (FunctionName: string) =>
    new LambdaClient(server).send(new GetFunctionConfigurationCommand({ FunctionName }))

  it('has every resource of the template', async () => {
    expect(Object.keys(await physical(one)).sort()).toEqual(Object.keys(one.template().Resources).sort())
    const statuses = new Set((await one.resources()).map(({ ResourceStatus }) => ResourceStatus))
    expect([...statuses].filter((status) => !/^(CREATE|UPDATE)_COMPLETE$/.test(status!))).toEqual([])
  })

  it('has every function as the template says', async () => {
    const template = one.template()
    const ids = await physical(one)
    for (const [, { Properties }] of resourcesOf(template, 'AWS::Lambda::Function')) {
      const { Runtime, MemorySize, Timeout, Handler, Architectures, Role, Environment, FunctionName } = asDeployed(
        resolve(template, { ...Properties, Code: undefined, DependsOn: undefined }),
        ids,
      )
      expect(await configuration(FunctionName)).toMatchObject({
        ...{ Runtime, MemorySize, Timeout, Handler, Architectures, Role, Environment },
        State: 'Active',
      })
    }
  })

  it.each(names.filter((name) => !(name in routes)))(
    'runs %s from its bundle, which refuses by name what is not for it',
    async (name) => {
      const deployment = await openDeployment(server, one)
      await expect(deployment.invoke(name, {})).rejects.toMatchObject({ name: 'InputInvalid' })
    },
  )

  it.each(machineNames)('has %s as its file says, with the ARNs of this stage', async (name) => {
    const { definition } = await new SFNClient(server).send(
      new DescribeStateMachineCommand({
        stateMachineArn: `arn:aws:states:us-east-1:000000000000:stateMachine:odv-one-${name}`,
      }),
    )
    const { DefinitionSubstitutions } = resourcesOf(one.template(), 'AWS::StepFunctions::StateMachine').find(
      ([, { Properties }]) => Properties.StateMachineName === `odv-one-${name}`,
    )![1].Properties
    const given = asDeployed(resolve(one.template(), DefinitionSubstitutions), await physical(one))
    const text = JSON.stringify(readDefinition(name)).replace(/\$\{(\w+)\}/g, (_, key: string) => given[key])
    expect(JSON.parse(definition!)).toEqual(JSON.parse(text))
  })

  it('shares nothing with another stage', async () => {
    // The stage of an API has its name within that API.
    const taken = new Set(Object.values(await physical(two)).filter((id) => id !== '$default'))
    expect(Object.values(await physical(one)).filter((id) => taken.has(id))).toEqual([])
  })

  const document = { Key: 'runs/r1/kept', Body: 'kept' }
  const publicKeyOf = async (KeyId: string) =>
    (await new KMSClient(server).send(new GetPublicKeyCommand({ KeyId }))).PublicKey

  it('is changed by another deployment, and keeps its buckets, tables and keys', async () => {
    const before = await physical(one)
    const outputs = await one.outputs()
    await new S3Client(server).send(new PutObjectCommand({ Bucket: outputs.EvidenceBucketName!, ...document }))
    const logKey = await publicKeyOf(outputs.LogKeyArn!)

    await one.deploy({ externalId: 'another', attestationKeys: '2' })

    expect(await one.status()).toBe('UPDATE_COMPLETE')
    const { Environment } = await configuration('odv-one-scan-batch')
    expect(Environment!.Variables!.ODV_OFFSHORE_EXTERNAL_ID).toBe('another')
    const { AttestationKey2, AttestationKeyAlias2, ...others } = await physical(one)
    expect(others).toEqual(before)
    expect(AttestationKeyAlias2).toBe('alias/odv-one-attestation-2')
    const { ODV_ATTESTATION_KEYS } = Environment!.Variables!
    expect(ODV_ATTESTATION_KEYS!.split(',').map((arn) => arn.split('/')[1])).toEqual([
      before.AttestationKey,
      AttestationKey2,
    ])
    expect(await textOf(server, outputs.EvidenceBucketName!, document.Key)).toBe(document.Body)
    expect(await publicKeyOf(outputs.LogKeyArn!)).toEqual(logKey)
  })

  it('is told to refuse an update that leaves a key out, or puts another one in its place', async () => {
    const { StackPolicyBody } = await new CloudFormationClient(server).send(
      new GetStackPolicyCommand({ StackName: 'odv-one' }),
    )
    const kms = { StringEquals: { ResourceType: ['AWS::KMS::Key'] } }
    expect(JSON.parse(StackPolicyBody!).Statement).toEqual([
      { Effect: 'Allow', Principal: '*', Action: ['Update:*'], Resource: '*' },
      { Effect: 'Deny', Principal: '*', Action: ['Update:Delete', 'Update:Replace'], Resource: '*', Condition: kms },
    ])
  })

  it('keeps ledger, keys, evidence, anchor and manifests when it is removed, and nothing else', async () => {
    const { Resources } = one.template()
    const ids = await physical(one)
    const retained = Object.entries(Resources).filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain')
    const retainedOf = (type: string) => retained.filter(([, { Type }]) => Type === type).map(([id]) => ids[id]!)

    await one.removeStack()

    const [s3, dynamo, kms] = [new S3Client(server), new DynamoDBClient(server), new KMSClient(server)]
    expect(retainedOf('AWS::S3::Bucket')).toHaveLength(3)
    for (const Bucket of retainedOf('AWS::S3::Bucket')) await s3.send(new HeadBucketCommand({ Bucket }))
    expect(await textOf(server, ids.EvidenceBucket!, document.Key)).toBe(document.Body)
    expect(retainedOf('AWS::DynamoDB::Table')).toContain('odv-one-ledger')
    for (const TableName of retainedOf('AWS::DynamoDB::Table'))
      expect((await dynamo.send(new DescribeTableCommand({ TableName }))).Table!.TableStatus).toBe('ACTIVE')
    expect(retainedOf('AWS::KMS::Key')).toHaveLength(5)
    for (const KeyId of retainedOf('AWS::KMS::Key'))
      expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata!.KeyState).toBe('Enabled')

    const { Functions } = await new LambdaClient(server).send(new ListFunctionsCommand({}))
    expect(Functions!.map(({ FunctionName }) => FunctionName).sort()).toEqual(names.map((name) => `odv-two-${name}`))
    const { stateMachines } = await new SFNClient(server).send(new ListStateMachinesCommand({}))
    expect(stateMachines!.map(({ name }) => name).sort()).toEqual(machineNames.map((name) => `odv-two-${name}`).sort())
  })
})

async function textOf(server: Ministack, Bucket: string, Key: string): Promise<string> {
  const { Body } = await new S3Client(server).send(new GetObjectCommand({ Bucket, Key }))
  return Body!.transformToString()
}
