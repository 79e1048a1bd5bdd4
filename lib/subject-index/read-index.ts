import { createHash } from 'node:crypto'
import { IndexInvalid } from '../errors.ts'
import { shardBytesOf } from './build-filter.ts'
import type { CaseKeys } from './case-keys.ts'
import { type DigestTable, openTable, tableBytesOf } from './digest-table.ts'
import type { Filter } from './filter.ts'
import {
  checkHead,
  damaged,
  filterBytesOf,
  headBytes,
  type IndexFooter,
  mostFooterBytes,
  parseFooter,
  trailerBytes,
} from './index-format.ts'
import type { IndexSource } from './index-source.ts'

/** Memory for a plane of the filter. */
export type Allocate = (bytes: number) => Uint8Array

/** `sha256` (hex) is of the footer, which has the digests of everything else. */
export type IndexParts = {
  sha256: string
  footer: IndexFooter
  filter: Filter
  entries: DigestTable
  pending: DigestTable
  hashed: { filter: Filter; entries: DigestTable } | undefined
}

/**
 * Reads and checks everything but the digests, which are read and checked where they are needed. Memory: the filter, and
 * 40 bytes for each thousand digests or so.
 * @throws IndexInvalid
 */
export function readIndexParts(
  source: IndexSource,
  keys: CaseKeys,
  allocate: Allocate = (bytes) => new Uint8Array(bytes),
): IndexParts {
  const tables = readTables(source, keys)
  const { footer, hashed } = tables
  return {
    ...tables,
    filter: readFilter(source, headBytes, footer.filter, allocate),
    hashed: hashed && { ...hashed, filter: readFilter(source, hashed.at, footer.hashed!.filter, allocate) },
  }
}

/** The same without the filter, of a whole index, for whoever looks few things up. @throws IndexInvalid */
export function readIndexTables(source: IndexSource, keys: CaseKeys): Tables {
  const tables = readTables(source, keys)
  if (tables.footer.base !== undefined)
    throw new IndexInvalid('subject index: base: expected a whole index, got one that adds to another')
  return tables
}

type Tables = Omit<IndexParts, 'filter' | 'hashed'> & { hashed: { at: number; entries: DigestTable } | undefined }

function readTables(source: IndexSource, keys: CaseKeys): Tables {
  const trailerAt = source.size - trailerBytes
  if (trailerAt < headBytes) throw damaged('length')
  checkHead(source.read(0, headBytes))
  const trailer = source.read(trailerAt, source.size)
  const footerAt = trailerAt - new DataView(trailer.buffer, trailer.byteOffset).getUint32(0, true)
  if (footerAt < headBytes || trailerAt - footerAt > mostFooterBytes) throw damaged('length')
  const footer = parseFooter(source.read(footerAt, trailerAt), trailer, keys)
  const entriesAt = headBytes + filterBytesOf(footer.filter)
  const pendingAt = entriesAt + tableBytesOf(footer.entries)
  const hashedAt = pendingAt + tableBytesOf(footer.pending)
  const hashesAt = hashedAt + (footer.hashed === undefined ? 0 : filterBytesOf(footer.hashed.filter))
  if (hashesAt + (footer.hashed === undefined ? 0 : tableBytesOf(footer.hashed.entries)) !== footerAt)
    throw damaged('length')
  if (footer.controls.length > footer.entries.digests) throw damaged('footer')
  return {
    sha256: Buffer.from(trailer.subarray(4, 36)).toString('hex'),
    footer,
    entries: openTable(source, entriesAt, footer.entries, (what) => damaged(`entries: ${what}`)),
    pending: openTable(source, pendingAt, footer.pending, (what) => damaged(`pending: ${what}`)),
    hashed: footer.hashed && {
      at: hashedAt,
      entries: openTable(source, hashesAt, footer.hashed.entries, (what) => damaged(`hashed: ${what}`)),
    },
  }
}

function readFilter(source: IndexSource, at: number, geometry: IndexFooter['filter'], allocate: Allocate): Filter {
  const { shards, segmentBits, segments } = geometry
  const shardBytes = shardBytesOf(geometry)
  const filter: Filter = {
    first: allocate(shards * shardBytes),
    second: allocate(shards * shardBytes),
    seeds: new Int32Array(shards),
    segmentBits,
    segments,
  }
  const sum = createHash('sha256')
  for (let shard = 0; shard < shards; shard++) {
    const from = at + shard * (4 + 2 * shardBytes)
    const bytes = source.read(from, from + 4 + 2 * shardBytes)
    sum.update(bytes)
    filter.seeds[shard] = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)
    filter.first.set(bytes.subarray(4, 4 + shardBytes), shard * shardBytes)
    filter.second.set(bytes.subarray(4 + shardBytes), shard * shardBytes)
  }
  if (sum.digest('hex') !== geometry.sha256) throw damaged('filter')
  return filter
}

/** Refuses an index that is another manifest's. @throws IndexInvalid */
export function requireManifest({ manifestSha256 }: { manifestSha256: string }, expected: string): void {
  if (manifestSha256 !== expected)
    throw new IndexInvalid('subject index: manifest: expected the one that it was built from, got another')
}
