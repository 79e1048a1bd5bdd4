import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import { Tracer } from '@aws-lambda-powertools/tracer'
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware'
import middy from '@middy/core'
import { OdvError } from '../lib/errors.ts'
import type { Ports } from '../lib/ports.ts'

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

const logger = new Logger({ serviceName: 'odv' })
const metrics = new Metrics({ namespace: 'odv', serviceName: 'odv', logger })
const tracer = new Tracer({ serviceName: 'odv' })

/**
 * Makes a pipeline function the handler of its Lambda. Payloads and results are never logged: they are references and
 * counters, and it should not matter if one day they were not. Nor is the text of a fault that is not ours: it could quote data.
 */
export function task<Output>(name: string, run: (ports: Ports, input: unknown) => Promise<Output>) {
  return middy<unknown, Output>()
    .use(injectLambdaContext(logger, { logEvent: false, clearState: true }))
    .use(captureLambdaHandler(tracer, { captureResponse: false }))
    .use(logMetrics(metrics, { throwOnEmptyMetrics: false }))
    .onError(({ error }) => {
      metrics.addMetric('TaskFailed', MetricUnit.Count, 1)
      logger.error('task failed', {
        task: name,
        error: error?.name ?? 'Error',
        detail: error instanceof OdvError ? error.message : '',
      })
    })
    .handler(async (input) => {
      logger.info('task began', { task: name })
      composed ??= compose()
      const output = await run(await composed, input)
      metrics.addMetric('TaskDone', MetricUnit.Count, 1)
      return output
    })
}
