import { join } from 'node:path'
import manifest from '../package.json' with { type: 'json' }
import { digestOfSources } from './digest-of-sources.ts'

/** Bundles have these as texts: the same digest, and the commit of the sources where it is known (`infra/build-names.ts`). */
declare const BUILD_SHA256: string | undefined
declare const SOURCE_COMMIT: string | undefined

let digest: string | undefined

/** What evidence says about the program that made it. `buildSha256`: see `digestOfSources`; a bundle made of a checkout without changes names its commit as well. */
export const tool = {
  name: manifest.name,
  version: manifest.version,
  ...(typeof SOURCE_COMMIT === 'string' && { sourceCommit: SOURCE_COMMIT }),
  get buildSha256(): string {
    digest ??= typeof BUILD_SHA256 === 'string' ? BUILD_SHA256 : digestOfSources(join(import.meta.dirname, '..'))
    return digest
  },
}
