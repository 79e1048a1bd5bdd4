import jsonata from 'jsonata'
import type { Template } from './machine.ts'
import { StateFailed } from './state-failed.ts'

/** What an expression sees: `$states` and the variables that were assigned. */
export type Bindings = { states: Record<string, unknown> } & Record<string, unknown>

const compiled = new Map<string, jsonata.Expression>()

/** Fills in a template. An expression that fails or yields nothing is `States.QueryEvaluationError`, as on AWS. */
export async function evaluate(template: Template, bindings: Bindings): Promise<unknown> {
  if (typeof template === 'string') {
    const source = /^\{%(.*)%\}$/s.exec(template)?.[1]
    return source === undefined ? template : evaluateExpression(source, bindings)
  }
  if (Array.isArray(template)) return Promise.all(template.map((each) => evaluate(each, bindings)))
  if (template && typeof template === 'object')
    return Object.fromEntries(
      await Promise.all(
        Object.entries(template).map(async ([key, each]) => [key, await evaluate(each, bindings)] as const),
      ),
    )
  return template
}

async function evaluateExpression(source: string, bindings: Bindings): Promise<unknown> {
  const expression = compiled.get(source) ?? jsonata(source)
  compiled.set(source, expression)
  const result = await expression.evaluate(undefined, bindings).catch((cause: Error) => {
    throw new StateFailed('States.QueryEvaluationError', `${source.trim()}: ${cause.message}`)
  })
  if (result === undefined)
    throw new StateFailed('States.QueryEvaluationError', `${source.trim()}: expected a value, got none`)
  // jsonata's sequences carry properties of their own.
  return JSON.parse(JSON.stringify(result))
}
