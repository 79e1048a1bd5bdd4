import jsonata from 'jsonata'
import { MachineUnsupported } from '../../errors.ts'
import { StateFailure } from './state-failure.ts'

/** What an expression may refer to: the state's own `$states` paths, and variables. */
export type Bindings = { states: Record<string, unknown>; variables: Record<string, unknown> }

export type Expression = {
  where: string
  /** Names that it reads and that are neither its own nor known functions: they must be variables of the machine. */
  variables: ReadonlySet<string>
  /** What it reads of `$states`, as in `context.State.Name`; of `input`, `result` and `errorOutput` only that. */
  states: ReadonlySet<string>
  /** @throws StateFailure States.QueryEvaluationError */
  evaluate(bindings: Bindings): Promise<unknown>
}

/** What is known of the context object here. The rest is refused: a resumed execution could not give it again. */
const contextFields = [
  'context.Execution.Id',
  'context.Execution.Name',
  'context.Execution.Input',
  'context.Execution.StartTime',
  'context.State.Name',
  'context.State.EnteredTime',
  'context.StateMachine.Id',
  'context.StateMachine.Name',
  'context.Map.Item.Index',
  'context.Map.Item.Value',
  'context.Task.Token',
] as const

/** JSONata's functions that Step Functions has, and its own `$parse` (JSON), and that answer the same when an execution is resumed. */
export const knownFunctions: ReadonlySet<string> = new Set(
  (
    'sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad ' +
    'match contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs ' +
    'sqrt power boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse each error ' +
    'assert type sort distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl ' +
    'toMillis fromMillis clone parse'
  ).split(' '),
)

/**
 * Reads an expression (without its `{% %}`), and what it refers to, before anything runs.
 * @throws MachineUnsupported for what cannot be parsed, and for a part of `$states` that is not known.
 */
export function parseExpression(where: string, text: string): Expression {
  const { compiled, variables, states } = read(where, text)
  return {
    where,
    variables,
    states,
    async evaluate(bindings) {
      // A comparison with nothing is false in JSONata: an unassigned variable would choose a way in silence.
      for (const name of variables)
        if (!Object.hasOwn(bindings.variables, name)) throw failed(where, `variable $${name} is not assigned`)
      const value = await compiled
        .evaluate(undefined, { ...bindings.variables, states: bindings.states, parse: JSON.parse })
        .catch((error: { code?: string }) => {
          // Only the code: JSONata's messages quote values.
          throw failed(where, `the expression failed with ${error?.code ?? 'an error'}`)
        })
      if (value === undefined) throw failed(where, 'the expression returned nothing (undefined)')
      const json = JSON.stringify(value, (_, part) => {
        if (typeof part === 'function' || part?._jsonata_lambda)
          throw failed(where, 'the expression returned a function')
        return part
      })
      return JSON.parse(json)
    },
  }
}

function failed(where: string, problem: string): StateFailure {
  return new StateFailure('States.QueryEvaluationError', `${where}: ${problem}`)
}

type Read = { compiled: jsonata.Expression; variables: ReadonlySet<string>; states: ReadonlySet<string> }

/** By text: two thirds of what machines say they say elsewhere too, and parsing it is most of what loading them takes. */
const known = new Map<string, Read>()

function read(where: string, text: string): Read {
  const before = known.get(text)
  if (before !== undefined) return before
  const compiled = compile(where, text)
  const now = { compiled, ...referencesOf(where, compiled.ast()) }
  known.set(text, now)
  return now
}

function compile(where: string, text: string): jsonata.Expression {
  try {
    return jsonata(text)
  } catch (error) {
    throw new MachineUnsupported(`${where}: expression: expected JSONata, got "${text}"`, { cause: error })
  }
}

type Node = { type?: string; value?: unknown; steps?: Node[]; focus?: string; index?: string; [field: string]: unknown }

function referencesOf(where: string, ast: unknown): { variables: Set<string>; states: Set<string> } {
  const read = new Set<string>()
  const bound = new Set<string>()
  const states = new Set<string>()

  const visit = (node: Node): void => {
    if (node.type === 'path' && isStates(node.steps?.[0])) states.add(statesPath(where, node.steps!))
    else if (isStates(node)) throw unknownReference(where, 'states')
    else if (node.type === 'variable') read.add(String(node.value))
    if (node.type === 'bind') bound.add(String((node.lhs as Node).value))
    if (node.type === 'lambda') for (const parameter of node.arguments as Node[]) bound.add(String(parameter.value))
    if (node.focus !== undefined) bound.add(node.focus)
    if (typeof node.index === 'string') bound.add(node.index)
    for (const [field, child] of Object.entries(node))
      if (field !== 'steps' || !isStates(node.steps?.[0])) visitAll(child)
      else visitAll(node.steps!.slice(1))
  }
  const visitAll = (child: unknown): void => {
    if (Array.isArray(child)) child.forEach(visitAll)
    else if (typeof child === 'object' && child !== null && !(child instanceof RegExp)) visit(child as Node)
  }
  visitAll(ast)

  const variables = new Set([...read].filter((name) => name !== '' && !bound.has(name) && !knownFunctions.has(name)))
  return { variables, states }
}

const isStates = (node: Node | undefined) => node?.type === 'variable' && node.value === 'states'

/** `context.State.Name` of `$states.context.State.Name`; `input` of `$states.input.a.b`. */
function statesPath(where: string, [, ...steps]: Node[]): string {
  const names = steps.map((step) => (step.type === 'name' ? String(step.value) : ''))
  const path = names.join('.')
  if (names[0] !== 'context') {
    if (['input', 'result', 'errorOutput'].includes(names[0] ?? '')) return names[0]!
    throw unknownReference(where, `states.${path}`)
  }
  const known = contextFields.find((field) => path === field || path.startsWith(`${field}.`))
  if (known === undefined) throw unknownReference(where, `states.${path}`)
  return known
}

function unknownReference(where: string, name: string): MachineUnsupported {
  return new MachineUnsupported(`${where}: "$${name}": expected a part of $states that is known here`)
}
