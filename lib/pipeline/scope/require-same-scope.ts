import { createHash } from 'node:crypto'
import { manifestOf } from '../../config.ts'
import { ManifestAbsent, ManifestInvalid } from '../../errors.ts'
import { readManifest } from '../../manifest/read-manifest.ts'
import type { Ports } from '../../ports.ts'
import { isTransferred } from '../../subject-index/open-subject-index.ts'
import { clocksApart } from '../../verdict/in-order.ts'
import { openRunIndex, readManifestDocument, readRunConfig } from '../evidence/documents.ts'
import { runKey } from '../evidence/evidence-keys.ts'
import { isScopeTakenBack } from '../log/taken-back.ts'

type ScopePorts = Pick<Ports, 'evidence' | 'largeEvidence' | 'caseKey' | 'manifests'>
type Moment = { runId: string; at: string }

/**
 * Whoever goes on with a run, or has something deleted, does so with those who were in scope when it began. A manifest that is there by now, and says of one of them that the transfer is not
 * confirmed at `at`, was corrected meanwhile; so may have been one that is refused, of whose rows some are not known (a time that is a word, a column `withdrawn`), or cannot be read. One
 * that is not there or lists other people says nothing of the kind. Asked is the one under the name that the run knows, and the one that is in force by now.
 * Where the clock was set back, those whose transfer lies ahead by now were in scope when the run began, also by the same manifest.
 * @throws ManifestInvalid @throws ConfigInvalid when nobody can say which one that is
 */
export async function requireSameScope(ports: ScopePorts, moment: Moment): Promise<void> {
  const own = manifestOf(await readRunConfig(ports, moment.runId))
  await requireLater(ports, moment, own)
  const inForce = (await ports.manifests.inForce?.()) ?? own
  for (const name of new Set([own, inForce])) await requireNobodyTakenBack(ports, moment, name)
}

async function requireLater(ports: ScopePorts, { runId, at }: Moment, name: string): Promise<void> {
  const { at: decidedAt = at } = await readManifestDocument(ports, runId)
  if (Date.parse(at) + clocksApart < Date.parse(decidedAt))
    throw new ManifestInvalid(
      `manifest ${name}: expected a time after ${decidedAt}, when it was decided who is in scope of run ${runId}, got ${at}: ` +
        'the clock was ahead then, and may have confirmed transfers that are still to come. Leave that run, and begin another one',
    )
}

async function requireNobodyTakenBack(ports: ScopePorts, { runId, at }: Moment, name: string): Promise<void> {
  const { manifests } = ports
  const { report, at: decidedAt = at } = await readManifestDocument(ports, runId)
  const sha256 = await digestOf(manifests, name)
  // The same one says something else to a clock that is set back, by however little.
  if (sha256 === undefined || (sha256 === report.sha256 && Date.parse(at) >= Date.parse(decidedAt))) return
  const { index } = await openRunIndex(ports, runId)
  let contradicted = 0
  const readers = {
    confirmed: () => undefined,
    pending: (_: number, id: { revealText(): string }) => {
      if (isTransferred(index, id.revealText())) contradicted++
      return undefined
    },
  }
  const refused = await readManifest(() => manifests.open(name), { now: new Date(at), name }, readers).then(
    () => undefined,
    refusalOf,
  )
  if (contradicted > 0)
    throw new ManifestInvalid(
      `manifest ${name}: expected everybody in scope of run ${runId} to be transferred by now, got ${contradicted} ${contradicted === 1 ? 'row' : 'rows'} without a confirmed transfer: ` +
        'it was corrected since the run began, or the clock was set back. Take the scope of that run back (odv correct), or leave it, and begin another one',
    )
  if (refused !== undefined)
    throw new ManifestInvalid(
      `${refused.message}\nIt was changed since run ${runId} began, and may say of somebody in scope that the transfer is not confirmed. ` +
        'Correct it, or put back what was there, and go on then',
    )
}

/** Who resumes a run that has ended, or of which the scope was taken back already, is not asked. @throws ManifestInvalid */
export async function requireSameScopeToResume(ports: ScopePorts & Pick<Ports, 'clock'>, runId: string): Promise<void> {
  const { evidence } = ports
  if ((await evidence.has(runKey(runId, 'summary.json'))) || !(await evidence.has(runKey(runId, 'manifest.json'))))
    return
  if (await isScopeTakenBack(ports, runId)) return
  await requireSameScope(ports, { runId, at: ports.clock().toISOString() })
}

/** Absent where there is none. */
async function digestOf(manifests: Ports['manifests'], name: string): Promise<string | undefined> {
  try {
    const hash = createHash('sha256')
    for await (const chunk of await manifests.open(name)) hash.update(chunk)
    return hash.digest('hex')
  } catch (error) {
    if (error instanceof ManifestAbsent) return undefined
    throw error
  }
}

function refusalOf(error: unknown): ManifestInvalid {
  if (error instanceof ManifestInvalid) return error
  throw error
}
