import { hash } from 'node:crypto'
import * as z from 'zod/mini'
import { IndexInvalid } from '../errors.ts'
import { type CaseRule, maxIdentifierLength } from '../manifest/identifier.ts'
import type { Lines } from '../manifest/lines.ts'
import { manifestFormats } from '../manifest/manifest-format.ts'
import type { ManifestReport } from '../manifest/read-manifest.ts'
import { type FilterGeometry, shardBytesOf } from './build-filter.ts'
import type { CaseKeys } from './case-keys.ts'
import { type DigestTableHeader, mostShardBits } from './digest-table.ts'
import { hashedFormNames, mostHashedForms } from './hashed-forms.ts'
import { createKeyedDigest, digestBytes } from './keyed-digest.ts'

/**
 * The subject index as bytes (numbers little-endian unless said), written in one go from the beginning to the end:
 *
 *     64 bytes    `odv-subject-index 4`, a newline, spaces
 *     filter      of each shard its seed, 4 bytes, its part of the first plane, its part of the second (see `Filter`)
 *     entries     a table of digests (see `DigestTableHeader`): subjects and controls
 *     pending     a table of digests
 *     hashed      only where identifiers are looked for in hashed forms: a filter, and a table of digests, as above
 *     footer      JSON: `IndexFooter`
 *     4 bytes     length of the footer
 *     32 bytes    SHA-256 of the footer: tells damage
 *     16 bytes    keyed digest of that: tells another case key, or a forgery
 *
 * The footer has the digests of everything before it, so each part can be checked when it is read. An entry's place in
 * its table is its ordinal; the footer names the controls' ordinals. Pending are the identifiers of the manifest whose transfer
 * is not confirmed: they are no entries, nothing is looked for or deleted for them. They are there so that no name that
 * holds one is shown.
 *
 * What hashed forms are of: the digests (SHA-256 and others) of identifiers in those forms. In the filter is a digest as it is; in the
 * table a row is 12 bytes of keyed digest of that, and the ordinal of its entry, 4 bytes, big-endian. Before it is digested or hashed
 * stands the code of its form, which is the form's number among those of the footer and 16.
 *
 * An index that adds to another names that one's footer, has its seed, and has no subject that the other one has, or one that
 * the other one adds to.
 */
export type IndexFooter = {
  /** How the manifest was read. */
  report: ManifestReport
  /** What was compiled of it. */
  summary: IndexSummary
  keyCommitment: string
  caseRule: CaseRule
  /** What `hashInto` begins with. */
  seed: [number, number]
  filter: FilterGeometry & { sha256: string }
  entries: DigestTableHeader
  /** `lengths` of canonical spellings, ascending, controls included. */
  shapes: { shape: Shape; lengths: number[] }[]
  /** See `createHighBytes`; controls included. */
  highBytes: number[]
  /** Synthetic identifiers, in clear: no subject has one of them. */
  controls: { shape: Shape; text: string; ordinal: number }[]
  pending: DigestTableHeader & { shapes: { shape: Shape; lengths: number[] }[] }
  /**
   * Hashed forms in the order of their codes, each with the bytes of a digest, those that are planted (hex) in the order of
   * `controls`, and of a salt what tells it from another one (`saltDigestOf`).
   */
  hashed?:
    | {
        forms: { name: string; bytes: number; salt?: string | undefined; controls: string[] }[]
        filter: FilterGeometry & { sha256: string }
        entries: DigestTableHeader
      }
    | undefined
  /** SHA-256 (hex) of the footer of the index that this one adds to. */
  base?: string | undefined
}

/**
 * What was compiled. `subjects` are distinct, without controls. `duplicates`: rows whose identifier an earlier row has, or an
 * index that this one adds to.
 * `short`: rows with identifiers of less than 6 characters, which occur in any text by chance.
 */
export type IndexSummary = {
  subjects: number
  duplicates: Lines
  short: Lines
  shapes: { shape: Shape; subjects: number; minLength: number; maxLength: number }[]
  controls: number
  /** Names of the hashed forms that identifiers are looked for in, and their digests, those of controls included. */
  hashed?: { forms: string[]; digests: number } | undefined
}

type Shape = z.infer<typeof shape>

const formatName = 'odv-subject-index'
const formatVersion = 4
export const headBytes = 64
export const trailerBytes = 4 + 32 + digestBytes
/** More than any footer can be: it holds at most 20 controls, 5 × 252 lengths, twice, 256 bytes, 80 lines, and 16 × 20 digests. */
export const mostFooterBytes = 1 << 17

/** What the trailer's keyed digest is over, apart from the hash; no shape has this code. */
const sealCode = 0xff

const hashedName = z.enum(hashedFormNames as [string, ...string[]])
const count = z.int().check(z.minimum(0), z.maximum(2 ** 31 - 1))
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/))
const shape = z.enum(['decimal', 'uuid', 'email', 'handle', 'dotted'])
const half = z.int().check(z.minimum(-(2 ** 31)), z.maximum(2 ** 31 - 1))
const shapes = z.array(
  z.strictObject({ shape, lengths: z.array(z.int().check(z.minimum(3), z.maximum(maxIdentifierLength))) }),
)
const table = {
  digests: count,
  shardBits: z.int().check(z.minimum(0), z.maximum(mostShardBits)),
  directorySha256: sha256,
}
const from1 = z.int().check(z.minimum(1), z.maximum(0xffff))
const rows = z.int().check(z.minimum(0))
const noted = z.strictObject({ count: rows, first: z.array(rows) })
const report = z.strictObject({
  sha256,
  bytes: rows,
  format: z.enum(manifestFormats),
  rows,
  confirmed: rows,
  empty: noted,
  notYetTransferred: noted,
  transferColumn: z.boolean(),
  unused: z.exactOptional(rows),
  padded: z.exactOptional(noted),
})
const summary = z.strictObject({
  subjects: count,
  duplicates: noted,
  short: noted,
  shapes: z.array(z.strictObject({ shape, subjects: count, minLength: count, maxLength: count })),
  controls: count,
  hashed: z.optional(z.strictObject({ forms: z.array(hashedName), digests: count })),
})
const filter = z.strictObject({
  shards: from1,
  segmentBits: z.int().check(z.minimum(2), z.maximum(16)),
  segments: from1,
  sha256,
})
const hashed = z.strictObject({
  forms: z
    .array(
      z.strictObject({
        name: hashedName,
        bytes: z.int().check(z.minimum(16), z.maximum(64)),
        salt: z.optional(z.string().check(z.regex(/^[0-9a-f]{32}$/))),
        controls: z.array(z.string().check(z.regex(/^(?:[0-9a-f]{2}){16,64}$/))),
      }),
    )
    .check(z.minLength(1), z.maxLength(mostHashedForms)),
  filter,
  entries: z.strictObject(table),
})
const footerSchema = z.strictObject({
  report,
  summary,
  keyCommitment: sha256,
  caseRule: z.enum(['fold', 'exact']),
  seed: z.tuple([half, half]),
  filter,
  entries: z.strictObject(table),
  shapes,
  highBytes: z.array(z.int().check(z.minimum(0), z.maximum(255))),
  controls: z.array(z.strictObject({ shape, text: z.string(), ordinal: count })),
  pending: z.strictObject({ ...table, shapes }),
  hashed: z.optional(hashed),
  base: z.optional(sha256),
})

export function formatHead(version: number = formatVersion): Uint8Array {
  return Buffer.from(`${formatName} ${version}\n`.padEnd(headBytes))
}

/** @throws IndexInvalid */
export function checkHead(head: Uint8Array): void {
  if (Buffer.from(formatHead()).equals(head)) return
  const version = /^odv-subject-index ([0-9]+)\n/.exec(Buffer.from(head).toString('latin1'))?.[1]
  if (version === undefined || version === String(formatVersion)) throw damaged('head')
  throw new IndexInvalid(`subject index: version: expected ${formatVersion}, got another; build it again`)
}

/** The footer and the trailer behind it. */
export function formatFooter(footer: IndexFooter, keys: CaseKeys): Uint8Array {
  const json = Buffer.from(JSON.stringify(footer))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  const sum = hash('sha256', json, 'buffer')
  return Buffer.concat([json, length, sum, sealOf(sum, keys)])
}

/** @throws IndexInvalid when it is damaged, or not made with these keys */
export function parseFooter(json: Uint8Array, trailer: Uint8Array, keys: CaseKeys): IndexFooter {
  const sum = hash('sha256', json, 'buffer')
  if (!sum.equals(trailer.subarray(4, 36))) throw damaged('checksum')
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json))
  } catch {
    throw damaged('footer')
  }
  const parsed = footerSchema.safeParse(value)
  if (!parsed.success) throw damaged('footer')
  if (parsed.data.keyCommitment !== keys.commitment)
    throw new IndexInvalid('subject index: case key: expected the one it was built with, got another')
  if (!sealOf(sum, keys).equals(trailer.subarray(36)))
    throw new IndexInvalid('subject index: seal: expected one made with the case key, got another')
  return parsed.data
}

export function filterBytesOf(geometry: FilterGeometry): number {
  return geometry.shards * (4 + 2 * shardBytesOf(geometry))
}

export function damaged(what: string): IndexInvalid {
  return new IndexInvalid(`subject index: ${what}: expected an undamaged index; build it again from the manifest`)
}

function sealOf(sum: Uint8Array, keys: CaseKeys): Buffer {
  const keyed = createKeyedDigest(keys.tagKey)
  keyed.compute(sealCode, sum, 0, sum.length)
  const seal = Buffer.alloc(digestBytes)
  keyed.digest.forEach((word, at) => {
    seal.writeUInt32BE(word, at * 4)
  })
  return seal
}
