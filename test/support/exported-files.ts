import { exportBundle } from '../../lib/pipeline/export-bundle.ts'
import { bundlePrefix } from '../../lib/pipeline/export-selection.ts'
import type { Files } from './sample-bundle.ts'

/** The bundle of one run as it is handed over. */
export async function exportedFiles(ports: Parameters<typeof exportBundle>[0], runId: string): Promise<Files> {
  await exportBundle(ports, { exportId: runId, selection: { runId } })
  const prefix = bundlePrefix(runId)
  const files: Files = new Map()
  for await (const key of ports.evidence.list(prefix))
    files.set(key.slice(prefix.length), await ports.evidence.get(key))
  return files
}
