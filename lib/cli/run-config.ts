import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import { UsageInvalid } from '../errors.ts'
import { checkPlaces } from '../local/check-places.ts'
import { whatIsThere } from '../local/what-is-there.ts'
import { loadConfig } from './load-config.ts'

/** What a run on this machine is about. @throws UsageInvalid @throws ConfigInvalid when a run could not begin with it */
export async function configOfRun(options: Parameters<typeof loadConfig>[0], state: string): Promise<Config> {
  const config = await loadConfig(options)
  if (config.stores.length === 0)
    throw new UsageInvalid('run: expected a store: --store ID=PATH, or stores in odv.json')
  if (config.manifest === undefined) throw new UsageInvalid('run: expected --manifest FILE, or manifest in odv.json')
  if (options.manifest !== undefined) await checkTyped(options.manifest, options.cwd)
  await checkPlaces(config, resolve(options.cwd, state))
  return config
}

/** A name that is mistyped begins no run, which would stay in the log; one in `odv.json` does, since that night's run was due. */
async function checkTyped(manifest: string, cwd: string): Promise<void> {
  await stat(resolve(cwd, manifest)).catch((error: NodeJS.ErrnoException) => {
    throw new UsageInvalid(`--manifest ${manifest}: expected a file, got ${whatIsThere(error)}; nothing was begun`, {
      cause: error,
    })
  })
}
