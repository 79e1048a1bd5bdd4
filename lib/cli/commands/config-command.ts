import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseDeployedConfig } from '../../aws/s3-configuration.ts'
import type { Intake } from '../../aws/s3-intake.ts'
import { type Config, isBucket, parseConfig } from '../../config.ts'
import { parseConfigJson } from '../../config-json.ts'
import { ConfigInvalid, NotKnown, UsageInvalid } from '../../errors.ts'
import { whatIsThere } from '../../local/what-is-there.ts'
import { withCertificates } from '../certificate-files.ts'
import { withStage } from '../deployed/open-deployed.ts'
import { uploadManifest } from '../deployed/upload-manifest.ts'
import type { Place } from '../deployment.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { bold, type Terminal } from '../terminal.ts'
import { typed } from '../typed.ts'
import { describeExpired } from '../views/exceptions-view.ts'
import { describeUnproven } from '../views/manifest-view.ts'

export type ConfigOptions = { file?: string; manifest?: string; replaces?: string; place: Place; cwd: string }

/**
 * `odv config --aws`: shows the configuration of a deployment, or puts another one in its place. Whoever replaces one says
 * which one they have seen, so that nobody's change is lost unseen; a new manifest alone changes nothing else.
 */
export async function configCommand(options: ConfigOptions, terminal: Terminal): Promise<ExitCode> {
  const { place, file, manifest } = options
  if (place.kind !== 'aws') throw new UsageInvalid('odv config: expected --aws')
  const given = file === undefined ? undefined : await readDraft(resolve(options.cwd, file), file)
  return withStage(place, async ({ intake }, shown) => {
    const current = await readCurrent(intake)
    if (given === undefined && manifest === undefined) return show(current, terminal)
    if (given === undefined && current === undefined)
      throw new NotKnown('config: expected a configuration in the deployment before its manifest is replaced, got none')
    const raw = parseObject(given ?? current!.text, file ?? 'configuration')
    const draft = { ...raw, ...(manifest !== undefined && { manifest: 'manifests/new' }) }
    const config = checkDeployable(parseDeployedConfig(JSON.stringify(draft), await intake.homeCountry()))
    const version = given === undefined ? current?.version : options.replaces
    const isSame = given === current?.text && manifest === undefined
    if (given !== undefined && !isSame) requireSeen(current, options.replaces, shown)

    const uploaded =
      manifest === undefined
        ? undefined
        : await uploadManifest(intake, { config, cwd: options.cwd, file: manifest }, terminal)
    if (uploaded === undefined) await requireManifest(intake, config.manifest!)
    for (const { form, salt } of config.hashedForms ?? [])
      if (salt !== undefined) await requireManifest(intake, salt, `hashedForms: ${form}: salt`)
    const text = uploaded === undefined ? given! : `${JSON.stringify({ ...raw, manifest: uploaded }, null, 2)}\n`
    if (current?.version === versionOf(text)) return put('unchanged', config, text, uploaded, terminal)
    if ((await intake.putConfig(text, current?.etag)) === 'moved')
      throw new UsageInvalid(
        `config: expected to replace ${version ?? 'none'}, and somebody else was faster; look again: ${typed} config${shown}`,
      )
    return put('put', config, text, uploaded, terminal)
  })
}

type Current = { text: string; version: string; etag: string; at: Date | undefined }

async function readCurrent(intake: Intake): Promise<Current | undefined> {
  const read = await intake.readConfig()
  const text = read && Buffer.from(read.body).toString('utf8')
  return text === undefined ? undefined : { text, version: versionOf(text), etag: read!.etag, at: read!.at }
}

/** Enough of a digest to tell two configurations apart and to type. */
const versionOf = (text: string) => hash('sha256', text, 'hex').slice(0, 12)

function requireSeen(current: Current | undefined, replaces: string | undefined, shown: string): void {
  if (current?.version === replaces) return
  const at = current?.at === undefined ? '' : ` of ${current.at.toISOString()}`
  if (current === undefined)
    throw new UsageInvalid(`--replaces ${replaces}: expected no --replaces, since there is no configuration yet`)
  throw new UsageInvalid(
    `config: expected --replaces ${current.version}${replaces === undefined ? '' : `, got ${replaces}`}: there is a configuration${at}; ` +
      `look at it first: ${typed} config${shown}`,
  )
}

function show(current: Current | undefined, terminal: Terminal): ExitCode {
  if (current === undefined) throw new NotKnown('config: expected a configuration in the deployment, got none')
  const at = current.at?.toISOString()
  terminal.print(current.text.trimEnd())
  terminal.print(`\n${bold('version')} ${current.version}${at === undefined ? '' : `, of ${at}`}`)
  for (const line of describeUnproven(hashedFormsIn(current.text))) terminal.print(line)
  terminal.emit({
    kind: 'configuration',
    version: current.version,
    ...(at !== undefined && { at }),
    config: parseObject(current.text, 'configuration'),
  })
  return exitCode.good
}

/** Its hashed forms; none of one that is refused, which is shown as it is. */
function hashedFormsIn(text: string): Pick<Config, 'hashedForms'> {
  const { hashedForms } = parseObject(text, 'configuration')
  try {
    return parseConfig({ hashedForms })
  } catch {
    return {}
  }
}

function put(
  what: 'put' | 'unchanged',
  { stores, manifest, hashedForms }: Config,
  text: string,
  uploaded: string | undefined,
  terminal: Terminal,
): ExitCode {
  const version = versionOf(text)
  const named = uploaded ?? manifest!
  terminal.print(
    `${bold('version')} ${version} ${what === 'put' ? 'is in force for the next run' : 'was in force before, and is'}: ` +
      `${stores.map(({ id }) => id).join(', ')}; ${named}`,
  )
  for (const line of describeUnproven({ hashedForms })) terminal.print(line)
  for (const line of describeExpired({ stores }, new Date().toISOString())) terminal.warn(line)
  terminal.emit({ kind: 'configuration', version, changed: what === 'put', manifest: named, stores: stores.length })
  return exitCode.good
}

/** What a deployment could not do, refused before anybody relies on it. */
function checkDeployable(config: Config): Config {
  const problems = config.stores.flatMap((store) => {
    if (!isBucket(store)) return [`store ${store.id}: expected a bucket (s3), since a deployment reaches no directory`]
    const profile = store.s3.readProfile ?? store.s3.deleteProfile
    return profile === undefined ? [] : [`store ${store.id}: expected no profile, since a deployment has roles`]
  })
  if (config.stores.length === 0) problems.push('stores: expected at least one')
  if (config.manifest === undefined) problems.push('manifest: expected a key of the intake bucket, or --manifest FILE')
  if (problems.length > 0) throw new ConfigInvalid(problems.map((problem) => `configuration: ${problem}`).join('\n'))
  return config
}

/** Nobody here may open a manifest, so that it is looked for by its name. */
async function requireManifest(intake: Intake, manifest: string, what = 'manifest'): Promise<void> {
  const uri = `s3://${intake.bucket}/`
  const wanted = manifest.startsWith(uri) ? manifest.slice(uri.length) : manifest
  for await (const key of intake.manifests(wanted)) if (key === wanted && key.startsWith('manifests/')) return
  throw new ConfigInvalid(
    `configuration: ${what}: ${manifest}: expected a key below manifests/ of the intake bucket, got none${what === 'manifest' ? '; --manifest FILE uploads one' : ''}`,
  )
}

async function readText(path: string, shown: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new ConfigInvalid(`${shown}: expected a configuration file, got ${whatIsThere(cause)}`, { cause })
  })
}

function parseObject(text: string, where: string): Record<string, unknown> {
  const value = parseConfigJson(text, where)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigInvalid(`${where}: expected an object in JSON`)
  return value as Record<string, unknown>
}

/** The file's text as it is, unless it names files with certificates: a deployment cannot read those. */
async function readDraft(path: string, shown: string): Promise<string> {
  const text = await readText(path, shown)
  const raw = parseObject(text, shown)
  const whole = await withCertificates(raw, path)
  return whole === raw || JSON.stringify(whole) === JSON.stringify(raw) ? text : `${JSON.stringify(whole, null, 2)}\n`
}
