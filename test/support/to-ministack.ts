import type { Template } from '../infra/intrinsics.ts'
import type { Definition, StateDefinition } from '../statemachines/definitions.ts'

/**
 * A deployed definition as MiniStack's engine can run it. What `test/aws/step-functions.test.ts` shows it to do wrongly
 * is written in another way, and nothing else changes:
 *
 * - A Distributed Map is in JSONPath, which finds in its input what JSONata finds in variables: a Pass state before it
 *   makes them the input. Its children stay as they are. MiniStack ignores a ResultWriter, and nothing of ours reads its
 *   results, so it is left out.
 * - Numbers stand in for expressions in TimeoutSeconds (`tokenSeconds`) and in the MaxConcurrency of a Distributed Map.
 */
export function toMinistack({ States, ...machine }: Definition, tokenSeconds: number): Definition {
  const maps = new Set(Object.keys(States).filter((name) => isDistributed(States[name]!)))
  const entry = (name: unknown) => (maps.has(name as string) ? `${name}Input` : (name as string))
  const rerouted = Object.entries(States).flatMap(([name, state]): [string, StateDefinition][] => {
    const going = JSON.parse(JSON.stringify(state), (key, value) =>
      ['Next', 'Default'].includes(key) ? entry(value) : value,
    )
    if (maps.has(name))
      return [
        [entry(name), inputOf(name, state)],
        [name, inJsonPath(going)],
      ]
    if (typeof state.TimeoutSeconds === 'string') return [[name, { ...going, TimeoutSeconds: tokenSeconds }]]
    return [[name, going]]
  })
  return { ...machine, States: Object.fromEntries(rerouted) }
}

const isDistributed = ({ ItemProcessor }: StateDefinition) =>
  (ItemProcessor as { ProcessorConfig?: { Mode?: string } } | undefined)?.ProcessorConfig?.Mode === 'DISTRIBUTED'

const variable = /^\{% \$(\w+) %\}$/
const item = '{% $states.context.Map.Item.Value %}'

type Fields = Record<string, string | number>

/** What a Map reads from variables. */
function inputOf(name: string, { ItemReader, ItemSelector }: StateDefinition): StateDefinition {
  const texts = Object.values({ ...(ItemReader as { Arguments: Fields }).Arguments, ...(ItemSelector as Fields) })
  const read = texts.flatMap((text) => variable.exec(String(text))?.[1] ?? [])
  return { Type: 'Pass', Output: Object.fromEntries(read.map((each) => [each, `{% $${each} %}`])), Next: name }
}

function inJsonPath({ ItemReader, ItemSelector, ResultWriter, Output, ...state }: StateDefinition): StateDefinition {
  const { Arguments, ...reader } = ItemReader as { Arguments: Fields; [field: string]: Fields }
  return {
    ...state,
    QueryLanguage: 'JSONPath',
    MaxConcurrency: 8,
    ItemReader: { ...reader, Parameters: pathsOf(Arguments) },
    ItemSelector: pathsOf(ItemSelector as Fields),
    ResultPath: null,
  }
}

/** @throws on an expression that is neither a variable nor the item */
function pathsOf(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([field, text]) => {
      const name = variable.exec(String(text))?.[1]
      if (name !== undefined) return [`${field}.$`, `$.${name}`]
      if (text === item) return [`${field}.$`, '$$.Map.Item.Value']
      if (String(text).includes('{%')) throw new Error(`${field}: expected a variable or the item, got ${text}`)
      return [field, text]
    }),
  )
}

type Condition = Record<string, Record<string, unknown>>

/**
 * A template of ours with what MiniStack can read: its machines, and conditions in policies. MiniStack gives `aws:PrincipalArn`
 * the ARN of a role's session (AWS: of the role). It knows no condition keys of KMS and EventBridge, and the external ID in the trust of
 * the role that is assumed only; an Allow without them is wider, and everything else stays.
 */
export function toMinistackTemplate(template: Template, tokenSeconds: number): Template {
  const text = JSON.stringify(template, (name, value) => {
    if (name === 'Condition' && typeof value === 'object') return conditionOf(value)
    if (name === 'DefinitionString') return JSON.stringify(toMinistack(JSON.parse(value), tokenSeconds))
    return value
  })
  return JSON.parse(text)
}

const unknownKeys = new Set([
  'events:detail-type',
  'events:source',
  'kms:MessageType',
  'kms:SigningAlgorithm',
  'sts:ExternalId',
])

function conditionOf(condition: Condition): Condition {
  return Object.fromEntries(
    Object.entries(condition).flatMap(([operator, keys]) => {
      const known = Object.entries(keys).filter(([key]) => !unknownKeys.has(key))
      return known.length === 0 ? [] : [[operator, Object.fromEntries(known.map(sessions))]]
    }),
  )
}

function sessions([key, value]: [string, unknown]): [string, unknown] {
  if (key !== 'aws:PrincipalArn') return [key, value]
  const text = JSON.stringify(value).replace(/:iam::([^"/]+):role\/([\w-]+)/g, ':sts::$1:assumed-role/$2/*')
  return [key, JSON.parse(text)]
}
