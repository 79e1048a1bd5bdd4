import { MachineUnsupported } from '../../errors.ts'
import { checkReferences } from './check-references.ts'
import { loadState } from './load-state.ts'
import type { Machine, Scope, State } from './machine.ts'
import { readFields, readOneOf, readText, unexpected } from './read-fields.ts'
import { substitutionsOf } from './template.ts'

const stateName = /^[A-Za-z][A-Za-z0-9_-]{0,79}$/

/**
 * Reads a definition in the Amazon States Language. Everything that this interpreter would not run exactly as Step
 * Functions does is refused here, by name; so is what could only fail later: a `Next` that leads nowhere, a variable
 * that nothing assigns.
 * @throws MachineUnsupported
 */
export function loadMachine(name: string, definition: unknown): Machine {
  const fields = readFields(name, definition, ['Comment', 'QueryLanguage', 'StartAt', 'States'])
  readOneOf(name, fields, 'QueryLanguage', ['JSONata'])
  const scope = loadScope(name, fields)
  checkReferences(name, scope)
  return {
    name,
    scope,
    substitutions: new Set(substitutionsOf(JSON.stringify(definition))),
    children: new Set(childrenOf(scope)),
  }
}

/** The states of a machine or of a Map's processor. */
function loadScope(machine: string, fields: Readonly<Record<string, unknown>>): Scope {
  const definitions = fields.States
  if (typeof definitions !== 'object' || definitions === null)
    throw unexpected(machine, 'States', 'states', definitions)
  const states: Record<string, State> = {}
  for (const [name, definition] of Object.entries(definitions)) {
    if (!stateName.test(name))
      throw new MachineUnsupported(`${machine}: "${name}": expected a name of letters, digits, "_" and "-"`)
    states[name] = loadState(`${machine}: ${name}`, name, definition, (processor) => loadScope(machine, processor))
  }
  const scope = { startAt: readText(machine, fields, 'StartAt'), states }
  checkWays(machine, scope)
  return scope
}

function checkWays(machine: string, { startAt, states }: Scope): void {
  const ways = Object.values(states).flatMap((state) => waysOf(state).map((next) => [state.name, next] as const))
  for (const [from, to] of [['StartAt', startAt] as const, ...ways])
    if (!Object.hasOwn(states, to))
      throw new MachineUnsupported(`${machine}: ${from}: expected to lead to a state, got "${to}"`)
}

function waysOf(state: State): string[] {
  switch (state.kind) {
    case 'succeed':
    case 'fail':
      return []
    case 'choice':
      return [...state.choices.map(({ next }) => next), ...(state.default === undefined ? [] : [state.default])]
    case 'pass':
    case 'wait':
      return state.next === undefined ? [] : [state.next]
    case 'task':
    case 'map':
      return [...(state.next === undefined ? [] : [state.next]), ...state.catch.map(({ next }) => next)]
    default:
      return state satisfies never
  }
}

function childrenOf(scope: Scope): string[] {
  return Object.values(scope.states).flatMap((state) => {
    if (state.kind === 'map') return childrenOf(state.processor)
    return state.kind === 'task' && state.child !== undefined ? [state.child] : []
  })
}
