import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import { Tracer } from '@aws-lambda-powertools/tracer'
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware'
import middy from '@middy/core'
import { AdapterMissing, OdvError } from '../lib/errors.ts'
import type { Ports } from '../lib/ports.ts'

/**
 * The composition root: the only place where tasks meet their adapters. Embedded, whoever calls the handlers provides
 * the ports first; on AWS they are made here.
 */
let compose = async (): Promise<Ports> => {
  throw new AdapterMissing('aws: adapters: expected the AWS adapters in this build, and it has the embedded ones only')
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
