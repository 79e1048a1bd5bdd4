import { settleCoverage } from '../lib/pipeline/settle-coverage.ts'
import { task } from './runtime.ts'

export const handler = task('settle-coverage', settleCoverage, ({ versions, found, unverified, bytesRead }) => ({
  VersionsScanned: versions,
  VersionsFound: found,
  VersionsUnverified: unverified,
  BytesScanned: bytesRead,
}))
