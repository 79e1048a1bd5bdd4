import { MachineUnsupported } from '../../errors.ts'

/**
 * The part of the Amazon States Language (JSONata) that our state machines use. What is not here is refused by name when
 * a machine is loaded, so that a definition never means one thing on AWS and another thing here.
 */
export type Machine = { name: string; start: string; states: Readonly<Record<string, State>> }

type Common = { Comment?: string; Assign?: Template; Output?: Template }
type Onward = { next: string | undefined }

/** A JSON value in which `{% … %}` strings are JSONata expressions. */
export type Template = unknown

export type Retrier = { errors: string[]; interval: number; attempts: number; rate: number; jitter: boolean }
export type Catcher = { errors: string[]; next: string; assign?: Template; output?: Template }

export type State = Common &
  (
    | ({
        kind: 'task'
        resource: Resource
        arguments: Template
        timeout?: Template
        retry: Retrier[]
        catch: Catcher[]
      } & Onward)
    | ({ kind: 'pass' } & Onward)
    | { kind: 'choice'; choices: { condition: Template; next: string }[]; otherwise: string }
    | ({
        kind: 'map'
        items: Template
        selector?: Template
        concurrency: number
        processor: Machine
        catch: Catcher[]
      } & Onward)
    | ({
        kind: 'distributed-map'
        reader: Template
        writer: Template
        selector?: Template
        concurrency: number
        processor: Machine
        catch: Catcher[]
      } & Onward)
    | { kind: 'succeed' }
    | { kind: 'fail'; error: Template; cause: Template }
  )

export type Resource = 'invoke' | 'invoke-and-wait' | 'start-execution'

const resources: Record<string, Resource> = {
  'states:::lambda:invoke': 'invoke',
  'states:::lambda:invoke.waitForTaskToken': 'invoke-and-wait',
  'states:::states:startExecution.sync:2': 'start-execution',
}

type Json = Record<string, unknown>

/**
 * Loads a machine. `substitutions` replace `${Name}`, as DefinitionSubstitutions do.
 * @throws MachineUnsupported naming the state and the field that is not known
 */
export function loadMachine(
  name: string,
  definition: unknown,
  substitutions: Readonly<Record<string, string>>,
): Machine {
  const machine = substitute(definition, name, substitutions) as Json
  checkFields(machine, ['QueryLanguage', 'StartAt', 'States'], name)
  if (machine.QueryLanguage !== 'JSONata') throw unsupported(name, 'QueryLanguage', 'JSONata')
  return toMachine(name, machine)
}

function toMachine(name: string, { StartAt, States }: Json): Machine {
  const states = Object.fromEntries(
    Object.entries(States as Record<string, Json>).map(([key, state]) => [key, toState(`${name}: ${key}`, state)]),
  )
  const machine = { name, start: String(StartAt), states }
  const targets = [machine.start, ...Object.values(states).flatMap(targetsOf)]
  const missing = targets.find((target) => !Object.hasOwn(states, target))
  if (missing !== undefined) throw unsupported(name, `state "${missing}"`, 'one that is defined')
  return machine
}

function toState(where: string, json: Json): State {
  const common = {
    ...(json.Assign !== undefined && { Assign: json.Assign }),
    ...(json.Output !== undefined && { Output: json.Output }),
  }
  switch (json.Type) {
    case 'Task':
      checkFields(json, [...flow, 'Resource', 'Arguments', 'TimeoutSeconds', 'Retry', 'Catch'], where)
      return {
        ...common,
        kind: 'task',
        resource: toResource(where, json),
        arguments: json.Arguments,
        ...(json.TimeoutSeconds !== undefined && { timeout: json.TimeoutSeconds }),
        retry: ((json.Retry as Json[] | undefined) ?? []).map((each) => toRetrier(where, each)),
        catch: toCatchers(where, json),
        next: nextOf(where, json),
      }
    case 'Pass':
      checkFields(json, flow, where)
      return { ...common, kind: 'pass', next: nextOf(where, json) }
    case 'Choice':
      checkFields(json, ['Type', 'Choices', 'Default'], where)
      return {
        kind: 'choice',
        choices: (json.Choices as Json[]).map((each) => toChoice(where, each)),
        otherwise: String(json.Default),
      }
    case 'Map':
      return { ...common, ...toMap(where, json) }
    case 'Succeed':
      checkFields(json, ['Type', 'Output'], where)
      return { ...common, kind: 'succeed' }
    case 'Fail':
      checkFields(json, ['Type', 'Error', 'Cause'], where)
      return { kind: 'fail', error: json.Error, cause: json.Cause }
    default:
      throw unsupported(where, `Type "${json.Type}"`, 'Task, Pass, Choice, Map, Succeed or Fail')
  }
}

const flow = ['Type', 'Assign', 'Output', 'Next', 'End']

function toMap(where: string, json: Json) {
  const processor = json.ItemProcessor as Json
  const { Mode, ...settings } = processor.ProcessorConfig as Json
  checkFields(processor, ['ProcessorConfig', 'StartAt', 'States'], `${where}: ItemProcessor`)
  const shared = {
    ...(json.ItemSelector !== undefined && { selector: json.ItemSelector }),
    concurrency: Number(json.MaxConcurrency ?? 0),
    processor: toMachine(where, processor),
    catch: toCatchers(where, json),
    next: nextOf(where, json),
  }
  if (Mode === 'INLINE') {
    checkFields(json, [...flow, 'Items', 'ItemSelector', 'MaxConcurrency', 'ItemProcessor', 'Catch'], where)
    checkFields(settings, [], `${where}: ProcessorConfig`)
    return { kind: 'map' as const, items: json.Items, ...shared }
  }
  checkFields(
    json,
    [...flow, 'ItemReader', 'ItemSelector', 'MaxConcurrency', 'ItemProcessor', 'ResultWriter', 'Label', 'Catch'],
    where,
  )
  checkFields(settings, ['ExecutionType'], `${where}: ProcessorConfig`)
  return {
    kind: 'distributed-map' as const,
    reader: toS3(`${where}: ItemReader`, json.ItemReader as Json, 'states:::s3:getObject', ['Bucket', 'Key']),
    writer: toS3(`${where}: ResultWriter`, json.ResultWriter as Json, 'states:::s3:putObject', ['Bucket', 'Prefix']),
    ...shared,
  }
}

function toS3(where: string, json: Json, resource: string, fields: string[]): Template {
  checkFields(json, ['Resource', 'Arguments', 'ReaderConfig'], where)
  if (!String(json.Resource).endsWith(resource)) throw unsupported(where, `Resource "${json.Resource}"`, resource)
  const config = (json.ReaderConfig ?? { InputType: 'JSONL' }) as Json
  checkFields(config, ['InputType'], where)
  if (config.InputType !== 'JSONL') throw unsupported(where, `InputType "${config.InputType}"`, 'JSONL')
  checkFields(json.Arguments as Json, fields, where)
  return json.Arguments
}

function toResource(where: string, json: Json): Resource {
  const resource = resources[String(json.Resource).replace(/^arn:[a-z-]+:/, '')]
  if (resource === undefined)
    throw unsupported(where, `Resource "${json.Resource}"`, Object.keys(resources).join(' or '))
  if (json.TimeoutSeconds !== undefined && resource !== 'invoke-and-wait')
    throw unsupported(where, 'TimeoutSeconds', 'it on a task that waits for its token only')
  return resource
}

function toChoice(where: string, json: Json) {
  checkFields(json, ['Condition', 'Next'], `${where}: Choices`)
  return { condition: json.Condition, next: String(json.Next) }
}

function toRetrier(where: string, json: Json): Retrier {
  checkFields(
    json,
    ['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate', 'JitterStrategy'],
    `${where}: Retry`,
  )
  return {
    errors: json.ErrorEquals as string[],
    interval: Number(json.IntervalSeconds ?? 1),
    attempts: Number(json.MaxAttempts ?? 3),
    rate: Number(json.BackoffRate ?? 2),
    jitter: json.JitterStrategy === 'FULL',
  }
}

function toCatchers(where: string, json: Json): Catcher[] {
  return ((json.Catch as Json[] | undefined) ?? []).map((each) => {
    checkFields(each, ['ErrorEquals', 'Next', 'Assign', 'Output'], `${where}: Catch`)
    return {
      errors: each.ErrorEquals as string[],
      next: String(each.Next),
      ...(each.Assign !== undefined && { assign: each.Assign }),
      ...(each.Output !== undefined && { output: each.Output }),
    }
  })
}

function nextOf(where: string, json: Json): string | undefined {
  if ((json.Next === undefined) === (json.End === undefined))
    throw unsupported(where, 'Next and End', 'exactly one of them')
  return json.Next as string | undefined
}

function targetsOf(state: State): string[] {
  const next = 'next' in state && state.next !== undefined ? [state.next] : []
  const caught = 'catch' in state ? state.catch.map((each) => each.next) : []
  const chosen = state.kind === 'choice' ? [...state.choices.map((each) => each.next), state.otherwise] : []
  return [...next, ...caught, ...chosen]
}

function substitute(value: unknown, where: string, substitutions: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string')
    return value.replace(/\$\{([A-Za-z0-9]+)\}/g, (_, name: string) => {
      const text = substitutions[name]
      if (text === undefined) throw unsupported(where, `substitution \${${name}}`, 'one that is provided')
      return text
    })
  if (Array.isArray(value)) return value.map((each) => substitute(each, where, substitutions))
  if (value && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, substitute(each, where, substitutions)]))
  return value
}

function checkFields(json: Json, known: readonly string[], where: string): void {
  const unknown = Object.keys(json).find((key) => key !== 'Comment' && !known.includes(key))
  if (unknown !== undefined) throw unsupported(where, `field "${unknown}"`, known.join(', '))
}

function unsupported(where: string, what: string, expected: string): MachineUnsupported {
  return new MachineUnsupported(`${where}: ${what}: expected ${expected}`)
}
