import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import { UsageInvalid } from '../errors.ts'
import { checkPlaces } from '../local/check-places.ts'
import { loadConfig } from './load-config.ts'

/** What a run on this machine is about. @throws UsageInvalid @throws ConfigInvalid when a run could not begin with it */
export async function configOfRun(options: Parameters<typeof loadConfig>[0], state: string): Promise<Config> {
  const config = await loadConfig(options)
  if (config.stores.length === 0)
    throw new UsageInvalid('run: expected a store: --store ID=PATH, or stores in odv.json')
  if (config.manifest === undefined) throw new UsageInvalid('run: expected --manifest FILE, or manifest in odv.json')
  await checkPlaces(config, resolve(options.cwd, state))
  return config
}
