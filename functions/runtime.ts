import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import { OdvError } from '../lib/errors.ts'
import type { Ports } from '../lib/ports.ts'

/** Every metric that there is. Alarms and the dashboard watch them by these names. */
type MetricName =
  | 'TaskDone'
  | 'TaskFailed'
  | 'NightlyRunBegan'
  | 'VersionsScanned'
  | 'VersionsFound'
  | 'VersionsUnverified'
  | 'BytesScanned'
  | 'RequestsSent'
  | 'RequestsAnswered'
  | 'RequestsExpired'
  | 'StoreIncomplete'
  | 'ResidualPastDeadline'
  | 'SecondsToDeadline'
  | 'RunsVerified'
  | 'RunsResidual'
  | 'RunsIncomplete'
  | 'StoresVerified'
  | 'StoresResidual'
  | 'StoresIncomplete'
  | 'CheckpointSigned'
  | 'CheckpointTime'
  | 'CheckpointRefused'
  | 'LogEntries'
  | 'TimestampsKept'
  | 'TimestampsFailed'

/**
 * The composition root: the only place where tasks meet their adapters. Embedded, whoever calls the handlers provides
 * the ports first; on AWS they are made here.
 */
let compose = async (): Promise<Ports> => {
  // Loaded when it is needed: the embedded run never loads the SDK.
  const [{ awsPorts }, { parseEnvironment }] = await Promise.all([
    import('../lib/aws/aws-ports.ts'),
    import('../lib/aws/environment.ts'),
  ])
  return awsPorts(parseEnvironment(process.env))
}
let composed: Promise<Ports> | undefined

/** Provides the ports that every handler of this process gets. */
export function provide(ports: () => Promise<Ports>): void {
  compose = ports
  composed = undefined
}

/** The ports of this process, made once. */
export function ports(): Promise<Ports> {
  composed ??= compose()
  return composed
}

export const logger = new Logger({ serviceName: 'odv' })
/** Stages share a namespace, and nothing else: each counts under its own name. */
export const metrics = new Metrics({
  namespace: 'odv',
  serviceName: 'odv',
  defaultDimensions: { stage: process.env.ODV_STAGE ?? 'local' },
  logger,
})

/** Counts that a handler leaves behind, by the name of their metric. */
export type Measures = Partial<Record<MetricName, number>>

export function count(measures: Measures): void {
  for (const [name, value] of Object.entries(measures)) metrics.addMetric(name, unitOf(name), value)
}

function unitOf(name: string) {
  if (name.startsWith('Bytes')) return MetricUnit.Bytes
  return name.startsWith('Seconds') || name === 'CheckpointTime' ? MetricUnit.Seconds : MetricUnit.Count
}

/**
 * A fault that is not ours by its name and its places alone: Lambda, Step Functions and traces would keep its words, which
 * could quote data. The fault itself is its `cause`, which none of them shows.
 */
function withoutWords(error: unknown): unknown {
  if (error instanceof OdvError || !(error instanceof Error)) return error
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  const shown = new Error('a fault that is not ours: its text is left out, since it could quote data', { cause: error })
  shown.name = error.name
  shown.stack = [`${error.name}: ${shown.message}`, ...frames].join('\n')
  return shown
}

/**
 * Makes a pipeline function the handler of its Lambda. Payloads and results are never logged: they are references and
 * counters, and it should not matter if one day they were not. Nor is the text of a fault that is not ours: it could quote data.
 * `measure` says what the result is counted as; a task that is repeated is counted again.
 */
export function task<Output>(
  name: string,
  run: (ports: Ports, input: unknown) => Promise<Output>,
  measure: (output: Output) => Measures = () => ({}),
) {
  return middy<unknown, Output>()
    .use(injectLambdaContext(logger, { logEvent: false, clearState: true }))
    .use(logMetrics(metrics, { throwOnEmptyMetrics: false }))
    .onError(({ error }) => {
      if (error?.name === 'HandedOver') {
        logger.info('task handed over', { task: name })
        return
      }
      count({ TaskFailed: 1, ...(error?.name === 'CheckpointRefused' && { CheckpointRefused: 1 }) })
      logger.error('task failed', {
        task: name,
        error: error?.name ?? 'Error',
        detail: error instanceof OdvError ? error.message : '',
      })
    })
    .handler(async (input) => {
      logger.info('task began', { task: name })
      const output = await run(await ports(), input).catch((error: unknown) => {
        throw withoutWords(error)
      })
      count({ TaskDone: 1, ...measure(output) })
      return output
    })
}
