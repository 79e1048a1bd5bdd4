import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Config, isDirectory, parseConfig, type StoreConfig } from '../config.ts'
import { parseConfigJson } from '../config-json.ts'
import { ConfigInvalid, UsageInvalid } from '../errors.ts'
import { whatIsThere } from '../local/what-is-there.ts'
import { withCertificates } from './certificate-files.ts'

const defaultConfigFile = 'odv.json'

/**
 * The configuration of a run: `odv.json` (or `--config`), and what the command line says. `--store ID` picks a
 * configured store; `--store ID=PATH` names one that the file does not know, without a deletion channel. Paths in the
 * file count from the file, paths on the command line from the working directory. `leftOut`: configured stores that were not picked.
 * @throws ConfigInvalid @throws UsageInvalid @throws HomeCountryRefused
 */
export async function loadConfig(options: {
  config?: string
  manifest?: string
  stores: readonly string[]
  cwd: string
}): Promise<Config> {
  const { config: named, manifest, stores, cwd } = options
  const file = resolve(cwd, named ?? defaultConfigFile)
  const text = await readText(file, named !== undefined)
  const config = parseConfig(
    text === undefined ? {} : await withCertificates(parseConfigJson(text, named ?? defaultConfigFile), file),
    named ?? defaultConfigFile,
  )
  const absolute: Config = {
    ...config,
    ...(config.manifest !== undefined && { manifest: resolve(dirname(file), config.manifest) }),
    ...(config.hashedForms !== undefined && {
      hashedForms: config.hashedForms.map((form) =>
        form.salt === undefined ? form : { ...form, salt: resolve(dirname(file), form.salt) },
      ),
    }),
    stores: config.stores.map((store) =>
      isDirectory(store) ? { ...store, root: resolve(dirname(file), store.root) } : store,
    ),
    ...(manifest !== undefined && { manifest: resolve(cwd, manifest) }),
  }
  const chosen = stores.length === 0 ? absolute.stores : stores.map((each) => chooseStore(each, absolute.stores, cwd))
  const leftOut = absolute.stores.filter((store) => !chosen.includes(store)).map(({ id }) => id)
  return parseConfig({ ...absolute, stores: chosen, ...(leftOut.length > 0 && { leftOut }) }, 'command line')
}

function chooseStore(argument: string, configured: readonly StoreConfig[], cwd: string): Partial<StoreConfig> {
  const equals = argument.indexOf('=')
  const id = equals < 0 ? argument : argument.slice(0, equals)
  const known = configured.find((store) => store.id === id)
  if (equals < 0) {
    if (known === undefined) throw new UsageInvalid(`--store ${id}: expected a store of the configuration, or ID=PATH`)
    return known
  }
  if (equals === argument.length - 1) throw new UsageInvalid(`--store ${argument}: expected a directory behind the "="`)
  // With its channel, who only wants to look would delete; without it, evidence would say that nothing may be deleted there.
  if (known !== undefined)
    throw new UsageInvalid(
      `--store ${argument}: expected another id, since the configuration has a store ${id}: --store ${id} is that one, with its deletion channel (${known.channel.kind})`,
    )
  return { id, root: resolve(cwd, argument.slice(equals + 1)) }
}

async function readText(file: string, required: boolean): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' && !required) return undefined
    throw new ConfigInvalid(`${file}: expected a configuration file, got ${whatIsThere(cause)}`, { cause })
  })
}
