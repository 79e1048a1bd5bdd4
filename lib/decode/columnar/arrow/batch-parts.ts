import { corrupt } from '../column-fault.ts'
import type { Batch, Extent, Node } from './message.ts'
import type { Column } from './schema.ts'

/**
 * What a batch has of one column, or of one that is in another. `number`: from 1 on, columns in others right behind these. `buffers`: in the
 * order in which they stand in the body. `isIndices`: they are of entries of a dictionary. `validity`: buffers that say first what is there, one or none.
 */
export type Part = {
  readonly column: Column
  readonly number: number
  readonly node: Node
  readonly buffers: readonly Extent[]
  readonly isIndices: boolean
  readonly validity: 0 | 1
  readonly parent: Part | undefined
}

/** Takes apart what a batch says of its columns, which are those of the schema or the entries of a dictionary. @throws ColumnFault */
export function partsOf(columns: readonly Column[], batch: Batch, isOfDictionary = false): Part[] {
  const { nodes, buffers, views } = batch
  const parts: Part[] = []
  let bufferAt = 0
  let viewAt = 0

  function take(count: number): readonly Extent[] {
    bufferAt += count
    if (bufferAt > buffers.length) throw corrupt('arrow: expected a buffer for each part of a column')
    return buffers.slice(bufferAt - count, bufferAt)
  }

  function nextViews(): number {
    const count = views[viewAt++]
    if (count === undefined || count < 0) throw corrupt('arrow: expected the number of buffers of views')
    return count
  }

  function add(column: Column, parent: Part | undefined): void {
    const node = nodes[parts.length]
    if (node === undefined) throw corrupt('arrow: expected a length for each column')
    const isIndices = column.dictionary !== undefined && !(isOfDictionary && parent === undefined)
    const validity = isIndices ? 1 : validityOf(column, batch)
    const others = isIndices ? 1 : buffersOf(column, nextViews)
    const number = parts.length + 1
    const part: Part = { column, number, node, buffers: take(validity + others), isIndices, validity, parent }
    parts.push(part)
    if (!isIndices) for (const child of column.children) add(child, part)
  }

  for (const column of columns) add(column, undefined)
  if (nodes.length !== parts.length || buffers.length !== bufferAt || views.length !== viewAt)
    throw corrupt('arrow: expected as many columns and buffers as the schema has')
  for (const part of parts) expectLength(part, batch)
  expectOrder(buffers)
  return parts
}

function validityOf({ kind }: Column, { isOld }: Batch): 0 | 1 {
  if (kind.as === 'union') return isOld ? 1 : 0
  return kind.as === 'null' || kind.as === 'run-ends' ? 0 : 1
}

/** How many buffers there are behind the one that says what is there. */
function buffersOf({ kind }: Column, nextViews: () => number): number {
  switch (kind.as) {
    case 'null':
    case 'struct':
    case 'run-ends':
    case 'fixed-list':
      return 0
    case 'boolean':
    case 'fixed':
    case 'list':
      return 1
    case 'union':
      return kind.isDense ? 2 : 1
    case 'text':
    case 'bytes':
    case 'list-view':
      return 2
    case 'text-view':
    case 'bytes-view':
      return 1 + nextViews()
    default:
      return kind satisfies never
  }
}

/** A column has as many values as the batch has rows, or as what it is in needs. */
function expectLength({ node, parent, isIndices, column }: Part, { rows }: Batch): void {
  if (parent === undefined) {
    if (node.length !== rows) throw corrupt('arrow: expected as many values in each column as there are rows')
  } else {
    const { kind } = parent.column
    const isAsLong = kind.as === 'struct' || (kind.as === 'union' && !kind.isDense)
    const least = isAsLong ? parent.node.length : kind.as === 'fixed-list' ? parent.node.length * kind.size : 0
    if (node.length < least) throw corrupt('arrow: expected as many values in a column as the one around it needs')
  }
  const isNull = !isIndices && column.kind.as === 'null'
  if (isNull && node.nulls !== node.length) throw corrupt('arrow: expected nulls alone in a column of nulls')
}

/** Buffers begin at multiples of it. */
const alignment = 8

/** Buffers are read in the order in which they stand in the body. */
function expectOrder(buffers: readonly Extent[]): void {
  let end = 0
  for (const { offset, length } of buffers) {
    if (length === 0) continue
    if (offset < end || offset % alignment !== 0) throw corrupt('arrow: expected buffers behind each other')
    end = offset + length
  }
}
