import * as z from 'zod/mini'
import { NotKnown } from '../errors.ts'
import { bundlePrefix } from '../pipeline/export-selection.ts'
import { exportId } from '../pipeline/task-input.ts'
import type { Ports } from '../ports.ts'
import type { AnswerOf, ApiRequest, Route } from './route.ts'

const exported = z.strictObject({
  exportId,
  /** `succeeded`: the bundle is there, and the offline verifier has found nothing against it. */
  state: z.enum(['running', 'succeeded', 'failed']),
  /** The name of the error that a failed export ended with. */
  error: z.optional(z.string()),
  bundle: z.string(),
})

export const getExportRoute = { method: 'GET', path: '/exports/{id}', answers: { 200: exported } } satisfies Route

/** How an export stands. One that ended more than 90 days ago is not known any more; its bundle stays where it is. */
export async function getExport(
  ports: Pick<Ports, 'executions'>,
  { id, evidenceUri }: Pick<ApiRequest, 'id' | 'evidenceUri'>,
): Promise<AnswerOf<typeof getExportRoute>> {
  const execution = await ports.executions.find('export-filing', id)
  if (execution === undefined) throw new NotKnown('export: expected one of this deployment')
  return { status: 200, body: { exportId: id, ...execution, bundle: `${evidenceUri}/${bundlePrefix(id)}` } }
}
