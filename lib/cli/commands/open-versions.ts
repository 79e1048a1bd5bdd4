import { resolve } from 'node:path'
import { UsageInvalid } from '../../errors.ts'
import { toListed } from '../../inventory/inventory-part.ts'
import { readRunConfig } from '../../pipeline/evidence/documents.ts'
import { type PassRef, passKey } from '../../pipeline/evidence/evidence-keys.ts'
import { readOpen } from '../../pipeline/evidence/read-open.ts'
import type { Evidence } from '../../ports.ts'
import { protectionOf } from '../../verdict/settle-batch.ts'
import type { Deployment } from '../deployment.ts'
import { keysOfNames } from '../exact-names.ts'
import { writeNewFile } from '../new-file.ts'
import { plural, type Terminal } from '../terminal.ts'

/**
 * `odv status RUN --out FILE`: each object version that is not clean, as the last settled pass of its store has it, with its exact name. A report
 * lists a thousand of a store, and names with identifiers masked, by which nobody finds a file.
 */
export async function writeOpenVersions(
  { ports }: Deployment,
  { run, out, cwd }: { run: string; out: string; cwd: string },
  terminal: Terminal,
): Promise<void> {
  const { passes, stores } = await readRunConfig(ports, run)
  const refs: PassRef[] = []
  for (const { id: storeId } of stores) {
    const ref = await lastSettled(ports.evidence, { runId: run, storeId, pass: passes })
    if (ref === undefined) terminal.warn(`${storeId}: no pass is settled yet`)
    else refs.push(ref)
  }
  if (refs.length === 0) throw new UsageInvalid(`run ${run}: expected a store with a pass that is settled, got none`)
  const keyFor = keysOfNames(ports)
  const count = { found: 0, unverified: 0 }
  const lines = async function* () {
    for (const ref of refs)
      for await (const { entry, outcome, report } of readOpen(ports.evidence, ref)) {
        const { kind, key, versionId, size, modifiedAt } = toListed(entry, await keyFor(entry))
        const { storeId, pass } = ref
        const [reason, detail] = 'reason' in outcome ? [outcome.reason, outcome.detail] : []
        count[outcome.kind === 'found' ? 'found' : 'unverified']++
        const line = {
          store: storeId,
          pass,
          outcome: outcome.kind,
          reason,
          detail,
          kind,
          key,
          versionId,
          size,
          modifiedAt,
        }
        yield `${JSON.stringify({ ...line, findings: report?.findings, protection: protectionOf(entry, report) })}\n`
      }
  }
  await writeNewFile(cwd, out, lines(), '--out', 0o600)
  terminal.emit({ kind: 'open', run, out: resolve(cwd, out), ...count })
  terminal.print(
    `${out}: ${plural(count.found + count.unverified, 'object version')} of ${plural(refs.length, 'store')} that ${count.found + count.unverified === 1 ? 'is' : 'are'} not clean, one a line, with exact names`,
  )
  terminal.print('names may hold identifiers: keep it to yourself')
}

async function lastSettled(evidence: Evidence, { pass: passes, ...store }: PassRef): Promise<PassRef | undefined> {
  for (let pass = passes - 1; pass >= 0; pass--)
    if (await evidence.has(passKey({ ...store, pass }, 'coverage.json'))) return { ...store, pass }
  return undefined
}
