import { randomBytes } from 'node:crypto'
import type { Config } from '../config.ts'
import { manifestFiles } from '../local/manifest-file.ts'
import { readManifest } from '../manifest/read-manifest.ts'
import { checkPremises } from '../pipeline/build-index.ts'
import type { ManifestDocument } from '../pipeline/documents.ts'
import { createIndexBuilder } from '../subject-index/build-subject-index.ts'
import { caseKeysOf } from '../subject-index/case-keys.ts'

/**
 * Reads a manifest, compiles it and throws the index away: what a run would refuse is refused here.
 * @throws ManifestInvalid @throws ConfigInvalid
 */
export async function tryManifest(
  config: Config,
  { path, name }: { path: string; name: string },
): Promise<Pick<ManifestDocument, 'report' | 'index'>> {
  const builder = createIndexBuilder({
    caseRule: config.identifierCase ?? 'fold',
    keys: caseKeysOf(randomBytes(32)),
    random: randomBytes,
  })
  const rows = { confirmed: builder.add, pending: builder.exclude }
  const report = await readManifest(await manifestFiles().open(path), { now: new Date(), name }, rows)
  const { summary, sha256 } = builder.finish(report, () => {})
  const index = { ...summary, sha256 }
  checkPremises(config, { report, index })
  return { report, index }
}
