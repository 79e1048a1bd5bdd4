import type { Resource, Template } from './decide-conditions.ts'

/** How many there are of the keys that may be changed, by their logical IDs. */
export type KeyCounts = Record<'AttestationKey' | 'LogKey', number>

/** A function's environment has 4 KB, and names all of them. */
const mostKeys = 12

/**
 * Makes the second and later keys of a kind as copies of the first, each with its alias. Whatever names the first key names all of
 * them, in the order of their numbers: policies as a list, environments joined by commas. What was there stays as it is: a key that is in
 * the stack is never another one afterwards.
 * @throws when there are none, or too many
 */
export function numberKeys(template: Template, counts: Readonly<Record<string, unknown>>): void {
  for (const id of ['AttestationKey', 'LogKey'] as const) {
    const count = Number(counts[id])
    if (!Number.isInteger(count) || count < 1 || count > mostKeys)
      throw new Error(`${id}: expected 1 to ${mostKeys} keys, got another number`)
    if (count > 1) makeFurther(template, id, count)
  }
}

function makeFurther(template: Template, id: string, count: number): void {
  const { [id]: key, [`${id}Alias`]: alias } = template.Resources
  const ids = Array.from({ length: count }, (_, i) => (i === 0 ? id : `${id}${i + 1}`))
  for (const [other, resource] of Object.entries(template.Resources))
    if (other !== id && resource.Properties)
      resource.Properties = naming(resource.Properties, id, ids) as NonNullable<Resource['Properties']>
  for (const [i, further] of ids.entries()) {
    if (i === 0) continue
    const number = i + 1
    template.Resources[further] = withProperties(key!, { Description: `${key!.Properties!.Description} (${number})` })
    template.Resources[`${id}Alias${number}`] = withProperties(alias!, {
      AliasName: `${alias!.Properties!.AliasName}-${number}`,
      TargetKeyId: { Ref: further },
    })
  }
}

function withProperties(resource: Resource, properties: Record<string, unknown>): Resource {
  const copy = structuredClone(resource)
  return { ...copy, Properties: { ...copy.Properties, ...properties } }
}

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] })
const isArnOf = (value: unknown, id: string) => JSON.stringify(value) === JSON.stringify(arnOf(id))

/** The value with all ARNs in the place of the first one's. */
function naming(value: unknown, id: string, ids: readonly string[], field = ''): unknown {
  if (isArnOf(value, id)) return field === 'Resource' ? ids.map(arnOf) : { 'Fn::Join': [',', ids.map(arnOf)] }
  if (Array.isArray(value))
    return value.flatMap((each) => (isArnOf(each, id) ? ids.map(arnOf) : [naming(each, id, ids, field)]))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, naming(each, id, ids, name)]))
}
