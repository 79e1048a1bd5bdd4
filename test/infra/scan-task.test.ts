import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkScanMemory } from '../../infra/scan-memory.ts'
import { taskProgram } from '../../infra/scan-task.ts'
import { parseEnvironment } from '../../lib/aws/environment.ts'
import { byCfnLint, findingsIn, withoutCfnLint } from './cfn-lint.ts'
import { dutyMatrix, separated } from './duty-matrix.ts'
import { account, physicalNames, resolve, resourcesOf, type Template } from './intrinsics.ts'
import { objectionsTo } from './objections.ts'
import { type Packaged, packageProject } from './packaged.ts'
import { holders, type Request, type Statement } from './policy-evaluation.ts'
import { wildcardProblems } from './wildcards.ts'

/** A stage that has scan tasks, beside one that has none. */

const params = {
  ...{ taskSubnets: 'subnet-0a1b2c3d,subnet-1a1b2c3d', taskVpc: 'vpc-0a1b2c3d', taskSeconds: '86400' },
  scanMemory: '640',
}

let withTasks: Packaged
let without: Packaged
let template: Template
beforeAll(async () => {
  ;[withTasks, without] = await Promise.all([packageProject('dev', { params }), packageProject('dev')])
  template = withTasks.template
})
afterAll(() => {
  withTasks?.remove()
  without?.remove()
})

const own = [
  'ScanTaskCluster',
  'ScanTaskDefinition',
  'ScanTaskExecutionRole',
  'ScanTaskLogGroup',
  'ScanTaskSecurityGroup',
]
const definitionOf = (of: Template) => resolve(of, of.Resources.ScanTaskDefinition!.Properties)
const containerOf = (of: Template) => definitionOf(of).ContainerDefinitions[0]
const variablesOf = (of: Template): Record<string, string> =>
  Object.fromEntries(
    containerOf(of).Environment.map(({ Name, Value }: { Name: string; Value: string }) => [Name, Value]),
  )
const trustsOf = (of: Template, id: string) =>
  (resolve(of, of.Resources[id]!.Properties.AssumeRolePolicyDocument.Statement) as Statement[]).map(
    ({ Principal, Condition }) => ({ Principal, Condition }),
  )

describe('a stage without subnets for scan tasks', () => {
  test('has none of their resources and rights, and hands nothing over', () => {
    expect(Object.keys(without.template.Resources).filter((id) => /^ScanTask/.test(id))).toEqual([])
    expect(
      Object.keys(template.Resources)
        .filter((id) => !(id in without.template.Resources))
        .sort(),
    ).toEqual(own)
    const text = JSON.stringify(without.template.Resources, (name, value) => (name === 'DefinitionString' ? '' : value))
    expect(text.match(/ecs:|ecs-tasks|Fn::If|NoValue|scan-batch.zip"\]/g)).toBeNull()
    const { Environment } = without.template.Resources.ScanBatchLambdaFunction!.Properties
    expect(Environment.Variables.ODV_SCAN_TASKS).toBe('off')
  })
})

describe('the memory of scan-batch', () => {
  test('is what a stage says, and every function knows it, to plan and to tell what that costs', () => {
    const functions = resourcesOf(template, 'AWS::Lambda::Function')
    expect(template.Resources.ScanBatchLambdaFunction!.Properties.MemorySize).toBe(640)
    for (const [, { Properties }] of functions)
      expect(Properties.Environment.Variables).toMatchObject({ ODV_SCAN_MEMORY: '640' })
    expect(without.template.Resources.ScanBatchLambdaFunction!.Properties.MemorySize).toBe(1769)
  })

  test.each(['575', '10241', '1769.5', '1e3', ''])('is not packaged as %j', (memory) => {
    expect(() => checkScanMemory(memory)).toThrow(`scanMemory: expected 576 to 10240, in MB, got ${memory}`)
  })
})

describe('a stage with scan tasks', () => {
  test('runs in a container what is packaged, by its digest, in the environment of the function, which hands over', () => {
    const { Code, Environment } = template.Resources.ScanBatchLambdaFunction!.Properties
    const { NODE_OPTIONS: _, ...variables } = resolve(template, Environment.Variables)
    expect(variables).toMatchObject({ ODV_SCAN_TASKS: 'on', ODV_SCAN_MEMORY: '640' })
    expect(variablesOf(template)).toEqual({
      ...variables,
      AWS_REGION: 'us-east-1',
      ODV_SCAN_TASKS: 'off',
      ODV_CALL_SECONDS: '86400',
      // It has a processor of its own.
      ODV_SCAN_MEMORY: '1769',
      ODV_CODE_URL: `https://s3.us-east-1.amazonaws.com/serverlessdeploymentbucket/${Code.S3Key}`,
      ODV_CODE_SHA256: createHash('sha256').update(withTasks.zip('scan-batch')).digest('hex'),
    })
    const key = `arn:aws:kms:us-east-1:${account}:key/01234567-89ab-cdef-0123-456789abcdef`
    const keys = { ODV_ATTESTATION_KEY: key, ODV_LOG_KEY: key, ODV_CASE_KEY: key }
    expect(parseEnvironment({ ...variablesOf(template), ...keys })).toMatchObject({
      callSeconds: 86_400,
      handsOver: false,
    })
    expect(containerOf(template)).toMatchObject({
      Name: 'scan',
      EntryPoint: ['node'],
      Command: ['--input-type=module', '--eval', taskProgram(withTasks.directory)],
      User: '65534:65534',
      LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
    })
  })

  test('keeps within what ECS takes for a definition and for overrides', () => {
    expect(JSON.stringify(definitionOf(template)).length).toBeLessThan(64 * 1024)
    const call = { runId: 'r'.repeat(45), storeId: 's'.repeat(32), pass: 9, batch: { batch: 1e9, segment: 1e9 } }
    expect(JSON.stringify(call).length).toBeLessThan(8192 / 4)
  })

  test('gives its tasks the role of scan-batch, which AWS alone can take on, for this account', () => {
    const arn = (name: string) => `arn:aws:iam::${account}:role/odv-dev-${name}`
    const { TaskRoleArn, ExecutionRoleArn, NetworkMode, RuntimePlatform } = definitionOf(template)
    expect([TaskRoleArn, ExecutionRoleArn]).toEqual([arn('scan-batch'), arn('scan-execution')])
    expect([NetworkMode, RuntimePlatform]).toEqual([
      'awsvpc',
      { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
    ])
    const tasks = {
      Principal: { Service: 'ecs-tasks.amazonaws.com' },
      Condition: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnLike: { 'aws:SourceArn': `arn:aws:ecs:us-east-1:${account}:*` },
      },
    }
    expect(trustsOf(template, 'ScanTaskExecutionRole')).toEqual([tasks])
    const lambda = { Principal: { Service: 'lambda.amazonaws.com' }, Condition: undefined }
    expect(trustsOf(template, 'ScanBatchRole')).toEqual([lambda, tasks])
    expect(trustsOf(without.template, 'ScanBatchRole')).toEqual([lambda])
    const trusting = resourcesOf(template, 'AWS::IAM::Role').filter(([id]) =>
      JSON.stringify(trustsOf(template, id)).includes('ecs-tasks'),
    )
    expect(trusting.map(([id]) => id).sort()).toEqual(['ScanBatchRole', 'ScanTaskExecutionRole'])
  })

  test('leaves everything else in the hands that it was in', () => {
    for (const row of dutyMatrix)
      expect({ duty: row.duty, roles: holders(template, row) }).toEqual({ duty: row.duty, roles: row.roles })
    for (const duty of separated) expect(dutyMatrix.some((row) => row.duty === duty)).toBe(true)
    expect(wildcardProblems(template)).toEqual([])
    expect(wildcardProblems(without.template)).toEqual([])
  })

  const definition = (family: string) => `arn:aws:ecs:us-east-1:${account}:task-definition/${family}:7`
  const cluster = (name: string) => ({ 'ecs:cluster': `arn:aws:ecs:us-east-1:${account}:cluster/${name}` })
  const role = (name: string) => `arn:aws:iam::${account}:role/odv-dev-${name}`
  const toTasks = { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' }
  const rights: ({ duty: string; roles: string[] } & Request)[] = [
    {
      ...{ duty: 'start a scan task', action: 'ecs:RunTask', resource: definition('odv-dev-scan') },
      ...{ context: cluster('odv-dev-scan'), roles: ['scan-store-machine'] },
    },
    {
      ...{ duty: 'start it elsewhere', action: 'ecs:RunTask', resource: definition('odv-dev-scan') },
      ...{ context: cluster('other'), roles: [] },
    },
    {
      ...{ duty: 'start another task', action: 'ecs:RunTask', resource: definition('other') },
      ...{ context: cluster('odv-dev-scan'), roles: [] },
    },
    {
      ...{
        duty: 'stop a scan task',
        action: 'ecs:StopTask',
        resource: `arn:aws:ecs:us-east-1:${account}:task/odv-dev-scan/1`,
      },
      roles: ['scan-store-machine'],
    },
    {
      ...{ duty: 'run a command in a scan task', action: 'ecs:ExecuteCommand' },
      ...{ resource: `arn:aws:ecs:us-east-1:${account}:task/odv-dev-scan/1`, roles: [] },
    },
    {
      ...{ duty: 'give a task its role', action: 'iam:PassRole', resource: role('scan-batch') },
      ...{ context: toTasks, roles: ['scan-store-machine'] },
    },
    {
      ...{ duty: 'give a function that role', action: 'iam:PassRole', resource: role('scan-batch') },
      ...{ context: { 'iam:PassedToService': 'lambda.amazonaws.com' }, roles: [] },
    },
    ...['attest', 'sign-checkpoint', 'execute-deletion'].map((name) => ({
      ...{ duty: `give a task the role of ${name}`, action: 'iam:PassRole', resource: role(name) },
      ...{ context: toTasks, roles: [] },
    })),
    {
      ...{ duty: 'read the bundle of scan-batch', action: 's3:GetObject' },
      ...{
        resource: 'arn:aws:s3:::serverlessdeploymentbucket/serverless/odv/dev/1-x/scan-batch.zip',
        roles: ['scan-batch'],
      },
    },
    {
      ...{ duty: 'read another bundle', action: 's3:GetObject' },
      ...{ resource: 'arn:aws:s3:::serverlessdeploymentbucket/serverless/odv/dev/1-x/attest.zip', roles: [] },
    },
    {
      ...{ duty: 'change a bundle', action: 's3:PutObject' },
      ...{ resource: 'arn:aws:s3:::serverlessdeploymentbucket/serverless/odv/dev/1-x/scan-batch.zip', roles: [] },
    },
  ]
  test.each(rights)('lets $roles $duty', ({ roles, ...request }) => {
    expect(holders(template, request)).toEqual(roles)
    expect(holders(without.template, request)).toEqual([])
  })

  test('tells the machine where they run', () => {
    const { DefinitionSubstitutions, DefinitionString } = template.Resources.ScanStoreStateMachine!.Properties
    expect(resolve(template, DefinitionSubstitutions)).toMatchObject({
      ScanTaskDefinitionArn: definition('odv-dev-scan').replace(/7$/, '1'),
      ScanTaskCluster: cluster('odv-dev-scan')['ecs:cluster'],
      ScanTaskSecurityGroup: 'sg-scantasksecuritygroup',
      ScanTaskSubnets: params.taskSubnets,
      ScanTaskPublicIp: 'DISABLED',
      ScanTaskSeconds: '86400',
    })
    expect(DefinitionString).toBe(without.template.Resources.ScanStoreStateMachine!.Properties.DefinitionString)
  })

  test('lets nothing in, and out by TLS only', () => {
    const { SecurityGroupIngress, SecurityGroupEgress, VpcId } = template.Resources.ScanTaskSecurityGroup!.Properties
    expect([SecurityGroupIngress, VpcId]).toEqual([[], params.taskVpc])
    for (const rule of SecurityGroupEgress)
      expect(rule).toMatchObject({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 })
  })

  test('carries the stage in every name, ends its logs, and keeps the definition that a run began with', () => {
    expect(physicalNames(template).filter(({ name }) => !name.includes('odv-dev'))).toEqual([])
    expect(template.Resources.ScanTaskLogGroup!.Properties.RetentionInDays).toBe(400)
    expect(template.Resources.ScanTaskDefinition).toMatchObject({
      UpdateReplacePolicy: 'Retain',
      DeletionPolicy: 'Delete',
    })
  })

  test('is what AWS’s own validator has no objection to', () => {
    expect(objectionsTo(template)).toEqual([])
  })

  test.skipIf(withoutCfnLint)(`is nothing that is found by ${byCfnLint}`, () => {
    expect(findingsIn(template)).toEqual([[]])
  })
})
