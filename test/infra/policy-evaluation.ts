import { account, type Resource, resolve, resourcesOf, type Template } from './intrinsics.ts'

export type Statement = {
  Sid?: string
  Effect: 'Allow' | 'Deny'
  Principal?: unknown
  Action: string | string[]
  /** In the place of `Action`. */
  NotAction?: string[]
  Resource: string | string[]
  Condition?: Record<string, Record<string, string | string[]>>
}

/** Something that a role wants to do. A key of the context that is absent is absent from the request. */
export type Request = { action: string; resource: string; context?: Record<string, string | string[]> }

/**
 * Whether IAM lets a role do it: a deny anywhere wins; otherwise the role's policies must allow it, and where the
 * resource is a key, the key's policy as well. It knows the operators that the stack uses and throws on any other.
 */
export function isAllowed(template: Template, roleId: string, request: Request): boolean {
  const role = template.Resources[roleId]!
  const context = {
    'aws:PrincipalArn': `arn:aws:iam::${account}:role/${role.Properties.RoleName}`,
    'aws:SecureTransport': 'true',
    ...request.context,
  }
  const applies = (statement: Statement) => matches(resolve(template, statement), { ...request, context })
  const own = roleStatements(template, role).filter(applies)
  const there = resourceStatements(template, request.resource).filter(applies)
  if ([...own, ...there].some(({ Effect }) => Effect === 'Deny')) return false
  const needsBoth = request.action.startsWith('kms:')
  return own.length > 0 && (!needsBoth || there.length > 0)
}

/** The roles that may do it, without the prefix of stage `dev`, in order. */
export const holders = (template: Template, request: Request): string[] =>
  resourcesOf(template, 'AWS::IAM::Role')
    .filter(([id]) => isAllowed(template, id, request))
    .map(([, { Properties }]) => Properties.RoleName.slice('odv-dev-'.length))
    .sort()

/** Every statement that a role has, from its own policies and from the shared ones. */
function roleStatements(template: Template, role: Resource): Statement[] {
  const shared = (role.Properties.ManagedPolicyArns ?? []).map(
    ({ Ref }: { Ref: string }) => template.Resources[Ref]!.Properties,
  )
  return [...(role.Properties.Policies ?? []), ...shared].flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
}

function resourceStatements(template: Template, arn: string): Statement[] {
  const buckets = resourcesOf(template, 'AWS::S3::BucketPolicy').map(([, { Properties }]) => ({
    arn: `arn:aws:s3:::${resolve(template, Properties.Bucket)}`,
    document: Properties.PolicyDocument,
  }))
  const tables = resourcesOf(template, 'AWS::DynamoDB::Table').map(([id, { Properties }]) => ({
    arn: resolve(template, { 'Fn::GetAtt': [id, 'Arn'] }),
    document: Properties.ResourcePolicy?.PolicyDocument,
  }))
  const keys = resourcesOf(template, 'AWS::KMS::Key').map(([id, { Properties }]) => ({
    arn: resolve(template, { 'Fn::GetAtt': [id, 'Arn'] }),
    document: Properties.KeyPolicy,
  }))
  return [...buckets, ...tables, ...keys]
    .filter((policy) => arn === policy.arn || arn.startsWith(`${policy.arn}/`))
    .flatMap(({ document }) => document?.Statement ?? [])
}

type Concrete = Request & { context: Record<string, string | string[]> }

export function matches(statement: Statement, { action, resource, context }: Concrete): boolean {
  return (
    (statement.NotAction
      ? !statement.NotAction.includes(action)
      : list(statement.Action).some((pattern) => isLike(action, pattern))) &&
    list(statement.Resource).some((pattern) => isLike(resource, pattern)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, expected]) => holds(operator, context[key], list(expected).map(String))),
    )
  )
}

function holds(operator: string, actual: string | string[] | undefined, expected: string[]): boolean {
  const [, quantifier, name] = /^(?:(ForAnyValue|ForAllValues):)?(.+)$/.exec(operator)!
  if (name === 'Null') return (actual === undefined) === (expected[0] === 'true')
  // Of a key that is not there, a denial is true; of no values, everything is.
  if (actual === undefined) return quantifier === 'ForAllValues' || (quantifier === undefined && name!.includes('Not'))
  const holdsFor = (value: string) => compare(name!, value, expected)
  return quantifier === 'ForAnyValue' ? list(actual).some(holdsFor) : list(actual).every(holdsFor)
}

function compare(name: string, value: string, expected: string[]): boolean {
  switch (name) {
    case 'StringEquals':
    case 'Bool':
      return expected.includes(value)
    case 'StringNotEquals':
      return !expected.includes(value)
    case 'StringLike':
    case 'ArnLike':
    case 'ArnEquals':
      return expected.some((pattern) => isLike(value, pattern))
    case 'ArnNotEquals':
      return !expected.some((pattern) => isLike(value, pattern))
    default:
      throw new Error(`${name}: expected a condition operator that this stack uses`)
  }
}

function isLike(value: string, pattern: string): boolean {
  const [first, ...rest] = pattern.split('*') as [string, ...string[]]
  const literal = (text: string) => text.replace(/[^A-Za-z0-9]/g, '\\$&')
  return new RegExp(`^${[first, ...rest].map(literal).join('.*')}$`, 's').test(value)
}

export const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value])
