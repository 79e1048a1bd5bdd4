import { hash } from 'node:crypto'
import * as z from 'zod/mini'
import { IndexInvalid } from '../errors.ts'
import { type CaseRule, maxIdentifierLength } from '../manifest/identifier.ts'
import { type FilterGeometry, shardBytesOf } from './build-filter.ts'
import type { CaseKeys } from './case-keys.ts'
import type { Filter } from './filter.ts'
import { createKeyedDigest, digestBytes } from './keyed-digest.ts'

/**
 * The subject index as bytes (numbers little-endian unless said):
 *
 *     4 bytes     length of the header, such that the filter begins at a multiple of 64
 *     header      JSON, padded with spaces
 *     seeds       of the filter's shards, 4 bytes each
 *     filter      its first plane, its second plane
 *     digests     16 bytes an entry, ascending; an entry's place is its ordinal
 *     pending     16 bytes an identifier, ascending
 *     32 bytes    SHA-256 of everything before: tells damage
 *     16 bytes    keyed digest of that: tells another case key, or a forgery
 *
 * Entries are subjects and controls; the header names the controls' ordinals. Pending are the identifiers of the manifest
 * whose transfer is not confirmed: they are no entries, nothing is looked for or deleted for them. They are there so that
 * no name that holds one is shown.
 */
export type IndexHeader = {
  format: typeof formatName
  version: typeof formatVersion
  manifestSha256: string
  keyCommitment: string
  caseRule: CaseRule
  subjects: number
  seed: [number, number]
  filter: FilterGeometry
  /** `lengths` of canonical spellings, ascending, controls included. */
  shapes: { shape: Shape; lengths: number[] }[]
  /** Synthetic identifiers, in clear: no subject has one of them. */
  controls: { shape: Shape; text: string; ordinal: number }[]
  pending: { identifiers: number; shapes: { shape: Shape; lengths: number[] }[] }
}

type Shape = z.infer<typeof shape>

export const formatName = 'odv-subject-index'
export const formatVersion = 3
const trailerBytes = 32 + digestBytes
const alignment = 64

/** What the trailer's keyed digest is over, apart from the hash; no shape has this code. */
const sealCode = 0xff

const count = z.int().check(z.minimum(0))
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/))
const shape = z.enum(['decimal', 'uuid', 'email', 'handle', 'dotted'])
const half = z.int().check(z.minimum(-(2 ** 31)), z.maximum(2 ** 31 - 1))
const shapes = z.array(
  z.strictObject({ shape, lengths: z.array(z.int().check(z.minimum(3), z.maximum(maxIdentifierLength))) }),
)
const headerSchema = z.strictObject({
  format: z.literal(formatName),
  version: z.literal(formatVersion),
  manifestSha256: sha256,
  keyCommitment: sha256,
  caseRule: z.enum(['fold', 'exact']),
  subjects: count,
  seed: z.tuple([half, half]),
  filter: z.strictObject({
    shards: z.int().check(z.minimum(1), z.maximum(0xffff)),
    segmentBits: z.int().check(z.minimum(2), z.maximum(16)),
    segments: z.int().check(z.minimum(1), z.maximum(0xffff)),
  }),
  shapes,
  controls: z.array(z.strictObject({ shape, text: z.string(), ordinal: count })),
  pending: z.strictObject({ identifiers: count, shapes }),
})

/** Lays the file out and hands out its parts for filling; `seal` writes the trailer. */
export function layOutIndex(header: IndexHeader): {
  bytes: Uint8Array
  filter: Filter
  digests: DataView
  pending: DataView
  seal(keys: CaseKeys): void
} {
  const json = new TextEncoder().encode(JSON.stringify(header))
  const filterAt = Math.ceil((4 + json.length) / alignment) * alignment
  const digestsAt = filterAt + filterBytesOf(header.filter)
  const pendingAt = digestsAt + entriesOf(header) * digestBytes
  const trailerAt = pendingAt + header.pending.identifiers * digestBytes
  const bytes = new Uint8Array(trailerAt + trailerBytes)
  bytes.fill(0x20, 4, filterAt)
  bytes.set(json, 4)
  new DataView(bytes.buffer).setUint32(0, filterAt - 4, true)
  return {
    bytes,
    filter: filterIn(bytes, filterAt, header.filter),
    digests: new DataView(bytes.buffer, digestsAt, pendingAt - digestsAt),
    pending: new DataView(bytes.buffer, pendingAt, trailerAt - pendingAt),
    seal(keys) {
      const sum = hash('sha256', bytes.subarray(0, trailerAt), 'buffer')
      bytes.set(sum, trailerAt)
      bytes.set(sealOf(sum, keys), trailerAt + 32)
    },
  }
}

export type IndexParts = { header: IndexHeader; filter: Filter; digests: DataView; pending: DataView }

/**
 * Checks an index and returns views of its parts; nothing is copied unless the bytes are not aligned in memory.
 * @throws IndexInvalid
 */
export function readIndexParts(bytes: Uint8Array, keys: CaseKeys): IndexParts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const filterAt = 4 + (bytes.length < 4 ? 0 : view.getUint32(0, true))
  const trailerAt = bytes.length - trailerBytes
  if (filterAt > trailerAt) throw damaged('length')
  const header = parseHeader(bytes.slice(4, filterAt))
  const digestsAt = filterAt + filterBytesOf(header.filter)
  const pendingAt = digestsAt + entriesOf(header) * digestBytes
  if (pendingAt + header.pending.identifiers * digestBytes !== trailerAt) throw damaged('length')
  const sum = hash('sha256', bytes.subarray(0, trailerAt), 'buffer')
  if (!sum.equals(bytes.subarray(trailerAt, trailerAt + 32))) throw damaged('checksum')
  if (header.keyCommitment !== keys.commitment)
    throw new IndexInvalid('subject index: case key: expected the one it was built with, got another')
  if (!Buffer.from(sealOf(sum, keys)).equals(bytes.subarray(trailerAt + 32)))
    throw new IndexInvalid('subject index: seal: expected one made with the case key, got another')
  const aligned = (bytes.byteOffset + filterAt) % 4 === 0 ? bytes : bytes.slice()
  return {
    header,
    filter: filterIn(aligned, filterAt, header.filter),
    digests: new DataView(aligned.buffer, aligned.byteOffset + digestsAt, pendingAt - digestsAt),
    pending: new DataView(aligned.buffer, aligned.byteOffset + pendingAt, trailerAt - pendingAt),
  }
}

export function entriesOf(header: Pick<IndexHeader, 'subjects' | 'controls'>): number {
  return header.subjects + header.controls.length
}

function parseHeader(bytes: Uint8Array): IndexHeader {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw damaged('header')
  }
  const named = z.object({ format: z.literal(formatName), version: z.unknown() }).safeParse(value)
  if (!named.success) throw damaged('header')
  if (named.data.version !== formatVersion)
    throw new IndexInvalid(`subject index: version: expected ${formatVersion}, got another; build it again`)
  const parsed = headerSchema.safeParse(value)
  if (!parsed.success) throw damaged('header')
  return parsed.data
}

function filterBytesOf(geometry: FilterGeometry): number {
  return geometry.shards * (4 + 2 * shardBytesOf(geometry))
}

/** A view of the filter's bytes. */
function filterIn(bytes: Uint8Array, from: number, geometry: FilterGeometry): Filter {
  const { shards, segmentBits, segments } = geometry
  const planeBytes = shards * shardBytesOf(geometry)
  const planesAt = from + shards * 4
  return {
    first: bytes.subarray(planesAt, planesAt + planeBytes),
    second: bytes.subarray(planesAt + planeBytes, planesAt + 2 * planeBytes),
    seeds: new Int32Array(bytes.buffer, bytes.byteOffset + from, shards),
    segmentBits,
    segments,
  }
}

function sealOf(sum: Uint8Array, keys: CaseKeys): Uint8Array {
  const keyed = createKeyedDigest(keys.tagKey)
  keyed.compute(sealCode, sum, 0, sum.length)
  const seal = new Uint8Array(digestBytes)
  const view = new DataView(seal.buffer)
  keyed.digest.forEach((word, i) => {
    view.setUint32(i * 4, word)
  })
  return seal
}

function damaged(what: string): IndexInvalid {
  return new IndexInvalid(`subject index: ${what}: expected an undamaged index; build it again from the manifest`)
}
