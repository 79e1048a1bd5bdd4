import { MachineUnsupported } from '../../errors.ts'
import { type Bindings, type Expression, parseExpression } from './expression.ts'

/** A JSON value of a definition whose strings may be JSONata expressions. */
export type Template =
  | { kind: 'literal'; value: string | number | boolean | null }
  | { kind: 'expression'; expression: Expression }
  | { kind: 'array'; items: Template[] }
  | { kind: 'object'; fields: [name: string, value: Template][] }

export type Substitutions = Readonly<Record<string, string>>

const expressionText = /^\{%([\s\S]*)%\}$/
const substitution = /\$\{([^}]*)\}/g

/** @throws MachineUnsupported */
export function parseTemplate(where: string, value: unknown): Template {
  if (Array.isArray(value))
    return { kind: 'array', items: value.map((item, i) => parseTemplate(`${where}[${i}]`, item)) }
  if (typeof value === 'object' && value !== null)
    return {
      kind: 'object',
      fields: Object.entries(value).map(([name, field]) => [name, parseTemplate(`${where}.${name}`, field)]),
    }
  if (typeof value !== 'string') return { kind: 'literal', value: value as number | boolean | null }
  const text = expressionText.exec(value)?.[1]
  if (text === undefined) {
    if (value.includes('{%') || value.includes('%}'))
      throw new MachineUnsupported(`${where}: expected an expression alone between {% and %}, got "${value}"`)
    return { kind: 'literal', value }
  }
  if (substitutionsOf(text).length > 0)
    throw new MachineUnsupported(`${where}: expected no substitution inside an expression, got "${value}"`)
  return { kind: 'expression', expression: parseExpression(where, text) }
}

/** The value with its substitutions made and its expressions evaluated. @throws StateFailure */
export async function evaluateTemplate(template: Template, bindings: Bindings, names: Substitutions): Promise<unknown> {
  switch (template.kind) {
    case 'literal':
      return typeof template.value === 'string' ? substitute(template.value, names) : template.value
    case 'expression':
      return template.expression.evaluate(bindings)
    case 'array':
      return Promise.all(template.items.map((item) => evaluateTemplate(item, bindings, names)))
    case 'object': {
      const fields = template.fields.map(
        async ([name, field]) => [name, await evaluateTemplate(field, bindings, names)] as const,
      )
      return Object.fromEntries(await Promise.all(fields))
    }
    default:
      return template satisfies never
  }
}

export function expressionsOf(template: Template): Expression[] {
  switch (template.kind) {
    case 'literal':
      return []
    case 'expression':
      return [template.expression]
    case 'array':
      return template.items.flatMap(expressionsOf)
    case 'object':
      return template.fields.flatMap(([, field]) => expressionsOf(field))
    default:
      return template satisfies never
  }
}

/** `Name` of every `${Name}` in a text. */
export function substitutionsOf(text: string): string[] {
  return [...text.matchAll(substitution)].map(([, name]) => name!)
}

/** Every name is known by then: a run with unknown ones does not begin. */
export function substitute(text: string, names: Substitutions): string {
  return text.replaceAll(substitution, (_, name: string) => names[name]!)
}
