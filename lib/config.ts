import * as z from 'zod/mini'
import { ConfigInvalid, HomeCountryRefused } from './errors.ts'

/** `odv.json`: what is verified, where, and what was promised. Unknown keys are refused. */

const text = z.string().check(z.minLength(1), z.maxLength(1000))
const country = z.string().check(z.regex(/^[A-Z]{2}$/, 'expected a two-letter country code (ISO 3166-1), as in "SG"'))
const name = z
  .string()
  .check(z.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected at most 32 lower-case letters, digits and hyphens'))
/** An execution on AWS lives for a year at most. */
const longestWait = 300 * 86_400
const duration = z.string().check(
  z.regex(/^[1-9][0-9]{0,4}[smhd]$/, 'expected a number and s, m, h or d, as in "14d"'),
  z.refine((given) => secondsOf(given) <= longestWait, 'expected at most 300 days'),
)

const obligation = z.strictObject({
  instrument: text,
  clause: z.optional(text),
  reference: z.optional(text),
  dueAt: z.optional(z.iso.datetime()),
})

const channel = z.discriminatedUnion('kind', [
  /** Nobody is asked: findings make the store residual at once. */
  z.strictObject({ kind: z.literal('none') }),
  /** A person deletes and answers with `odv ack`. */
  z.strictObject({ kind: z.literal('manual'), deadline: duration }),
  /** Built in: deletes files all of whose records belong, by their `owner` field, to transferred subjects. */
  z.strictObject({ kind: z.literal('delete-files'), owner: text }),
])

const store = z.strictObject({
  id: name,
  root: text,
  country: z.optional(country),
  custodian: z.optional(text),
  channel: z._default(channel, { kind: 'none' }),
  obligation: z.optional(obligation),
  /**
   * Whether an inventory without any object version is believed. An unmounted share looks just like an empty store, so
   * that somebody has to say it.
   */
  mayBeEmpty: z.optional(z.boolean()),
  /** The key of an object that every listing must show: a sign that the share is mounted and is this store's. */
  marker: z.optional(text),
})

const schema = z.strictObject({
  organization: z._default(
    z.string().check(z.regex(/^[a-z0-9.-]+\.[a-z]{2,}$/, 'expected a domain name, as in "example.com"')),
    'odv.example',
  ),
  homeCountry: z._default(country, 'US'),
  manifest: z.optional(text),
  /** Whether two e-mail addresses or handles that differ only in case name the same subject. */
  identifierCase: z.optional(z.enum(['fold', 'exact'])),
  /** Scans of a store in one run: pass 0, and one after each deletion request. */
  passes: z._default(z.int().check(z.minimum(2), z.maximum(5)), 2),
  obligation: z.optional(obligation),
  stores: z._default(z.array(store), []),
})

export type Config = z.infer<typeof schema>
export type StoreConfig = Config['stores'][number]
export type Channel = StoreConfig['channel']
export type Obligation = z.infer<typeof obligation>

/**
 * Checks a parsed configuration file and fills in its defaults. All problems are reported at once.
 * @throws ConfigInvalid @throws HomeCountryRefused for a store in the home country: it may hold the only copy.
 */
export function parseConfig(value: unknown, where = 'configuration'): Config {
  const parsed = schema.safeParse(value)
  if (!parsed.success)
    throw new ConfigInvalid(
      parsed.error.issues
        .map((issue) => `${where}: ${issue.path.join('.') || 'top level'}: ${problemOf(issue)}`)
        .join('\n'),
    )
  const config = parsed.data
  const seen = new Set<string>()
  for (const { id, country, channel } of config.stores) {
    if (seen.has(id)) throw new ConfigInvalid(`${where}: stores: expected every id once, got "${id}" twice`)
    seen.add(id)
    if (country === config.homeCountry)
      throw new HomeCountryRefused(
        `${where}: store ${id}: expected a country other than the home country ${config.homeCountry}, ` +
          'since a store at home may hold the only copy',
      )
    if (channel.kind !== 'none' && country === undefined)
      throw new ConfigInvalid(`${where}: store ${id}: expected a country, since it has a deletion channel`)
  }
  return config
}

type Issue = z.core.$ZodIssue

/** What is wrong with a field, in words: the schema's own where it has any. */
function problemOf(issue: Issue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `expected no ${issue.keys.map((key) => `"${key}"`).join(', ')}, which is not known here`
    case 'invalid_type':
      return `expected ${/^[aeio]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`
    case 'invalid_value':
      return `expected ${issue.values.map((value) => `"${String(value)}"`).join(' or ')}`
    case 'invalid_union':
      return 'expected one of the kinds that there are: "none", "manual", "delete-files"'
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

const unit = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/** Seconds in a duration of the configuration, as in `14d`. */
export function secondsOf(duration: string): number {
  return Number(duration.slice(0, -1)) * unit[duration.at(-1) as keyof typeof unit]
}
