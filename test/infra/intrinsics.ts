export type Resource = {
  Type: string
  // biome-ignore lint/suspicious/noExplicitAny: a template is whatever was packaged; tests look at what they need
  Properties: any
  DeletionPolicy?: string
  UpdateReplacePolicy?: string
  Metadata?: { odv?: { justification?: Record<string, string> } }
}
export type Template = { Resources: Record<string, Resource>; Outputs: Record<string, { Value: unknown }> }

export const account = '111122223333'
const pseudo: Record<string, string> = {
  'AWS::AccountId': account,
  'AWS::Partition': 'aws',
  'AWS::Region': 'us-east-1',
  'AWS::URLSuffix': 'amazonaws.com',
}

/** Replaces Ref, Fn::GetAtt, Fn::Sub and Fn::Join by what they stand for in one imagined account. @throws on others */
// biome-ignore lint/suspicious/noExplicitAny: what comes out has the shape of what went in
export function resolve(template: Template, value: any): any {
  if (Array.isArray(value)) return value.map((each) => resolve(template, each))
  if (typeof value !== 'object' || value === null) return value
  const [[key, argument] = ['', undefined], ...others] = Object.entries(value)
  if (others.length > 0 || (key !== 'Ref' && !key.startsWith('Fn::')))
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, resolve(template, each)]))
  switch (key) {
    case 'Ref':
      return refOf(template, argument as string)
    case 'Fn::GetAtt':
      return attributeOf(template, (argument as string[]).join('.'))
    case 'Fn::Join':
      return resolve(template, (argument as [string, unknown[]])[1]).join((argument as [string])[0])
    case 'Fn::Sub':
      return (argument as string).replace(/\$\{([^}]+)\}/g, (_, name: string) =>
        name.includes('.') ? attributeOf(template, name) : refOf(template, name),
      )
    default:
      throw new Error(`${key}: expected an intrinsic function that this stack uses`)
  }
}

function refOf(template: Template, id: string): string {
  const known = pseudo[id]
  if (known !== undefined) return known
  const { Type, Properties } = resourceOf(template, id)
  switch (Type) {
    case 'AWS::S3::Bucket':
      return resolve(template, Properties?.BucketName) ?? id.toLowerCase()
    case 'AWS::DynamoDB::Table':
      return Properties.TableName
    case 'AWS::Lambda::Function':
      return Properties.FunctionName
    case 'AWS::KMS::Key':
      return id
    case 'AWS::Logs::LogGroup':
      return Properties.LogGroupName
    case 'AWS::ECS::Cluster':
      return Properties.ClusterName
    case 'AWS::ECS::TaskDefinition':
      return `arn:aws:ecs:us-east-1:${account}:task-definition/${Properties.Family}:1`
    case 'AWS::Scheduler::ScheduleGroup':
      return Properties.Name
    case 'AWS::Events::EventBus':
      return Properties.Name
    case 'AWS::ApiGatewayV2::Api':
    case 'AWS::ApiGatewayV2::Integration':
      return id.toLowerCase()
    case 'AWS::SNS::Topic':
      return `arn:aws:sns:us-east-1:${account}:${Properties.TopicName}`
    case 'AWS::StepFunctions::StateMachine':
    case 'AWS::IAM::ManagedPolicy':
      return attributeOf(template, `${id}.Arn`)
    default:
      throw new Error(`${id}: Ref of ${Type}: expected one that this stack uses`)
  }
}

function attributeOf(template: Template, path: string): string {
  const [id, attribute] = path.split('.') as [string, string]
  const { Type, Properties } = resourceOf(template, id)
  if (Type === 'AWS::EC2::SecurityGroup' && attribute === 'GroupId') return `sg-${id.toLowerCase()}`
  if (attribute !== 'Arn') throw new Error(`${path}: expected the attribute Arn`)
  const regional = (service: string, rest: string) => `arn:aws:${service}:us-east-1:${account}:${rest}`
  switch (Type) {
    case 'AWS::S3::Bucket':
      return `arn:aws:s3:::${refOf(template, id)}`
    case 'AWS::DynamoDB::Table':
      return regional('dynamodb', `table/${Properties.TableName}`)
    case 'AWS::KMS::Key':
      return regional('kms', `key/${id}`)
    case 'AWS::Lambda::Function':
      return regional('lambda', `function:${Properties.FunctionName}`)
    case 'AWS::Logs::LogGroup':
      return regional('logs', `log-group:${Properties.LogGroupName}:*`)
    case 'AWS::StepFunctions::StateMachine':
      return regional('states', `stateMachine:${Properties.StateMachineName}`)
    case 'AWS::ECS::Cluster':
      return regional('ecs', `cluster/${Properties.ClusterName}`)
    case 'AWS::Events::EventBus':
      return regional('events', `event-bus/${Properties.Name}`)
    case 'AWS::CloudWatch::Alarm':
      return regional('cloudwatch', `alarm:${Properties.AlarmName}`)
    case 'AWS::IAM::Role':
      return `arn:aws:iam::${account}:role/${Properties.RoleName}`
    case 'AWS::IAM::ManagedPolicy':
      return `arn:aws:iam::${account}:policy/${Properties.ManagedPolicyName}`
    default:
      throw new Error(`${path}: attribute of ${Type}: expected one that this stack uses`)
  }
}

function resourceOf(template: Template, id: string): Resource {
  const resource = template.Resources[id]
  if (resource === undefined) throw new Error(`${id}: expected a resource of the stack`)
  return resource
}

/**
 * Names that a resource takes in its account. What an alarm watches is no name of its own, and the stage of an API is named
 * within that API.
 */
export function physicalNames(template: Template): { id: string; key: string; name: string }[] {
  return Object.entries(template.Resources).flatMap(([id, { Properties }]) =>
    Object.entries(resolve(template, Properties ?? {}))
      .filter(([key]) => /^(\w+)?Name$/.test(key) && !['MetricName', 'StageName'].includes(key))
      .map(([key, name]) => ({ id, key, name: String(name) })),
  )
}

/** The resources of one type, with their logical IDs. */
export function resourcesOf(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type)
}
