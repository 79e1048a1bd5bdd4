import * as z from 'zod/mini'
import { declaredFormatNames } from './decode/declared-format.ts'
import { unverifiedReasons } from './decode/unverified.ts'
import { hashedFormNames, mostHashedForms } from './subject-index/hashed-forms.ts'

/** `odv.json`: what is verified, where, and what was promised. Unknown keys are refused. What fields say together is looked at in config.ts. */

const text = z.string().check(z.minLength(1), z.maxLength(1000))
const country = z.string().check(z.regex(/^[A-Z]{2}$/, 'expected a two-letter country code (ISO 3166-1), as in "SG"'))
/** Whose a record is. */
const owner = z
  .string('expected the name of the field that says whose a record is, as in "user_id"')
  .check(z.minLength(1), z.maxLength(1000))
const name = z
  .string()
  .check(z.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected at most 32 lower-case letters, digits and hyphens'))
/** An execution on AWS lives for a year at most. */
const longestWait = 300 * 86_400
const duration = z.string().check(
  z.regex(/^[1-9][0-9]{0,4}[smhd]$/, { error: 'expected a number and s, m, h or d, as in "14d"', abort: true }),
  z.refine((given) => secondsOf(given) <= longestWait, 'expected at most 300 days'),
)

const obligation = z.strictObject({
  instrument: text,
  clause: z.optional(text),
  reference: z.optional(text),
  dueAt: z.optional(z.iso.datetime()),
})

/** Who runs the tool and who looks at what it says, as statements name them. */
const people = z.strictObject({ operator: text, reviewer: z.optional(text) })

/** How long the evidence is to be kept, from the day of each statement, and by which rule. */
const retention = z.strictObject({ years: z.int().check(z.minimum(1), z.maximum(100)), basis: text })

/** Who handed the manifest over, and when. */
const manifestFrom = z.strictObject({ party: text, receivedAt: z.optional(z.iso.datetime()) })

const channel = z.discriminatedUnion('kind', [
  /** Nobody is asked: findings make the store residual at once. */
  z.strictObject({ kind: z.literal('none') }),
  /** A person deletes and answers with `odv ack`. */
  z.strictObject({ kind: z.literal('manual'), deadline: duration }),
  /**
   * Built in: deletes files all of whose records belong, by their `owner` field, to transferred subjects. `rewrite`: one that has records of others as well is
   * written again without those of subjects; it is kept unless this says `true`.
   */
  z.strictObject({ kind: z.literal('delete-files'), owner, rewrite: z.optional(z.boolean()) }),
  /**
   * Built in: deletes object versions all of whose records belong, by their `owner` field, to transferred subjects.
   * `abortUploads`: an unfinished upload cannot be read; one whose key holds a transferred identifier is aborted only
   * where this says `true`. `rewrite`: as of files, of the current version of a key.
   */
  z.strictObject({
    kind: z.literal('s3-delete-versions'),
    owner,
    abortUploads: z.optional(z.boolean()),
    rewrite: z.optional(z.boolean()),
  }),
])

export const channelKinds = ['none', 'manual', 'delete-files', 's3-delete-versions'] as const

const secretName = z
  .string()
  .check(z.regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected at most 64 lower-case letters, digits and hyphens'))
const roleArn = z
  .string()
  .check(z.regex(/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]{1,512}$/, 'expected the ARN of an IAM role'))

const restoreTiers = ['bulk', 'standard', 'expedited'] as const

/**
 * Whether archived versions are restored so that they can be read. That costs money: one whose price, estimated at list
 * prices, takes the run above `maxUsd` is not begun.
 */
const restore = z.strictObject({
  tier: z.enum(restoreTiers),
  /** How long the copies are kept. */
  days: z._default(z.int().check(z.minimum(1), z.maximum(30)), 7),
  /** How long the run waits for them. What is not there by then is read all the same, and ends as `archived`. */
  wait: duration,
  maxUsd: z.number().check(z.minimum(0), z.maximum(1_000_000)),
})

/** A bucket of S3, or of a store that speaks its protocol and is reached by `endpoint`. */
const bucket = z.strictObject({
  bucket: z
    .string()
    .check(z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket, without s3:// in front')),
  /** Only keys that begin with this are the store. */
  prefix: z.optional(z.string().check(z.minLength(1), z.maxLength(1000))),
  region: z.optional(
    z.string().check(z.regex(/^[a-z]{2,}(-[a-z0-9]+)+$/, 'expected a Region, as in "ap-southeast-1"')),
  ),
  /** The account that owns the bucket: another owner's bucket of the same name is refused by S3 itself. */
  account: z.optional(z.string().check(z.regex(/^[0-9]{12}$/, 'expected an account of 12 digits'))),
  /** Roles to assume, one for reading and another one for deleting. Deployed, they follow from `account`. */
  readRole: z.optional(roleArn),
  deleteRole: z.optional(roleArn),
  externalId: z.optional(text),
  endpoint: z.optional(
    z
      .string()
      .check(
        z.regex(
          /^(https:\/\/[^/?#@\s]+|http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]+)?)\/?$/,
          'expected https://HOST[:PORT] (http only on this machine)',
        ),
      ),
  ),
  /** `false`: the bucket's name is a part of the host's. Behind an `endpoint` it is a part of the path otherwise. */
  pathStyle: z.optional(z.boolean()),
  /** Named profiles of the AWS configuration files, on one machine only: credentials of a store that is not AWS's. */
  readProfile: z.optional(text),
  deleteProfile: z.optional(text),
  /** Names of secrets of the deployment, on AWS only: credentials of a store that is not AWS's. */
  readSecret: z.optional(secretName),
  deleteSecret: z.optional(secretName),
  /** Whoever reads pays for the requests and the transfer. */
  requesterPays: z.optional(z.boolean()),
  /** Tags of every version are asked for, a request each, instead of believing what one answer says about the reader's rights. */
  allTags: z.optional(z.boolean()),
  restore: z.optional(restore),
})

/** What objects are whose keys end like this: compressions that nothing in their bytes tells. */
const declared = z.strictObject({
  suffix: z.string().check(z.minLength(1), z.maxLength(100)),
  format: z.enum(declaredFormatNames),
})

/**
 * Why what is unverified is known to be so, what will become of it, who approved that, and the last day (UTC) on which that holds. It changes no
 * verdict. The texts are in the evidence.
 */
const exception = z.strictObject({
  reason: z.enum(unverifiedReasons),
  suffix: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  detail: text,
  plan: text,
  until: z.iso.date('expected a day as in "2027-03-31"'),
  approvedBy: text,
})

const store = z.strictObject({
  id: name,
  /** A directory, or else `s3`: exactly one of the two. */
  root: z.optional(text),
  s3: z.optional(bucket),
  country: z.optional(country),
  custodian: z.optional(text),
  channel: z._default(channel, { kind: 'none' }),
  obligation: z.optional(obligation),
  /**
   * Whether an inventory without any object version is believed. An unmounted share looks just like an empty store, so
   * that somebody has to say it.
   */
  mayBeEmpty: z.optional(z.boolean()),
  /** Ranges of keys that a bucket is listed in at the same time: worth its requests from some millions of versions on. */
  segments: z.optional(z.int().check(z.minimum(1), z.maximum(32))),
  /** Batches of this store that are scanned at the same time; 200 on AWS, as many as there are cores on one machine. */
  concurrency: z.optional(z.int().check(z.minimum(1), z.maximum(1000))),
  /** The key of an object that every listing must show: a sign that the share is mounted and is this store's. */
  marker: z.optional(text),
  /** The first that fits counts. What is declared is read as nothing else. */
  declared: z.optional(z.array(declared).check(z.maxLength(100))),
  /**
   * Whether a picture of which all but what it shows was read may be clean. What is shown may name somebody, so that somebody has to say it.
   */
  picturesMayBeClean: z.optional(z.boolean()),
  /** The first that fits an unverified version is about it, also once it has expired. */
  exceptions: z.optional(z.array(exception).check(z.maxLength(100))),
})

const hashedForm = z.strictObject({
  form: z.enum(hashedFormNames as [string, ...string[]]),
  /** The file that has the salt or the key, byte for byte, where manifests are read from. It is never in the configuration itself. */
  salt: z.optional(text),
  /** An identifier that is nobody's, and the digest that copies hold of it: proof that the salt is the right one. */
  example: z.optional(z.strictObject({ identifier: text, digest: text })),
})

/** An authority that timestamps checkpoints (RFC 3161), and the certificates of which its own has to follow from one, in PEM. */
const timestamp = z.strictObject({
  name,
  url: z
    .string()
    .check(z.maxLength(1000), z.regex(/^https?:\/\/[^\s/?#@]+(\/[^\s#@]*)?$/, 'expected http:// or https://')),
  certificate: z
    .string('expected certificates in PEM, or in its place certificateFile, their file (on one machine)')
    .check(z.maxLength(50_000)),
})

export const configSchema = z.strictObject({
  organization: z._default(
    z.string().check(z.regex(/^[a-z0-9.-]+\.[a-z]{2,}$/, 'expected a domain name, as in "example.com"')),
    'odv.example',
  ),
  homeCountry: z._default(country, 'US'),
  manifest: z.optional(text),
  manifestFrom: z.optional(manifestFrom),
  /** Whether two e-mail addresses or handles that differ only in case name the same subject. */
  identifierCase: z.optional(z.enum(['fold', 'exact'])),
  /**
   * Forms that identifiers are looked for in, beside plain ones: names of forms, and the sets `default`, `all` and `none`;
   * `-NAME` leaves one out again.
   */
  forms: z.optional(z.array(text)),
  /** Hashed forms that identifiers are looked for in as well: what copies hold where they hold a digest instead. None by default. */
  hashedForms: z.optional(z.array(hashedForm).check(z.maxLength(mostHashedForms))),
  /** Scans of a store in one run: pass 0, and one after each deletion request. */
  passes: z._default(z.int().check(z.minimum(2), z.maximum(5)), 2),
  obligation: z.optional(obligation),
  people: z.optional(people),
  retention: z.optional(retention),
  timestamps: z.optional(z.array(timestamp).check(z.maxLength(8))),
  stores: z._default(z.array(store), []),
  /** Stores of the configuration that a run was begun without (`--store`): its statements admit it. */
  leftOut: z.optional(z.array(name)),
})

export type Config = z.infer<typeof configSchema>
export type StoreConfig = Config['stores'][number]
export type DirectoryStoreConfig = StoreConfig & { root: string }
export type BucketConfig = z.infer<typeof bucket>
export type RestoreConfig = z.infer<typeof restore>
export type BucketStoreConfig = StoreConfig & { s3: BucketConfig }
export type TimestampConfig = z.infer<typeof timestamp>
export type Channel = StoreConfig['channel']
export type Obligation = z.infer<typeof obligation>
export type People = z.infer<typeof people>
export type Retention = z.infer<typeof retention>

const unit = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/** Seconds in a duration of the configuration, as in `14d`. */
export function secondsOf(duration: string): number {
  return Number(duration.slice(0, -1)) * unit[duration.at(-1) as keyof typeof unit]
}
