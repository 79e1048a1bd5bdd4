import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { numberKeys } from '../../infra/number-keys.ts'
import { dutyMatrix, separated } from './duty-matrix.ts'
import { resolve, resourcesOf, type Template } from './intrinsics.ts'
import { type Packaged, packageProject } from './packaged.ts'
import { holders, type Statement } from './policy-evaluation.ts'
import { wildcardProblems } from './wildcards.ts'

let packaged: Packaged
let template: Template
beforeAll(async () => {
  packaged = await packageProject('dev')
  template = packaged.template
})
afterAll(() => packaged?.remove())

const roles = (of: Template) => resourcesOf(of, 'AWS::IAM::Role')

/** What the roles that people take on may do, by the matrix. */
const ofPeople = {
  CorrectionDeskRole: ['have a correction attested', 'have a correction written down'],
  KeyCeremonyRole: [
    'have a key changed',
    'read the attestation key’s public half',
    'read the ledger',
    'read the log key’s public half',
  ],
  RequestDeskRole: [
    'decrypt evidence through S3',
    'look up a run',
    'read a request',
    'read what a run found',
    'read what was taken back',
    'unwrap the case key',
  ],
  ProofDeskRole: [
    'decrypt evidence through S3',
    'read result-tree/000000000.nodes',
    'read scope-tree/000000000.leaves',
    'read subject-index',
    'read subjects.json',
    'unwrap the case key',
  ],
}
const ofServices = (template: Template) => roles(template).filter(([id]) => !Object.hasOwn(ofPeople, id))

describe('roles', () => {
  test('every function has a role of its own, named after it', () => {
    for (const [, { Properties }] of resourcesOf(template, 'AWS::Lambda::Function'))
      expect(resolve(template, Properties.Role)).toBe(`arn:aws:iam::111122223333:role/${Properties.FunctionName}`)
  })

  test('every state machine and the scheduler have a role of their own', () => {
    const used = [
      ...resourcesOf(template, 'AWS::StepFunctions::StateMachine').map(([, { Properties }]) => Properties.RoleArn),
      ...resourcesOf(template, 'AWS::Scheduler::Schedule').map(([, { Properties }]) => Properties.Target.RoleArn),
      ...resourcesOf(template, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties.Role),
    ].map((arn) => resolve(template, arn))
    expect(new Set(used).size).toBe(used.length)
    expect(used.sort()).toEqual(
      ofServices(template)
        .map(([id]) => resolve(template, { 'Fn::GetAtt': [id, 'Arn'] }))
        .sort(),
    )
  })

  test('only services take them on, and rights come from policies of this stack alone', () => {
    for (const [id, { Properties }] of ofServices(template)) {
      const principals = Properties.AssumeRolePolicyDocument.Statement.map(({ Principal }: Statement) => Principal)
      expect(principals, id).toEqual([
        { Service: expect.stringMatching(/^(lambda|states|scheduler)\.amazonaws\.com$/) },
      ])
      expect(Properties.PermissionsBoundary ?? null).toBeNull()
      for (const arn of Properties.ManagedPolicyArns ?? [])
        expect(template.Resources[arn.Ref]?.Type, id).toBe('AWS::IAM::ManagedPolicy')
    }
    expect(resourcesOf(template, 'AWS::IAM::Policy')).toEqual([])
  })

  test.each(Object.entries(ofPeople))(
    'people take on %s, for which the account’s own policies say who may',
    (id, may) => {
      const { Properties } = template.Resources[id]!
      expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
        { Effect: 'Allow', Principal: { AWS: expect.anything() }, Action: 'sts:AssumeRole' },
      ])
      const name = Properties.RoleName.slice('odv-dev-'.length)
      const held = dutyMatrix.filter(({ roles }) => roles.includes(name)).map(({ duty }) => duty)
      expect(held.toSorted()).toEqual(may)
    },
  )

  test('no action is a wildcard, and every wildcard resource is justified beside it', () => {
    expect(wildcardProblems(template)).toEqual([])
  })

  const spoilt: { name: string; statement: object; problem: string }[] = [
    {
      name: 'a wildcard resource',
      statement: { Sid: 'X', Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
      problem: 'AttestRole.X: a wildcard resource without justification',
    },
    {
      name: 'a wildcard inside a resource',
      statement: { Sid: 'X', Effect: 'Allow', Action: 's3:GetObject', Resource: [{ 'Fn::Sub': 'arn:aws:s3:::b/*' }] },
      problem: 'AttestRole.X: a wildcard resource without justification',
    },
    {
      name: 'a wildcard action',
      statement: { Sid: 'X', Effect: 'Allow', Action: ['s3:GetObject', 'kms:*'], Resource: 'arn:aws:s3:::b/c' },
      problem: 'AttestRole.X: a wildcard action',
    },
    {
      name: 'everything but something',
      statement: { Sid: 'X', Effect: 'Allow', NotAction: 's3:GetObject', Action: [], Resource: 'arn:aws:s3:::b/c' },
      problem: 'AttestRole.X: everything but',
    },
  ]
  test.each(spoilt)('$name that slips into a role is noticed', ({ statement, problem }) => {
    const changed = structuredClone(template)
    changed.Resources.AttestRole!.Properties.Policies[0].PolicyDocument.Statement.push(statement)
    expect(wildcardProblems(changed)).toEqual([problem])
  })
})

describe('separation of duties, computed from the policies', () => {
  test.each(dutyMatrix)('$duty: $roles', ({ roles, ...request }) => {
    expect(holders(template, request)).toEqual(roles)
  })

  test('nobody scans, deletes, signs attestations or signs checkpoints who does another of these', () => {
    const held = separated.flatMap((duty) => holders(template, dutyMatrix.find((row) => row.duty === duty)!))
    expect(held).toHaveLength(7)
    expect(new Set(held).size).toBe(held.length)
  })

  const keys = ['AttestationKey', 'LogKey']
  test.each(keys)('a role that is given kms:Sign by mistake still cannot sign with %s', (id) => {
    const changed = structuredClone(template)
    const mistake = { Effect: 'Allow', Action: 'kms:Sign', Resource: '*' }
    for (const [, { Properties }] of roles(changed)) Properties.Policies[0].PolicyDocument.Statement.push(mistake)
    const [row] = dutyMatrix.filter(
      ({ action, resource, roles }) => action === 'kms:Sign' && resource.endsWith(id) && roles.length > 0,
    )
    expect(holders(changed, row!)).toEqual(row!.roles)
  })

  const mistakes = dutyMatrix.filter(
    ({ action, resource }) => action.startsWith('dynamodb:') && resource.endsWith('-ledger'),
  )
  test.each(
    mistakes.filter(
      ({ duty, action }) =>
        !['dynamodb:Query', 'dynamodb:DeleteTable'].includes(action) && !duty.includes('another stage'),
    ),
  )(
    'a role that may do anything to the ledger by mistake still cannot $duty unless $roles',
    ({ roles: expected, ...request }) => {
      const changed = structuredClone(template)
      const mistake = { Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' }
      for (const [, { Properties }] of roles(changed)) Properties.Policies[0].PolicyDocument.Statement.push(mistake)
      expect(holders(changed, request)).toEqual(expected)
    },
  )

  test('whoever may do something with the first key of a kind may do it with later ones, and nobody else', () => {
    const more = structuredClone(template)
    numberKeys(more, { AttestationKey: 3, LogKey: 2 })
    expect(wildcardProblems(more)).toEqual([])
    for (const [first, later] of [
      ['AttestationKey', 'AttestationKey2'],
      ['AttestationKey', 'AttestationKey3'],
      ['LogKey', 'LogKey2'],
    ] as const) {
      const rows = dutyMatrix.filter(({ resource }) => resource.endsWith(`:key/${first}`))
      expect(rows.length).toBeGreaterThan(5)
      for (const { duty, roles, resource, ...request } of rows)
        expect([duty, holders(more, { ...request, resource: resource.replace(first, later) })]).toEqual([duty, roles])
    }
  })

  // Functions write all over runs/: that they leave the map's results alone is for the bucket's write-once rule to say.
  const rights = dutyMatrix.filter(({ duty, roles }) => roles.length > 0 && duty !== 'write a result of the map')
  test.each(rights)('if keys, tables and buckets gave way to everybody, $duty would still be for $roles', (row) => {
    const changed = structuredClone(template)
    const open = { Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }] }
    for (const [, { Properties }] of resourcesOf(changed, 'AWS::KMS::Key')) Properties.KeyPolicy = open
    for (const [, { Properties }] of resourcesOf(changed, 'AWS::S3::BucketPolicy')) Properties.PolicyDocument = open
    delete changed.Resources.LedgerTable!.Properties.ResourcePolicy
    expect(holders(changed, row)).toEqual(row.roles)
  })
})
