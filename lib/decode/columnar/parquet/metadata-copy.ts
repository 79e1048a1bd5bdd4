import type { Decoding } from '../../decoding.ts'
import { ColumnFault } from '../column-fault.ts'
import type { PlacedSource } from '../placed-source.ts'
import { copiedChunk, copiedMetaData, type Fields } from './known-fields.ts'
import type { Chunk } from './metadata.ts'
import { writeStruct } from './struct-content.ts'
import { readThrift, ThriftCut, type ThriftStruct } from './thrift.ts'

/** So much of what stands behind the pages of a column is looked at. */
const mostBytes = 65_536

/**
 * Some writers leave a copy of a column's metadata behind its pages, before `to`, alone (Polars) or in a `ColumnChunk` as the footer has it
 * (ClickHouse): its texts are a content, and what is there but no such copy stays in the source.
 */
export async function readMetadataCopy(
  source: PlacedSource,
  chunk: Chunk,
  to: number,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  const length = Math.min(to - source.position(), mostBytes)
  if (length <= 0) return
  const found = copyIn((await source.peek(length)).subarray(0, length), chunk)
  if (found === undefined) return
  await writeStruct(found.struct, found.fields, chunk.leaf, [...path, 'metadata'], decoding)
  source.skip(found.end)
}

/** A copy says the same as the footer: the number of values and the size of the pages. */
function copyIn(bytes: Uint8Array, chunk: Chunk): { struct: ThriftStruct; end: number; fields: Fields } | undefined {
  try {
    const found = readThrift(bytes, 0)
    if (isCopy(found.struct, chunk)) return { ...found, fields: copiedMetaData }
    const inner = found.struct.get(metaData)
    return inner instanceof Map && isCopy(inner, chunk) ? { ...found, fields: copiedChunk } : undefined
  } catch (error) {
    if (error instanceof ColumnFault || error instanceof ThriftCut) return undefined
    throw error
  }
}

/** Of `ColumnChunk`. */
const metaData = 3

const isCopy = (struct: ThriftStruct, { values, range }: Chunk): boolean =>
  struct.get(5) === values && struct.get(7) === (range?.to ?? 0) - (range?.from ?? 0)
