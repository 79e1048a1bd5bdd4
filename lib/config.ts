import type * as z from 'zod/mini'
import {
  type BucketStoreConfig,
  type Channel,
  type Config,
  channelKinds,
  configSchema,
  type DirectoryStoreConfig,
  type StoreConfig,
  secondsOf,
} from './config-schema.ts'
import { ConfigInvalid, HomeCountryRefused } from './errors.ts'
import type { Exception } from './inventory/exception.ts'
import { countryOfHost, countryOfRegion, hostOf } from './regions.ts'
import { chooseForms } from './scan/forms/form-names.ts'
import { parseHashedFormName } from './subject-index/hashed-forms.ts'
import { problemOfPair } from './subject-index/known-pair.ts'
import { parseCertificates } from './timestamp/certificate.ts'

export type * from './config-schema.ts'
export { secondsOf } from './config-schema.ts'

/**
 * Checks a parsed configuration file and fills in its defaults. All problems are reported at once.
 * @throws ConfigInvalid @throws HomeCountryRefused for a store in the home country: it may hold the only copy.
 */
export function parseConfig(value: unknown, where = 'configuration'): Config {
  const parsed = configSchema.safeParse(value)
  if (!parsed.success)
    throw new ConfigInvalid(
      parsed.error.issues
        .map((issue) => `${where}: ${issue.path.join('.') || 'top level'}: ${problemOf(issue)}`)
        .join('\n'),
    )
  const config = parsed.data
  const chosen = chooseForms(config.forms ?? ['default'])
  if ('unknown' in chosen)
    throw new ConfigInvalid(
      `${where}: forms: expected names of forms (${chosen.names.join(', ')}), got "${chosen.unknown}"`,
    )
  checkHashedForms(config, where)
  checkTimestamps(config, where)
  const seen = new Set<string>()
  for (const store of config.stores) {
    if (seen.has(store.id)) throw new ConfigInvalid(`${where}: stores: expected every id once, got "${store.id}" twice`)
    seen.add(store.id)
    checkStore(store, config.homeCountry, `${where}: store ${store.id}`)
  }
  checkApart(config.stores.filter(isBucket), where)
  return config
}

/** A store inside another one would be deleted from by the other's channel. */
function checkApart(buckets: readonly BucketStoreConfig[], where: string): void {
  const isWithin = ({ s3: inner }: BucketStoreConfig, { s3: outer }: BucketStoreConfig) =>
    inner.bucket === outer.bucket &&
    hostOf(inner) === hostOf(outer) &&
    (inner.prefix ?? '').startsWith(outer.prefix ?? '')
  for (const outer of buckets)
    for (const inner of buckets)
      if (inner !== outer && isWithin(inner, outer))
        throw new ConfigInvalid(
          `${where}: store ${inner.id}: s3: expected it apart from store ${outer.id}, got the same bucket and no other prefix`,
        )
}

function checkHashedForms({ hashedForms = [] }: Config, where: string): void {
  for (const [at, { form, salt, example }] of hashedForms.entries()) {
    const parsed = parseHashedFormName(form)!
    if ((parsed.kind === 'plain') !== (salt === undefined))
      throw new ConfigInvalid(
        salt === undefined
          ? `${where}: hashedForms: expected "salt" with ${form}, the name of the file that has it`
          : `${where}: hashedForms: expected no "salt" with ${form}, but with prefixed-, suffixed- or hmac-${form}`,
      )
    const problem = example && problemOfPair(parsed, example)
    if (problem !== undefined) throw new ConfigInvalid(`${where}: hashedForms.${at}: ${form}: example: ${problem}`)
  }
}

function checkTimestamps({ timestamps = [] }: Config, where: string): void {
  for (const [i, { name, certificate }] of timestamps.entries()) {
    if (timestamps.findIndex((each) => each.name === name) < i)
      throw new ConfigInvalid(`${where}: timestamps: expected every name once, got "${name}" twice`)
    try {
      parseCertificates(certificate)
    } catch (cause) {
      throw new ConfigInvalid(`${where}: timestamps: ${name}: ${(cause as Error).message}`, { cause })
    }
  }
}

/** One that stands behind another one that fits all that it would is about nothing. */
function checkExceptions({ exceptions = [] }: StoreConfig, where: string): void {
  for (const [at, { reason, suffix = '' }] of exceptions.entries()) {
    const before = exceptions.findIndex((each) => each.reason === reason && suffix.endsWith(each.suffix ?? ''))
    if (before < at)
      throw new ConfigInvalid(
        `${where}: exceptions.${at}: expected it before exceptions.${before}, or that one changed, since the first that fits counts`,
      )
  }
}

function checkStore(store: StoreConfig, homeCountry: string, where: string): void {
  const { country, channel, root, s3 } = store
  checkExceptions(store, where)
  if ((root === undefined) === (s3 === undefined))
    throw new ConfigInvalid(`${where}: expected either "root" (a directory) or "s3" (a bucket)`)
  const host = s3 && hostOf(s3)
  const inRegion = host === undefined ? countryOfRegion(s3?.region ?? '') : countryOfHost(host)
  if (country === homeCountry || inRegion === homeCountry)
    throw new HomeCountryRefused(
      `${where}: expected a country other than the home country ${homeCountry}, ` +
        'since a store at home may hold the only copy',
    )
  if (country !== undefined && inRegion !== undefined && country !== inRegion)
    throw new ConfigInvalid(
      `${where}: country: expected ${inRegion}, where ${host ?? `Region ${s3?.region}`} is, got ${country}`,
    )
  if (channel.kind !== 'none' && country === undefined)
    throw new ConfigInvalid(`${where}: expected a country, since it has a deletion channel`)
  if (s3 !== undefined && s3.region === undefined && host === undefined)
    throw new ConfigInvalid(`${where}: s3.region: expected the Region of the bucket, as in "ap-southeast-1"`)
  if (s3 !== undefined && host === undefined && isObjectLambda(s3))
    throw new ConfigInvalid(
      `${where}: s3: expected a bucket, got an access point of S3 Object Lambda, which answers with other bytes than are stored`,
    )
  if (s3?.restore !== undefined && secondsOf(s3.restore.wait) > s3.restore.days * 86_400)
    throw new ConfigInvalid(
      `${where}: s3.restore.wait: expected at most the ${s3.restore.days} days that a copy is kept, got ${s3.restore.wait}`,
    )
  if (channel.kind === 'delete-files' && root === undefined)
    throw new ConfigInvalid(`${where}: channel: expected "s3-delete-versions" for a bucket, got "delete-files"`)
  if (channel.kind === 's3-delete-versions' && s3 === undefined)
    throw new ConfigInvalid(`${where}: channel: expected "delete-files" for a directory, got "s3-delete-versions"`)
}

/** By the end that AWS keeps for its aliases, or by its host. What a function makes of an object says nothing of what is stored. */
function isObjectLambda({ bucket, endpoint = '' }: BucketStoreConfig['s3']): boolean {
  return bucket.endsWith('--ol-s3') || endpoint.toLowerCase().includes('s3-object-lambda')
}

/** Whether identifiers that differ in case alone are the same one, where the configuration does not say. */
export const caseRuleOf = ({ identifierCase = 'fold' }: Pick<Config, 'identifierCase'>) => identifierCase

/** The name that the transfer manifest goes by. */
export const manifestOf = ({ manifest = 'manifest' }: Pick<Config, 'manifest'>): string => manifest

/** Who handed the manifest over, and when, with milliseconds, as statements write all times. */
export function manifestFromOf({ manifestFrom }: Pick<Config, 'manifestFrom'>): {
  party?: string
  receivedAt?: string
} {
  if (manifestFrom === undefined) return {}
  const { party, receivedAt } = manifestFrom
  return { party, ...(receivedAt !== undefined && { receivedAt: new Date(receivedAt).toISOString() }) }
}

/** The forms that identifiers are looked for in. */
export function formsOf({ forms = ['default'] }: Pick<Config, 'forms'>): readonly string[] {
  const chosen = chooseForms(forms)
  return 'forms' in chosen ? chosen.forms : []
}

/** Names of the hashed forms that identifiers are looked for in. */
export function hashedFormsOf({ hashedForms = [] }: Pick<Config, 'hashedForms'>): string[] {
  return hashedForms.map(({ form }) => form)
}

/** Names of those of which nothing proves the salt to be the right one. */
export function unprovenFormsOf({ hashedForms = [] }: Pick<Config, 'hashedForms'>): string[] {
  return hashedForms.filter(({ salt, example }) => salt !== undefined && example === undefined).map(({ form }) => form)
}

/** Identifiers of examples, which no manifest may have, and where they are. */
export function nobodyOf({ hashedForms = [] }: Pick<Config, 'hashedForms'>): { text: string; where: string }[] {
  return hashedForms.flatMap(({ form, example }, at) =>
    example
      ? [{ text: example.identifier, where: `configuration: hashedForms.${at}: ${form}: example: identifier` }]
      : [],
  )
}

/** What is approved to stay unverified in a store; a day counts to its end. */
export function exceptionsOf({ exceptions = [] }: StoreConfig): Exception[] {
  return exceptions.map(({ reason, suffix, detail, plan, until, approvedBy }) => ({
    reason,
    ...(suffix !== undefined && { suffix }),
    detail,
    plan,
    until: `${until}T23:59:59.999Z`,
    approvedBy,
  }))
}

export function isDirectory(store: StoreConfig): store is DirectoryStoreConfig {
  return store.root !== undefined
}

export function isBucket(store: StoreConfig): store is BucketStoreConfig {
  return store.s3 !== undefined
}

/** Whether a channel is carried out by us. */
export function isBuiltIn(channel: Channel): channel is Extract<Channel, { owner: string }> {
  return 'owner' in channel
}

type Issue = z.core.$ZodIssue

/** What is wrong with a field, in words: the schema's own where it has any. */
function problemOf(issue: Issue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `expected no ${issue.keys.map((key) => `"${key}"`).join(', ')}, which is not known here`
    case 'invalid_type':
      return issue.message.startsWith('expected')
        ? issue.message
        : `expected ${/^[aeio]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`
    case 'invalid_value':
      return `expected ${issue.values.map((value) => `"${String(value)}"`).join(' or ')}`
    case 'invalid_union':
      return `expected one of the kinds that there are: ${channelKinds.map((kind) => `"${kind}"`).join(', ')}`
    case 'too_small':
      return issue.minimum === 1 && issue.origin === 'string'
        ? 'expected some text'
        : `expected at least ${issue.minimum}`
    case 'too_big':
      return `expected at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`
    case 'invalid_format':
      return issue.format === 'datetime' ? 'expected a time as in "2026-01-31T12:00:00Z"' : issue.message
    default:
      return issue.message
  }
}
