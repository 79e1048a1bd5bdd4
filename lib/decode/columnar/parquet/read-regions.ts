import { addGap, type Decoding, DecodingStopped } from '../../decoding.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import type { PlacedSource } from '../placed-source.ts'
import { type Workspace, withWorkspace } from '../workspace.ts'
import { readColumnChunk } from './column-chunk.ts'
import { bloomFilterHeader, columnIndex, type Fields, offsetIndex } from './known-fields.ts'
import type { Layout, Region, Span } from './layout.ts'
import { readMetadataCopy } from './metadata-copy.ts'
import { takeThrift } from './read-thrift.ts'
import { writeStruct } from './struct-content.ts'
import { countIn, required } from './thrift.ts'

/**
 * Reads the regions that begin in a span, and all that stands between them, from a source that begins where the span does.
 * A region that cannot be read is a gap of its own; the others are read. `path` is of the file.
 */
export function readRegions(
  source: PlacedSource,
  layout: Layout,
  span: Span,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  return withWorkspace(decoding.means, (workspace) => readRegionsWith(workspace, source, layout, span, path, decoding))
}

async function readRegionsWith(
  workspace: Workspace,
  source: PlacedSource,
  layout: Layout,
  span: Span,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  for (const [index, region] of layout.regions.entries()) {
    if (region.from < span.from || region.from >= span.to) {
      if (region.from >= layout.footerFrom && span.to === layout.footerFrom) tellGap(decoding, region, path, outside())
      continue
    }
    const isEmpty = region.to === region.from
    if (region.from < source.position() && !isEmpty) {
      tellGap(decoding, region, path, corrupt('parquet: expected parts of the file that do not overlap'))
      continue
    }
    if (!isEmpty) await source.leave(region.from, [...path, `slack-${index + 1}`])
    await readRegion(source, region, span, path, decoding, workspace)
    if (region.kind === 'pages' && region.to === source.position() && !isEmpty)
      await readMetadataCopy(source, region.chunk, nextFrom(layout, index, span), columnPath(path, region), decoding)
  }
  await source.leave(span.to, [
    ...path,
    `slack-${layout.regions.length + 1}${span.to === layout.footerFrom ? '' : `-${span.to}`}`,
  ])
}

/** Where the next region begins, or the span ends. */
function nextFrom({ regions }: Layout, index: number, span: Span): number {
  const from = regions[index]!.from
  const next = regions.slice(index + 1, index + 9).find((region) => region.from > from && region.to !== region.from)
  return Math.min(next?.from ?? span.to, span.to)
}

const outside = () => corrupt('parquet: expected columns and indexes before the footer')

/** Where the values of a column are in the paths of contents. */
const columnPath = (path: readonly string[], { group, column }: Pick<Region, 'group' | 'column'>) => [
  ...path,
  `row-group-${group + 1}`,
  `column-${column + 1}`,
]

function tellGap(decoding: Decoding, region: Region, path: readonly string[], fault: ColumnFault): void {
  addGap(decoding, {
    reason: fault.reason,
    path: columnPath(path, region),
    offset: 0,
    detail: fault.message,
  })
}

/** Reads one region at the source's position, and consumes it whatever comes of it. */
export async function readRegion(
  source: PlacedSource,
  region: Region,
  span: Span,
  path: readonly string[],
  decoding: Decoding,
  workspace: Workspace,
): Promise<void> {
  const place = columnPath(path, region)
  // A region without bytes may be said to be anywhere.
  const isEmpty = region.to === region.from
  const to = isEmpty ? source.position() : (region.to ?? span.to)
  try {
    if (to > span.to) throw outside()
    if (region.kind !== 'pages') await readIndex(source, region, span.to, [...place, region.kind], decoding)
    else if (region.chunk.problem !== undefined) throw problems[region.chunk.problem]()
    else await readColumnChunk(source, to, region.chunk, place, decoding, workspace)
  } catch (error) {
    // What is left in the buffer belongs to this region alone.
    workspace.out.at = 0
    if (!(error instanceof ColumnFault)) {
      if (!(error instanceof DecodingStopped) || decoding.exhausted || error.gap.reason === 'truncated') throw error
      addGap(decoding, error.gap)
    } else tellGap(decoding, region, path, error)
  }
  if (region.to !== undefined && !isEmpty && region.to <= span.to) await source.pass(region.to)
}

const problems = {
  encrypted: () => new ColumnFault('encrypted', 'parquet: expected a column in clear'),
  elsewhere: () => new ColumnFault('unsupported-format', 'parquet: expected a column in the same file'),
  codec: () => new ColumnFault('unsupported-format', 'parquet: expected a known codec'),
} as const

/** Indexes are never used; the smallest and largest values in them are content. */
async function readIndex(
  source: PlacedSource,
  region: Region,
  end: number,
  path: readonly string[],
  decoding: Decoding,
): Promise<void> {
  const { kind, chunk } = region
  if (chunk.problem === 'encrypted') throw problems.encrypted()
  const to = region.to ?? end
  const fields: Record<string, Fields> = {
    'column-index': columnIndex,
    'offset-index': offsetIndex,
    'bloom-filter': bloomFilterHeader,
  }
  const struct = await takeThrift(source, to)
  await writeStruct(struct, fields[kind]!, chunk.leaf, path, decoding)
  if (kind === 'bloom-filter') {
    const length = required(countIn(struct, 1), 'the size of a Bloom filter')
    if (length > to - source.position()) throw corrupt('parquet: expected a Bloom filter within its part of the file')
    await source.pass(source.position() + length)
  }
  if (region.to !== undefined) await source.leave(to, [...path, 'slack'])
}
