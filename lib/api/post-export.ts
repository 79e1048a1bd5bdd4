import * as z from 'zod/mini'
import { NotKnown } from '../errors.ts'
import { bundlePrefix, periodSelection } from '../pipeline/export-selection.ts'
import { exportId, runId } from '../pipeline/task-input.ts'
import type { Ports } from '../ports.ts'
import { executionName } from './execution-name.ts'
import type { AnswerOf, ApiRequest, BodyOf, Route } from './route.ts'

/** `bundle`: where the files will be, all of them once the export has succeeded. */
const started = z.strictObject({ exportId, bundle: z.string() })

export const postExportRoute = {
  method: 'POST',
  path: '/exports',
  body: z.union([z.strictObject({ runId }), periodSelection]),
  answers: { 200: started, 202: started },
} satisfies Route

/**
 * Starts the export of one run or of a period. 202: it runs. 200: it was started under this idempotency key before, and
 * has ended. A run that was never opened goes no further: its name may be anything, and becomes part of an execution.
 */
export async function postExport(
  ports: Pick<Ports, 'clock' | 'random' | 'executions' | 'runState'>,
  { body, idempotencyKey, evidenceUri }: ApiRequest<BodyOf<typeof postExportRoute>>,
): Promise<AnswerOf<typeof postExportRoute>> {
  if ('runId' in body && !(await ports.runState.getRun(body.runId)))
    throw new NotKnown('run: expected one of this deployment')
  const name = executionName(ports, 'export', idempotencyKey)
  const outcome = await ports.executions.start('export-filing', name, { selection: body })
  const answer = {
    headers: { location: `/exports/${name}` },
    body: { exportId: name, bundle: `${evidenceUri}/${bundlePrefix(name)}` },
  }
  return outcome === 'started' ? { status: 202, ...answer } : { status: 200, ...answer }
}
