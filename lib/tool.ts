import { join } from 'node:path'
import manifest from '../package.json' with { type: 'json' }
import { digestOfSources } from './digest-of-sources.ts'

/** The same digest, in the place of which bundles have it as a text. */
declare const BUILD_SHA256: string | undefined

let digest: string | undefined

/** What evidence says about the program that made it. `buildSha256`: see `digestOfSources`. */
export const tool = {
  name: manifest.name,
  version: manifest.version,
  get buildSha256(): string {
    digest ??= typeof BUILD_SHA256 === 'string' ? BUILD_SHA256 : digestOfSources(join(import.meta.dirname, '..'))
    return digest
  },
}
