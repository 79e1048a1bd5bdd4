import { loadCatch, loadRetry } from './load-error-handling.ts'
import type { TaskState } from './machine.ts'
import { type Fields, readFields, readText, unexpected } from './read-fields.ts'
import { readLeaving } from './read-leaving.ts'
import { parseTemplate, type Template } from './template.ts'

/** What the resource is after its partition, and the members of `Arguments`: the called one first, always literal. */
const resources = {
  'lambda:invoke': { resource: 'invoke', called: 'FunctionName', others: ['Payload'] },
  'lambda:invoke.waitForTaskToken': { resource: 'invoke-and-wait', called: 'FunctionName', others: ['Payload'] },
  'ecs:runTask.sync': {
    resource: 'run-task',
    called: 'TaskDefinition',
    others: ['Cluster', 'LaunchType', 'NetworkConfiguration', 'Overrides'],
  },
  'states:startExecution.sync:2': { resource: 'start-execution', called: 'StateMachineArn', others: ['Name', 'Input'] },
} as const
const resourceArn = /^arn:[^:]+:states:::(.+)$/

const taskFields = ['Type', 'Comment', 'Resource', 'Arguments', 'Retry', 'Catch', 'Assign', 'Output', 'Next', 'End']
/** Only what is waited for needs a time limit. */
const moreTaskFields = {
  invoke: [],
  'invoke-and-wait': ['TimeoutSeconds'],
  'run-task': ['TimeoutSeconds'],
  'start-execution': [],
} as const

/** @throws MachineUnsupported */
export function loadTask(where: string, definition: unknown): Omit<TaskState, 'name' | 'kind' | 'readsEnteredTime'> {
  const arn = readText(where, definition as Fields, 'Resource')
  const known = Object.entries(resources).find(([name]) => name === resourceArn.exec(arn)?.[1])?.[1]
  if (known === undefined) throw unexpected(where, 'Resource', `one of ${Object.keys(resources).join(', ')}`, arn)
  const { resource, called, others } = known
  const fields = readFields(where, definition, [...taskFields, ...moreTaskFields[resource]])

  const place = `${where}: Arguments`
  const given = readFields(place, fields.Arguments, [called, ...others])
  const child = readText(place, given, called)
  if (child.includes('{%')) throw unexpected(place, called, 'no expression', child)
  for (const name of others) if (given[name] === undefined) throw unexpected(place, name, 'a value', undefined)
  return {
    resource,
    arguments: parseTemplate(place, given),
    ...(resource === 'start-execution' && { child }),
    ...((resource === 'invoke-and-wait' || resource === 'run-task') && {
      timeoutSeconds: loadTimeout(where, fields.TimeoutSeconds),
    }),
    retry: resource === 'start-execution' ? loadStartRetry(where, fields.Retry) : loadRetry(where, fields.Retry),
    catch: loadCatch(where, fields.Catch),
    ...readLeaving(where, fields),
  }
}

/** A child's name is taken once it began: only to one that could not be started a retry is of use. */
function loadStartRetry(where: string, value: unknown): TaskState['retry'] {
  const retry = loadRetry(where, value)
  if (retry.some(({ errorEquals }) => errorEquals.some((error) => !error.startsWith('StepFunctions.'))))
    throw unexpected(where, 'Retry', 'errors of Step Functions that a child could not be started', value)
  return retry
}

function loadTimeout(where: string, value: unknown): Template {
  const template = parseTemplate(`${where}: TimeoutSeconds`, value ?? null)
  const fits = template.kind === 'expression' || (Number.isInteger(value) && (value as number) >= 1)
  if (!fits) throw unexpected(where, 'TimeoutSeconds', 'seconds or an expression', value)
  return template
}
