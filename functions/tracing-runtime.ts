import { Tracer } from '@aws-lambda-powertools/tracer'
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware'

const tracer = new Tracer({ serviceName: 'odv' })

/** Traces a call of a handler, and never its answer. */
export const traceHandler = () => captureLambdaHandler(tracer, { captureResponse: false })
