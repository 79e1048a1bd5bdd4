import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import { formatAnswer, type GatewayResult, readRequest } from '../lib/api/gateway.ts'
import { toProblem } from '../lib/api/problem.ts'
import type { Answer, AnswerOf, ApiRequest, BodyOf, Route } from '../lib/api/route.ts'
import { OdvError } from '../lib/errors.ts'
import type { Ports } from '../lib/ports.ts'
import { count, logger, type Measures, metrics, ports } from './runtime.ts'

/**
 * Makes a function the handler of a route. It always answers: an error becomes a problem. What was asked is never
 * logged, since callers may type anything; what went wrong here is, and never told to them.
 */
export function api<R extends Route>(
  name: string,
  route: R,
  run: (ports: Ports, request: ApiRequest<BodyOf<R>>) => Promise<AnswerOf<R>>,
  measure: (body: AnswerOf<R>['body']) => Measures = () => ({}),
) {
  const answer = async (event: unknown, instance: string): Promise<Answer> => {
    try {
      const request = readRequest(route, event) as ApiRequest<BodyOf<R>>
      const answered = await run(await ports(), { ...request, evidenceUri: `s3://${process.env.ODV_EVIDENCE_BUCKET}` })
      count(measure(answered.body))
      return answered as Answer
    } catch (error) {
      const problem = toProblem(error, instance)
      if (problem.status >= 500) logFault(name, error)
      return problem
    }
  }
  return middy<unknown, GatewayResult>()
    .use(injectLambdaContext(logger, { logEvent: false, clearState: true }))
    .use(logMetrics(metrics, { throwOnEmptyMetrics: false }))
    .handler(async (event, { awsRequestId }) => {
      const answered = await answer(event, `urn:uuid:${awsRequestId}`)
      count(answered.status < 500 ? { TaskDone: 1 } : { TaskFailed: 1 })
      logger.info('request answered', { route: name, status: answered.status })
      return formatAnswer(answered)
    })
}

function logFault(route: string, error: unknown): void {
  logger.error('request failed', {
    route,
    error: error instanceof Error ? error.name : 'Error',
    detail: error instanceof OdvError ? error.message : '',
  })
}
