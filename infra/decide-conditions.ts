export type Resource = {
  Type: string
  Condition?: string
  Properties?: Record<string, unknown>
  Metadata?: { odv?: { justification?: Record<string, string> } }
}
type Condition = { 'Fn::Equals'?: [unknown, unknown]; 'Fn::Not'?: [Condition] }
type Conditions = Record<string, Condition>
export type Template = {
  Resources: Record<string, Resource>
  Outputs?: Record<string, unknown>
  Conditions?: Conditions
}

/**
 * Conditions of this stack are about params, which are known when a stage is packaged: they are decided here, and the
 * template has exactly what the stage will have: resources without a `Condition`, values and outputs without an `Fn::If`. A justification of a
 * statement that was left out is left out with it.
 * @throws on a condition that only CloudFormation could decide
 */
export function decideConditions(template: Template): void {
  const conditions = template.Conditions ?? {}
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (resource.Condition !== undefined && !holds(resource.Condition, conditions[resource.Condition])) {
      delete template.Resources[id]
      continue
    }
    delete resource.Condition
    const dropped: string[] = []
    resource.Properties = decide(resource.Properties, conditions, dropped) as NonNullable<Resource['Properties']>
    const justification = resource.Metadata?.odv?.justification
    if (justification) for (const sid of dropped) delete justification[sid]
  }
  template.Outputs = decide(template.Outputs, conditions, []) as NonNullable<Template['Outputs']>
  delete template.Conditions
}

const nothing = Symbol('AWS::NoValue')

/** The value with one branch of every `Fn::If`; `dropped` takes the Sids of statements in the other ones. */
function decide(value: unknown, conditions: Conditions, dropped: string[]): unknown {
  if (Array.isArray(value))
    return value.map((each) => decide(each, conditions, dropped)).filter((each) => each !== nothing)
  if (typeof value !== 'object' || value === null) return value
  const chosen = (value as { 'Fn::If'?: [string, unknown, unknown] })['Fn::If']
  if (chosen !== undefined) {
    const [name, one, other] = chosen
    const is = holds(name, conditions[name])
    const sid = ((is ? other : one) as { Sid?: string }).Sid
    if (sid !== undefined) dropped.push(sid)
    return decide(is ? one : other, conditions, dropped)
  }
  if ((value as { Ref?: string }).Ref === 'AWS::NoValue') return nothing
  const fields = Object.entries(value).map(([name, each]) => [name, decide(each, conditions, dropped)] as const)
  return Object.fromEntries(fields.filter(([, each]) => each !== nothing))
}

function holds(name: string, condition: Condition | undefined): boolean {
  if (condition?.['Fn::Not']) return !holds(name, condition['Fn::Not'][0])
  const [one, other] = condition?.['Fn::Equals'] ?? []
  if (typeof one !== 'string' || typeof other !== 'string')
    throw new Error(`condition ${name}: expected two texts that are equal or not, got something else`)
  return one === other
}
