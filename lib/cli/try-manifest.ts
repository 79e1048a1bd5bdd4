import { randomBytes } from 'node:crypto'
import { type Config, nobodyOf } from '../config.ts'
import { manifestFiles } from '../local/manifest-file.ts'
import { type ManifestReport, readManifest } from '../manifest/read-manifest.ts'
import { checkPremises } from '../pipeline/build-index.ts'
import { createIndexBuilder } from '../subject-index/build-subject-index.ts'
import { caseKeysOf } from '../subject-index/case-keys.ts'
import type { IndexSummary } from '../subject-index/index-format.ts'

/**
 * Reads a manifest, compiles it and throws the index away: what a run would refuse is refused here.
 * @throws ManifestInvalid @throws ConfigInvalid
 */
export async function tryManifest(
  config: Config,
  { path, name }: { path: string; name: string },
): Promise<{ report: ManifestReport; index: IndexSummary }> {
  const builder = createIndexBuilder({
    caseRule: config.identifierCase ?? 'fold',
    keys: caseKeysOf(randomBytes(32)),
    random: randomBytes,
    nobody: nobodyOf(config),
  })
  const rows = { confirmed: builder.add, pending: builder.exclude }
  const report = await readManifest(() => manifestFiles().open(path), { now: new Date(), name }, rows)
  const index = builder.finish(report, () => {})
  checkPremises(config, { report, index })
  return { report, index }
}
