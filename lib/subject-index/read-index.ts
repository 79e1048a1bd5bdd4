import { hash } from 'node:crypto'
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

export type IndexParts = { footer: IndexFooter; filter: Filter; entries: DigestTable; pending: DigestTable }

/**
 * Reads and checks everything but the digests, which are read and checked where they are needed. Memory: the filter, and
 * 40 bytes for each thousand digests or so.
 * @throws IndexInvalid
 */
export function readIndexParts(source: IndexSource, keys: CaseKeys): IndexParts {
  const trailerAt = source.size - trailerBytes
  if (trailerAt < headBytes) throw damaged('length')
  checkHead(source.read(0, headBytes))
  const trailer = source.read(trailerAt, source.size)
  const footerAt = trailerAt - new DataView(trailer.buffer, trailer.byteOffset).getUint32(0, true)
  if (footerAt < headBytes || trailerAt - footerAt > mostFooterBytes) throw damaged('length')
  const footer = parseFooter(source.read(footerAt, trailerAt), trailer, keys)
  const entriesAt = headBytes + filterBytesOf(footer.filter)
  const pendingAt = entriesAt + tableBytesOf(footer.entries)
  if (pendingAt + tableBytesOf(footer.pending) !== footerAt) throw damaged('length')
  if (footer.controls.length > footer.entries.digests) throw damaged('footer')
  return {
    footer,
    filter: readFilter(source.read(headBytes, entriesAt), footer.filter),
    entries: openTable(source, entriesAt, footer.entries, (what) => damaged(`entries: ${what}`)),
    pending: openTable(source, pendingAt, footer.pending, (what) => damaged(`pending: ${what}`)),
  }
}

/** A view of the filter's bytes. */
function readFilter(bytes: Uint8Array, header: IndexFooter['filter']): Filter {
  if (hash('sha256', bytes, 'hex') !== header.sha256) throw damaged('filter')
  const { shards, segmentBits, segments } = header
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const planeBytes = shards * shardBytesOf(header)
  return {
    first: bytes.subarray(shards * 4, shards * 4 + planeBytes),
    second: bytes.subarray(shards * 4 + planeBytes),
    seeds: Int32Array.from({ length: shards }, (_, shard) => view.getInt32(shard * 4, true)),
    segmentBits,
    segments,
  }
}

/** Refuses an index that is another manifest's. @throws IndexInvalid */
export function requireManifest({ manifestSha256 }: { manifestSha256: string }, expected: string): void {
  if (manifestSha256 !== expected)
    throw new IndexInvalid('subject index: manifest: expected the one that it was built from, got another')
}
