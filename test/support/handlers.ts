import { afterEach, beforeEach, vi } from 'vitest'
import type { Ports } from '../../lib/ports.ts'

/**
 * The handlers of `functions/` as Lambda calls them, in this process, and all that they print. The stage is `dev`, as in
 * the template that tests package.
 */
Object.assign(process.env, {
  // The logger and the metrics then print with the console that is there.
  POWERTOOLS_DEV: 'true',
  POWERTOOLS_METRICS_DISABLED: 'false',
  ODV_STAGE: 'dev',
  ODV_EVIDENCE_BUCKET: 'evidence',
})

const { provide } = await import('../../functions/runtime.ts')

/** What was printed in the test that runs, one text a line. */
export const printed: string[] = []
const methods = ['debug', 'error', 'info', 'log', 'warn'] as const
beforeEach(() => {
  printed.length = 0
  for (const method of methods)
    vi.spyOn(console, method).mockImplementation((text: unknown) => {
      printed.push(String(text))
    })
})
afterEach(() => vi.restoreAllMocks())

export const requestId = '01234567-89ab-cdef-0123-456789abcdef'

/** Calls one handler with these ports. */
export async function callFunction(name: string, ports: Partial<Ports>, event: unknown): Promise<unknown> {
  provide(async () => ports as Ports)
  const { handler } = await import(`../../functions/${name}.ts`)
  return handler(structuredClone(event), {
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:111122223333:function:${name}`,
    memoryLimitInMB: '512',
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => 60_000,
  })
}

export type Metric = {
  namespace: string
  name: string
  unit: string
  dimensions: Record<string, string>
  value: number
}

/** The metrics among what was printed, in CloudWatch's embedded metric format. */
export function metricsIn(lines: readonly string[]): Metric[] {
  return lines.filter((line) => line.includes('"_aws"')).flatMap((line) => metricsOf(JSON.parse(line)))
}

type Emf = Record<string, unknown> & {
  _aws: {
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[]
  }
}

function metricsOf(line: Emf): Metric[] {
  return line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name, Unit }) => ({
        namespace: Namespace,
        name: Name,
        unit: Unit,
        dimensions: Object.fromEntries(names.map((name) => [name, String(line[name])])),
        value: [line[Name]].flat().reduce<number>((sum, value) => sum + Number(value), 0),
      })),
    ),
  )
}
