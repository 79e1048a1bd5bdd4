import type { Step } from '../../format-place.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import type { Item } from '../column-lists.ts'
import { stepOf, stepsBehind } from '../column-steps.ts'
import type { FlatTable } from './flat-tables.ts'
import { type Index, intOf, type Kind, kindOf, unsupported } from './types.ts'

/**
 * A column or what is in one. With a `dictionary` a batch has indices for it alone, and `kind` and `children` are those of the dictionary's entries.
 * `item`: its values are the only ones in items of lists. `steps`: from the row to it.
 */
export type Column = {
  readonly kind: Kind
  readonly children: readonly Column[]
  readonly dictionary?: { readonly id: number; readonly index: Index }
  readonly item?: Item
  readonly steps: readonly Step[]
}

/** `texts`: names, time zones, and keys and values of metadata. */
export type Schema = { readonly columns: readonly Column[]; readonly texts: readonly Uint8Array[] }

/** How many fields each table is known to have (Schema.fbs). */
const known = { field: 7, keyValue: 2, dictionary: 4, type: 3 } as const
export const knownOfSchema = 4
export const knownOfKeyValue = known.keyValue

/** Columns inside each other; others read as many at most. */
const mostDepth = 64

/** @throws ColumnFault */
export function schemaOf(table: FlatTable): Schema {
  if (table.short(0) !== 0) throw unsupported('numbers with their lowest byte first')
  if (table.longs(3).some((feature) => feature < 0 || feature > 2)) throw unsupported('features that are known')
  const texts: Uint8Array[] = []
  const columns = table.tables(1, known.field).map((field, index) => columnOf(field, index, [], texts))
  pushMetadata(table.tables(2, known.keyValue), texts)
  return { columns, texts }
}

export function pushMetadata(entries: readonly FlatTable[], texts: Uint8Array[]): void {
  for (const entry of entries) for (const field of [0, 1]) pushText(entry.text(field), texts)
}

function pushText(text: Uint8Array | undefined, texts: Uint8Array[]): void {
  if (text !== undefined && text.length > 0) texts.push(Buffer.from(text))
}

function columnOf(field: FlatTable, index: number, parents: readonly Step[], texts: Uint8Array[], depth = 1): Column {
  if (depth > mostDepth)
    throw new ColumnFault('limit', `arrow: expected at most ${mostDepth} columns inside each other`)
  const name = field.text(0)
  pushText(name, texts)
  const steps = stepsBehind(parents, stepOf(index + 1, name))
  field.bool(1)
  const metadata = field.tables(6, known.keyValue)
  pushMetadata(metadata, texts)
  const code = field.byte(2)
  const type = field.table(3, known.type)
  if (type === undefined) throw corrupt('arrow: expected the type of a column')
  const kind = kindOf(code, type, isUuid(metadata), texts)
  const children = field
    .tables(5, known.field)
    .map((child, index) => asItem(columnOf(child, index, steps, texts, depth + 1), kind))
  expectChildren(kind, code, children)
  const encoding = field.table(4, known.dictionary)
  return { kind, children, ...(encoding !== undefined && { dictionary: dictionaryOf(encoding) }), steps }
}

/** The values of a column right inside of lists are their items. */
function asItem(column: Column, { as }: Kind): Column {
  const item = as === 'list' || as === 'list-view' || as === 'fixed-list' ? itemOf(column.kind) : undefined
  return item === undefined ? column : { ...column, item }
}

function itemOf(kind: Kind): Item | undefined {
  if (kind.as === 'text' || kind.as === 'bytes' || kind.as === 'text-view' || kind.as === 'bytes-view') return 'text'
  if (kind.as !== 'fixed') return undefined
  switch (kind.print.as) {
    case 'signed':
    case 'unsigned':
      return kind.width === 1 ? 'bytes' : 'numbers'
    case 'float':
    case 'decimal':
      return 'numbers'
    case 'bytes':
      return 'text'
    default:
      return undefined
  }
}

const isUuid = (metadata: readonly FlatTable[]): boolean =>
  metadata.some((entry) => textOf(entry, 0) === 'ARROW:extension:name' && textOf(entry, 1) === 'arrow.uuid')

export const textOf = (entry: FlatTable, field: number) => Buffer.from(entry.text(field) ?? []).toString('latin1')

function dictionaryOf(encoding: FlatTable): NonNullable<Column['dictionary']> {
  const type = encoding.table(1, known.type)
  encoding.bool(2)
  if (encoding.short(3) !== 0) throw unsupported('dictionaries of a kind that is known')
  return { id: encoding.long(0), index: type === undefined ? { width: 4, isSigned: true } : intOf(type) }
}

const leastChildren: Partial<Record<Kind['as'], number>> = { list: 1, 'list-view': 1, 'fixed-list': 1, 'run-ends': 2 }

function expectChildren(kind: Kind, code: number, children: readonly Column[]): void {
  const { length } = children
  const isAny = kind.as === 'struct' || kind.as === 'union'
  if (!isAny && length !== (leastChildren[kind.as] ?? 0))
    throw corrupt('arrow: expected as many columns in one as its type has')
  if (code === 17 && (children[0]!.kind.as !== 'struct' || children[0]!.children.length !== 2))
    throw corrupt('arrow: expected a map of keys and values')
  if (kind.as === 'union' && kind.ids.length > 0 && kind.ids.length !== length)
    throw corrupt('arrow: expected a number for each column of a union')
}

/** All that says how columns, or one of a kind with others in it, are stored. */
export function layoutOf(columns: readonly (Column | Kind)[]): string {
  return JSON.stringify(columns, (key, value) => (key === 'steps' || key === 'item' ? undefined : value))
}
