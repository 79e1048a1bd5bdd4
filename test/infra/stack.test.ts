import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { numberKeys } from '../../infra/number-keys.ts'
import { rowBytes, shardLeaves } from '../../lib/proof/tree-files.ts'
import { geometryFor, shardBytesOf, shardsFor } from '../../lib/subject-index/build-filter.ts'
import { keptBytes, shardBitsFor, tableBytesOf } from '../../lib/subject-index/digest-table.ts'
import { physicalNames, resolve, resourcesOf, type Template } from './intrinsics.ts'
import { objectionsTo } from './objections.ts'
import { type Packaged, packageProject } from './packaged.ts'
import { isAllowed, list, type Statement } from './policy-evaluation.ts'

let packaged: Packaged
let template: Template
beforeAll(async () => {
  packaged = await packageProject('dev')
  template = packaged.template
})
afterAll(() => packaged?.remove())

/** What a manifest may have (see DESIGN.md). */
const mostIdentifiers = 2e8
const mebibyte = 2 ** 20

function sizeOf(identifiers: number): { file: number; filter: number } {
  const shards = shardsFor(identifiers)
  const largest = identifiers / shards + 6 * Math.sqrt(identifiers / shards)
  const filter = 2 * shards * shardBytesOf(geometryFor(shards, largest))
  const table = { digests: identifiers, shardBits: shardBitsFor(identifiers), directorySha256: '' }
  return { file: filter + tableBytesOf(table) + 100_000, filter }
}

const pipeline = join(import.meta.dirname, '../../lib/pipeline')
const users = readdirSync(pipeline)
  .filter(
    (name) =>
      name.endsWith('.ts') &&
      /openRunIndex|gateScopesOf|'subject-index'/.test(readFileSync(join(pipeline, name), 'utf8')),
  )
  .map((name) => name.replace('.ts', ''))
  .filter((name) => existsSync(join(import.meta.dirname, `../../functions/${name}.ts`)))

describe('state machines', () => {
  const machines = readdirSync(join(import.meta.dirname, '../../statemachines')).map((file) =>
    file.replace('.asl.json', ''),
  )
  const machineOf = (name: string) =>
    resourcesOf(template, 'AWS::StepFunctions::StateMachine').find(
      ([, { Properties }]) => Properties.StateMachineName === `odv-dev-${name}`,
    )![1].Properties

  test.each(machines)('%s deploys the very file that runs embedded', (name) => {
    const file = join(import.meta.dirname, `../../statemachines/${name}.asl.json`)
    expect(JSON.parse(machineOf(name).DefinitionString)).toEqual(JSON.parse(readFileSync(file, 'utf8')))
  })

  test.each(machines)('%s is given every substitution that it uses, and no other', (name) => {
    const { DefinitionString, DefinitionSubstitutions } = machineOf(name)
    const used = new Set([...DefinitionString.matchAll(/\$\{(\w+)\}/g)].map(([, key]) => key))
    expect(Object.keys(DefinitionSubstitutions).sort()).toEqual([...used].sort())
  })

  test.each(machines)('%s is given the functions and machines that its substitutions name', (name) => {
    for (const [key, value] of Object.entries(machineOf(name).DefinitionSubstitutions)) {
      const kebab = key
        .replace(/(FunctionArn|StateMachineArn)$/, '')
        .replace(/\B[A-Z]/g, '-$&')
        .toLowerCase()
      const expected: Record<string, string> = {
        FunctionArn: `arn:aws:lambda:us-east-1:111122223333:function:odv-dev-${kebab}`,
        StateMachineArn: `arn:aws:states:us-east-1:111122223333:stateMachine:odv-dev-${kebab}`,
        Partition: 'aws',
        EvidenceBucket: 'odv-dev-evidence-111122223333-us-east-1',
        // Those that a stage with scan tasks has: scan-task.test.ts.
        ScanTaskDefinitionArn: 'none',
        ScanTaskCluster: 'none',
        ScanTaskSecurityGroup: 'none',
        ScanTaskSubnets: 'none',
        ScanTaskPublicIp: 'DISABLED',
        ScanTaskSeconds: '172800',
      }
      const kind = /(FunctionArn|StateMachineArn)$/.exec(key)?.[0] ?? key
      expect(resolve(template, value)).toBe(expected[kind])
    }
  })

  test.each(machines)('%s may invoke exactly the functions that it names', (name) => {
    const { DefinitionSubstitutions, RoleArn } = machineOf(name)
    const named = Object.entries(DefinitionSubstitutions).filter(([key]) => key.endsWith('FunctionArn'))
    const mayInvoke = resourcesOf(template, 'AWS::Lambda::Function')
      .map(([id]) => resolve(template, { 'Fn::GetAtt': [id, 'Arn'] }))
      .filter((resource) =>
        isAllowed(template, RoleArn['Fn::GetAtt'][0], { action: 'lambda:InvokeFunction', resource }),
      )
    expect(mayInvoke.sort()).toEqual(named.map(([, value]) => resolve(template, value)).sort())
  })

  test.each(machines)('%s is traced, and logs which state ran but never data', (name) => {
    const { TracingConfiguration, LoggingConfiguration } = machineOf(name)
    expect(TracingConfiguration).toEqual({ Enabled: true })
    expect(LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: false })
  })
})

describe('the nightly schedule', () => {
  test('starts verify-run in its time zone, under a fresh name, as a nightly run', () => {
    const { Properties } = template.Resources.NightlySchedule!
    const { Target, ...schedule } = resolve(template, Properties)
    expect(schedule).toMatchObject({
      ScheduleExpression: 'cron(30 3 * * ? *)',
      ScheduleExpressionTimezone: 'America/New_York',
      FlexibleTimeWindow: { Mode: 'OFF' },
    })
    expect(Target.Arn).toBe('arn:aws:scheduler:::aws-sdk:sfn:startExecution')
    const input = JSON.parse(Target.Input)
    expect(input.StateMachineArn).toBe('arn:aws:states:us-east-1:111122223333:stateMachine:odv-dev-verify-run')
    expect(input.Name).toBe('nightly-<aws.scheduler.execution-id>')
    expect(JSON.parse(input.Input)).toEqual({ trigger: 'nightly' })
  })

  test('gives names that leave room for a store and a pass in the names of executions below it', () => {
    const longestId = '01234567-89ab-cdef-0123-456789abcdef'.length
    expect('nightly-'.length + longestId + '-'.length + 32 + '-0'.length).toBeLessThanOrEqual(80)
  })
})

describe('what is kept', () => {
  test('ledger, keys, evidence, anchor and intake outlive the stack', () => {
    const kept = [
      'LedgerTable',
      'AttestationKey',
      'LogKey',
      'CaseKey',
      'EvidenceKey',
      'EvidenceBucket',
      'AnchorBucket',
      'IntakeBucket',
    ]
    for (const id of [...kept, 'EvidenceBucketPolicy', 'AnchorBucketPolicy', 'IntakeBucketPolicy'])
      expect(template.Resources[id], id).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
  })

  test('every bucket is private, encrypted and reached over TLS only', () => {
    const buckets = resourcesOf(template, 'AWS::S3::Bucket')
    expect(buckets.map(([id]) => id).sort()).toEqual([
      'AnchorBucket',
      'EvidenceBucket',
      'IntakeBucket',
      'ServerlessDeploymentBucket',
    ])
    for (const [id, { Properties }] of buckets) {
      expect(Properties.PublicAccessBlockConfiguration, id).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      })
      expect(
        Properties.BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.SSEAlgorithm,
        id,
      ).toMatch(/^(aws:kms|AES256)$/)
      const policies = resourcesOf(template, 'AWS::S3::BucketPolicy').filter(
        ([, policy]) => policy.Properties.Bucket.Ref === id,
      )
      const arn = resolve(template, { 'Fn::GetAtt': [id, 'Arn'] })
      const overPlainHttp = policies
        .flatMap(([, policy]) => resolve(template, policy.Properties.PolicyDocument.Statement) as Statement[])
        .filter(({ Condition }) => String(Condition?.Bool?.['aws:SecureTransport']) === 'false')
      expect(overPlainHttp, id).toMatchObject([{ Effect: 'Deny', Principal: '*', Action: 's3:*' }])
      expect([...list(overPlainHttp[0]!.Resource)].sort(), id).toEqual([arn, `${arn}/*`])
    }
  })

  test('evidence is versioned, can be locked and is encrypted with its own key', () => {
    expect(resolve(template, template.Resources.EvidenceBucket!.Properties)).toMatchObject({
      ObjectLockEnabled: true,
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { KMSMasterKeyID: 'arn:aws:kms:us-east-1:111122223333:key/EvidenceKey' } },
        ],
      },
    })
  })

  test('checkpoints are locked in the anchor from the moment that they are written', () => {
    expect(template.Resources.AnchorBucket!.Properties).toMatchObject({
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } },
      },
    })
  })

  test('the ledger has the keys that its format names, recovery to any point in time and protection from deletion', () => {
    expect(template.Resources.LedgerTable!.Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    })
    expect(resourcesOf(template, 'AWS::DynamoDB::GlobalTable')).toEqual([])
  })

  test('the ledger’s policy speaks of this table and of nothing that could be another', () => {
    const statements = template.Resources.LedgerTable!.Properties.ResourcePolicy.PolicyDocument.Statement
    const arn = resolve(template, { 'Fn::GetAtt': ['LedgerTable', 'Arn'] })
    expect(
      resolve(template, statements).map(({ Effect, Principal, Resource }: Statement) => [Effect, Principal, Resource]),
    ).toEqual(statements.map(() => ['Deny', '*', arn]))
  })

  test('attestation and log keys are of the kinds that verifiers expect', () => {
    expect(template.Resources.AttestationKey!.Properties).toMatchObject({
      KeySpec: 'ECC_NIST_P256',
      KeyUsage: 'SIGN_VERIFY',
    })
    expect(template.Resources.LogKey!.Properties).toMatchObject({
      KeySpec: 'ECC_NIST_EDWARDS25519',
      KeyUsage: 'SIGN_VERIFY',
    })
  })

  test('further keys leave the first as it is, outlive the stack as well, and are told to functions in order', () => {
    const more = structuredClone(template)
    numberKeys(more, { AttestationKey: '3', LogKey: 1 })
    const added = Object.keys(more.Resources).filter((id) => !(id in template.Resources))
    const ids = ['AttestationKey2', 'AttestationKey3']
    expect(added).toEqual(ids.flatMap((id) => [id, id.replace('Key', 'KeyAlias')]))
    expect(more.Resources.AttestationKey).toEqual(template.Resources.AttestationKey)
    for (const id of ids) {
      const { Properties, ...kept } = more.Resources[id]!
      const { Properties: first, ...asFirst } = template.Resources.AttestationKey!
      expect(kept).toEqual(asFirst)
      expect({ ...Properties, Description: '' }).toEqual({ ...first, Description: '' })
    }
    expect(more.Resources.AttestationKeyAlias3!.Properties).toEqual({
      AliasName: 'alias/odv-dev-attestation-3',
      TargetKeyId: { Ref: 'AttestationKey3' },
    })
    for (const [id, { Properties }] of resourcesOf(more, 'AWS::Lambda::Function')) {
      const { ODV_ATTESTATION_KEYS, ODV_LOG_KEYS } = resolve(more, Properties.Environment.Variables)
      const arn = (key: string) => `arn:aws:kms:us-east-1:111122223333:key/${key}`
      expect([ODV_ATTESTATION_KEYS, ODV_LOG_KEYS], id).toEqual([
        ['AttestationKey', ...ids].map(arn).join(','),
        arn('LogKey'),
      ])
    }
    expect(objectionsTo(more)).toEqual([])
  })

  test('as many keys as a function can be told of are, and no other number', () => {
    for (const count of ['0', '13', 'two', '1.5', undefined])
      expect(() => numberKeys(structuredClone(template), { AttestationKey: count, LogKey: 1 })).toThrow(
        'expected 1 to 12',
      )
    const most = structuredClone(template)
    numberKeys(most, { AttestationKey: 12, LogKey: 12 })
    // A key in AWS is called by 36 characters, a Region by at most 14.
    const sizes = resourcesOf(most, 'AWS::Lambda::Function').map(([, { Properties }]) =>
      Object.entries(resolve(most, Properties.Environment.Variables) as Record<string, string>)
        .map(([name, value]) => name.length + value.replaceAll(/:key\/\w+/g, `:key/${'x'.repeat(36 + 5)}`).length)
        .reduce((sum, size) => sum + size, 0),
    )
    expect(Math.max(...sizes)).toBeLessThan(4096 - 300)
    const same = structuredClone(template)
    numberKeys(same, { AttestationKey: 1, LogKey: 1 })
    expect(same).toEqual(template)
  })

  test('every log group ends', () => {
    const groups = resourcesOf(template, 'AWS::Logs::LogGroup')
    expect(groups).toHaveLength(
      resourcesOf(template, 'AWS::Lambda::Function').length +
        resourcesOf(template, 'AWS::StepFunctions::StateMachine').length +
        resourcesOf(template, 'AWS::ApiGatewayV2::Api').length,
    )
    for (const [id, { Properties }] of groups) expect(Properties.RetentionInDays, id).toBe(400)
  })
})

test('every physical name carries the stage', () => {
  const names = physicalNames(template)
  expect(names.length).toBeGreaterThan(60)
  expect(names.filter(({ name }) => !name.includes('odv-dev'))).toEqual([])
})

test('AWS’s own validator finds nothing to object to', () => {
  expect(objectionsTo(template)).toEqual([])
})

test('close-run has time for 400 stores, each with three calls one after another that take a fifth of a second', () => {
  const [, { Properties }] = resourcesOf(template, 'AWS::Lambda::Function').find(
    ([, resource]) => resource.Properties.FunctionName === 'odv-dev-close-run',
  )!
  expect(Properties.Timeout).toBeGreaterThan(400 * 3 * 0.2)
})

describe('a function that makes or opens a subject index', () => {
  const functionOf = (name: string) =>
    resourcesOf(template, 'AWS::Lambda::Function').find(
      ([, { Properties }]) => Properties.FunctionName === `odv-dev-${name}`,
    )![1].Properties

  test('is one of six', () => {
    expect(users.toSorted()).toEqual([
      'build-index',
      'execute-deletion',
      'export-bundle',
      'propose-correction',
      'scan-batch',
      'take-inventory',
    ])
  })

  test.each(users)('%s has room in its ephemeral storage for the largest one', (name) => {
    const megabytes = functionOf(name).EphemeralStorage.Size
    expect(megabytes * mebibyte).toBeGreaterThan(1.1 * sizeOf(mostIdentifiers).file)
    expect(megabytes * mebibyte).toBeLessThan(1.3 * sizeOf(mostIdentifiers).file)
  })

  test.each(users)('%s has memory for the filter of the largest one, and for as much again', (name) => {
    expect(functionOf(name).MemorySize * mebibyte).toBeGreaterThan(2 * sizeOf(mostIdentifiers).filter + 2 * keptBytes)
  })

  test('that makes it has memory for the rows of 100 million identifiers', () => {
    expect(functionOf('build-index').MemorySize * mebibyte).toBeGreaterThan(100e6 * 26 + 300 * mebibyte)
  })

  test('that makes shards of the scope tree has room for one beside the index, and memory for its leaves', () => {
    const { MemorySize, EphemeralStorage } = functionOf('build-index')
    expect(EphemeralStorage.Size * mebibyte).toBeGreaterThan(sizeOf(mostIdentifiers).file + 32 * shardLeaves)
    expect(MemorySize * mebibyte).toBeGreaterThan(50 * shardLeaves + sizeOf(mostIdentifiers).filter + 300 * mebibyte)
  })

  test('that settles subjects has room for a shard of each tree, and memory for its counts', () => {
    const { MemorySize, EphemeralStorage } = functionOf('settle-subjects')
    expect(EphemeralStorage.Size * mebibyte).toBeGreaterThan((32 + rowBytes) * shardLeaves)
    expect(MemorySize * mebibyte).toBeGreaterThan(13 * shardLeaves + 300 * mebibyte)
  })
})
