import { loadCatch, loadRetry } from './load-error-handling.ts'
import type { DistributedItems, InlineItems, MapState, Scope } from './machine.ts'
import { type Fields, readFields, readInteger, readOneOf, readText, unexpected } from './read-fields.ts'
import { readLeaving } from './read-leaving.ts'
import { parseTemplate, type Template } from './template.ts'

const mapFields = [
  'Type',
  'Comment',
  'ItemSelector',
  'ItemProcessor',
  'MaxConcurrency',
  'Catch',
  'Assign',
  'Output',
  'Next',
  'End',
]

/** @throws MachineUnsupported */
export function loadMap(
  where: string,
  definition: unknown,
  loadScope: (processor: Fields) => Scope,
): Omit<MapState, 'name' | 'kind' | 'readsEnteredTime'> {
  const place = `${where}: ItemProcessor`
  const processing = readFields(place, (definition as Fields).ItemProcessor, ['ProcessorConfig', 'StartAt', 'States'])
  const config = readFields(`${place}: ProcessorConfig`, processing.ProcessorConfig, ['Mode', 'ExecutionType'])
  const mode = readOneOf(`${place}: ProcessorConfig`, config, 'Mode', ['INLINE', 'DISTRIBUTED'])
  const processor = loadScope(processing)
  const { fields, source } =
    mode === 'INLINE' ? loadInline(where, definition, config) : loadDistributed(where, definition, config, processor)
  return {
    processor,
    source,
    maxConcurrency: loadConcurrency(where, fields),
    ...(fields.ItemSelector !== undefined && {
      itemSelector: parseTemplate(`${where}: ItemSelector`, fields.ItemSelector),
    }),
    retry: loadRetry(where, fields.Retry),
    catch: loadCatch(where, fields.Catch),
    ...readLeaving(where, fields),
  }
}

function loadConcurrency(where: string, fields: Fields): Template {
  const template = parseTemplate(`${where}: MaxConcurrency`, fields.MaxConcurrency ?? 0)
  if (template.kind !== 'expression') readInteger(where, fields, 'MaxConcurrency', 0, 0)
  return template
}

function loadInline(where: string, definition: unknown, config: Fields): { fields: Fields; source: InlineItems } {
  const fields = readFields(where, definition, [...mapFields, 'Items'])
  readFields(`${where}: ItemProcessor: ProcessorConfig`, config, ['Mode'])
  const items = parseTemplate(`${where}: Items`, fields.Items ?? null)
  if (items.kind !== 'expression' && items.kind !== 'array')
    throw unexpected(where, 'Items', 'an expression or a list', fields.Items)
  return { fields, source: { kind: 'inline', items } }
}

function loadDistributed(
  where: string,
  definition: unknown,
  config: Fields,
  processor: Scope,
): { fields: Fields; source: DistributedItems } {
  const fields = readFields(where, definition, [...mapFields, 'ItemReader', 'ResultWriter', 'Label', 'Retry'])
  readOneOf(`${where}: ItemProcessor: ProcessorConfig`, config, 'ExecutionType', ['STANDARD'])
  const label = readText(where, fields, 'Label')
  if (label.length > 40) throw unexpected(where, 'Label', 'at most 40 characters', label)
  return {
    fields,
    source: {
      kind: 'distributed',
      label,
      reader: loadReader(`${where}: ItemReader`, fields.ItemReader),
      writer: loadWriter(`${where}: ResultWriter`, fields.ResultWriter),
      journalsTasks: countSteps(processor) > 1,
    },
  }
}

const s3 = (action: string) => new RegExp(`^arn:[^:]+:states:::s3:${action}$`)

/** JSON Lines in one object. */
function loadReader(where: string, value: unknown): Template {
  const fields = readFields(where, value, ['Resource', 'ReaderConfig', 'Arguments'])
  if (!s3('getObject').test(readText(where, fields, 'Resource')))
    throw unexpected(where, 'Resource', 's3:getObject', fields.Resource)
  const config = readFields(`${where}: ReaderConfig`, fields.ReaderConfig, ['InputType'])
  readOneOf(`${where}: ReaderConfig`, config, 'InputType', ['JSONL'])
  return loadArguments(where, fields.Arguments, ['Bucket', 'Key'])
}

/**
 * Results are the outputs of the items as JSON Lines, which is what `WriterConfig` says when it is given. Nobody reads
 * them: without it Step Functions writes them as JSON arrays that repeat every input, and here they stay as they are.
 */
function loadWriter(where: string, value: unknown): Template {
  const fields = readFields(where, value, ['Resource', 'WriterConfig', 'Arguments'])
  if (!s3('putObject').test(readText(where, fields, 'Resource')))
    throw unexpected(where, 'Resource', 's3:putObject', fields.Resource)
  if (fields.WriterConfig !== undefined) {
    const config = readFields(`${where}: WriterConfig`, fields.WriterConfig, ['OutputType', 'Transformation'])
    readOneOf(`${where}: WriterConfig`, config, 'OutputType', ['JSONL'])
    readOneOf(`${where}: WriterConfig`, config, 'Transformation', ['COMPACT'])
  }
  return loadArguments(where, fields.Arguments, ['Bucket', 'Prefix'])
}

function loadArguments(where: string, value: unknown, names: readonly string[]): Template {
  const fields = readFields(`${where}: Arguments`, value, names)
  for (const name of names) readText(`${where}: Arguments`, fields, name)
  return parseTemplate(`${where}: Arguments`, value)
}

/**
 * How many lines of the journal a way through these states can leave. A waiting task leaves two, a container none: here there
 * are none. A wait leaves one that must be kept although nothing else is, or its time would begin again.
 */
function countSteps(scope: Scope): number {
  return Object.values(scope.states).reduce((sum, state) => {
    if (state.kind === 'map') return sum + 1 + countSteps(state.processor)
    if (state.kind === 'wait') return sum + 2
    if (state.kind !== 'task' || state.resource === 'run-task') return sum
    return sum + (state.resource === 'invoke-and-wait' ? 2 : 1)
  }, 0)
}
