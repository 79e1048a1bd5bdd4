export type Resource = { Type: string; Condition?: string; Properties?: Record<string, unknown> }
type Condition = { 'Fn::Equals'?: [unknown, unknown]; 'Fn::Not'?: [Condition] }
export type Template = { Resources: Record<string, Resource>; Conditions?: Record<string, Condition> }

/**
 * Conditions of this stack are about params, which are known when a stage is packaged: they are decided here, and the
 * template has exactly what the stage will have. @throws on a condition that only CloudFormation could decide
 */
export function decideConditions(template: Template): void {
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (resource.Condition === undefined) continue
    if (holds(resource.Condition, template.Conditions?.[resource.Condition])) delete resource.Condition
    else delete template.Resources[id]
  }
  delete template.Conditions
}

function holds(name: string, condition: Condition | undefined): boolean {
  if (condition?.['Fn::Not']) return !holds(name, condition['Fn::Not'][0])
  const [one, other] = condition?.['Fn::Equals'] ?? []
  if (typeof one !== 'string' || typeof other !== 'string')
    throw new Error(`condition ${name}: expected two texts that are equal or not, got something else`)
  return one === other
}
