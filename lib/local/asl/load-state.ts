import { loadMap } from './load-map.ts'
import { loadTask } from './load-task.ts'
import type { ChoiceState, Scope, State } from './machine.ts'
import { type Fields, readFields, readList, readOneOf, readText, unexpected } from './read-fields.ts'
import { readLeaving } from './read-leaving.ts'
import { parseTemplate } from './template.ts'
import { loadWait } from './wait.ts'

const kinds = ['Pass', 'Wait', 'Choice', 'Task', 'Map', 'Succeed', 'Fail'] as const

/** One state; `loadScope` reads the states inside it. @throws MachineUnsupported */
export function loadState(
  where: string,
  name: string,
  definition: unknown,
  loadScope: (processor: Fields) => Scope,
): State {
  const named = { name, readsEnteredTime: JSON.stringify(definition).includes('EnteredTime') }
  const type = readOneOf(where, (definition ?? {}) as Fields, 'Type', kinds)
  switch (type) {
    case 'Pass': {
      const fields = readFields(where, definition, ['Type', 'Comment', 'Assign', 'Output', 'Next', 'End'])
      return { ...named, kind: 'pass', ...readLeaving(where, fields) }
    }
    case 'Wait':
      return { ...named, kind: 'wait', ...loadWait(where, definition) }
    case 'Choice':
      return { ...named, kind: 'choice', ...loadChoice(where, definition) }
    case 'Task':
      return { ...named, kind: 'task', ...loadTask(where, definition) }
    case 'Map':
      return { ...named, kind: 'map', ...loadMap(where, definition, loadScope) }
    case 'Succeed':
      readFields(where, definition, ['Type', 'Comment'])
      return { ...named, kind: 'succeed' }
    case 'Fail': {
      const fields = readFields(where, definition, ['Type', 'Comment', 'Error', 'Cause'])
      const text = (field: string) => parseTemplate(`${where}: ${field}`, readText(where, fields, field))
      return { ...named, kind: 'fail', error: text('Error'), cause: text('Cause') }
    }
    default:
      return type satisfies never
  }
}

function loadChoice(where: string, definition: unknown): Pick<ChoiceState, 'choices' | 'default'> {
  const fields = readFields(where, definition, ['Type', 'Comment', 'Choices', 'Default'])
  const choices = readList(where, fields, 'Choices').map((rule, i) => {
    const place = `${where}: Choices[${i}]`
    const choice = readFields(place, rule, ['Condition', 'Next'])
    const condition = parseTemplate(`${place}: Condition`, readText(place, choice, 'Condition'))
    if (condition.kind !== 'expression') throw unexpected(place, 'Condition', 'an expression', choice.Condition)
    return { condition, next: readText(place, choice, 'Next') }
  })
  return { choices, ...(fields.Default !== undefined && { default: readText(where, fields, 'Default') }) }
}
