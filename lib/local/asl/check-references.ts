import { MachineUnsupported } from '../../errors.ts'
import type { MapState, Scope, State } from './machine.ts'
import { expressionsOf, type Template } from './template.ts'

const stateFields = ['input', 'context.State.Name']
const executionFields = [
  'context.State.EnteredTime',
  'context.Execution.Id',
  'context.Execution.Name',
  'context.Execution.Input',
  'context.Execution.StartTime',
  'context.StateMachine.Id',
  'context.StateMachine.Name',
]

/**
 * Checks that every expression refers only to what is there: the parts of `$states` that its field has, and variables
 * that something in its scope assigns. An inline Map's states also read the variables around it, and may not assign
 * one of the same name; a distributed Map's are executions of their own.
 * @throws MachineUnsupported
 */
export function checkReferences(machine: string, scope: Scope): void {
  checkScope(machine, scope, new Set(), [...stateFields, ...executionFields])
}

function checkScope(machine: string, scope: Scope, outer: ReadonlySet<string>, readable: string[]): void {
  const own = new Set(Object.values(scope.states).flatMap(assignedBy))
  for (const name of own)
    if (outer.has(name))
      throw new MachineUnsupported(`${machine}: variable "${name}": expected a name that no outer scope assigns`)
  const variables = new Set([...outer, ...own])
  for (const state of Object.values(scope.states)) {
    for (const [template, more] of templatesOf(state)) checkTemplate(template, variables, [...readable, ...more])
    if (state.kind === 'map') checkMap(machine, state, variables, readable)
  }
}

function checkMap(machine: string, { source, processor }: MapState, variables: Set<string>, readable: string[]): void {
  if (source.kind === 'inline') checkScope(machine, processor, variables, readable)
  else checkScope(machine, processor, new Set(), stateFields)
}

function checkTemplate(template: Template, variables: ReadonlySet<string>, readable: readonly string[]): void {
  for (const expression of expressionsOf(template)) {
    for (const name of expression.variables)
      if (!variables.has(name))
        throw new MachineUnsupported(
          `${expression.where}: "$${name}": expected a function that is known here, or a variable that is assigned`,
        )
    for (const path of expression.states)
      if (!readable.includes(path))
        throw new MachineUnsupported(`${expression.where}: "$states.${path}": expected what this field can read`)
  }
}

/** Every template of a state, with what it reads beyond the state's input and context. */
function templatesOf(state: State): [Template, string[]][] {
  switch (state.kind) {
    case 'succeed':
      return []
    case 'fail':
      return [state.error, state.cause].map((template) => [template, []])
    case 'choice':
      return state.choices.map(({ condition }) => [condition, []])
    case 'pass':
      return [state.assign, state.output].flatMap((template) => reading(template, []))
    case 'wait':
      return [state.seconds, state.assign, state.output].flatMap((template) => reading(template, []))
    case 'task':
      return [
        [state.arguments, state.resource === 'invoke-and-wait' ? ['context.Task.Token'] : []],
        ...reading(state.timeoutSeconds, []),
        ...leavingTemplates(state),
      ]
    case 'map':
      return [
        ...(state.source.kind === 'inline' ? [state.source.items] : [state.source.reader, state.source.writer]).flatMap(
          (template) => reading(template, []),
        ),
        ...reading(state.maxConcurrency, []),
        ...reading(state.itemSelector, ['context.Map.Item.Index', 'context.Map.Item.Value']),
        ...leavingTemplates(state),
      ]
    default:
      return state satisfies never
  }
}

function leavingTemplates(state: Extract<State, { kind: 'task' | 'map' }>): [Template, string[]][] {
  return [
    ...[state.assign, state.output].flatMap((template) => reading(template, ['result'])),
    ...state.catch.flatMap(({ assign, output }) =>
      [assign, output].flatMap((template) => reading(template, ['errorOutput'])),
    ),
  ]
}

const reading = (template: Template | undefined, more: string[]): [Template, string[]][] =>
  template === undefined ? [] : [[template, more]]

function assignedBy(state: State): string[] {
  const assigns = [
    'assign' in state ? state.assign : undefined,
    ...('catch' in state ? state.catch.map(({ assign }) => assign) : []),
  ]
  return assigns.flatMap((assign) => (assign?.kind === 'object' ? assign.fields.map(([name]) => name) : []))
}
