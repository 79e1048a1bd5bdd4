import { ColumnFault, corrupt } from '../column-fault.ts'
import { countIn, countsIn, messageOf } from './protobuf.ts'

/** Types by their numbers (orc_proto.proto, `Type.Kind`). */
const kinds = [
  'boolean',
  'byte',
  'short',
  'int',
  'long',
  'float',
  'double',
  'string',
  'binary',
  'timestamp',
  'list',
  'map',
  'struct',
  'union',
  'decimal',
  'date',
  'varchar',
  'char',
  'timestamp-instant',
] as const

export type Kind = (typeof kinds)[number]

/** A column by its place in the list of types. `parent` is before it; `branch`: which child of its parent it is, from 0 on. */
export type Column = {
  readonly kind: Kind
  readonly children: readonly number[]
  readonly parent: number
  readonly branch: number
}

/** Far beyond any table. */
const mostColumns = 2 ** 17

/** The columns of a file, the root first and each behind its parent. `types`: messages `Type`. @throws ColumnFault */
export function columnsOf(types: readonly Uint8Array[]): Column[] {
  if (types.length === 0) throw corrupt('orc: expected a schema')
  if (types.length > mostColumns) throw new ColumnFault('limit', `orc: expected at most ${mostColumns} columns`)
  const parents = new Map<number, { parent: number; branch: number }>()
  const columns = types.map((bytes, index) => {
    const type = messageOf(bytes)
    const kind = kinds[countIn(type, 1) ?? 0]
    if (kind === undefined) throw new ColumnFault('unsupported-format', 'orc: expected a known type')
    const children = countsIn(type, 2)
    for (const [branch, child] of children.entries()) {
      if (child <= index || child >= types.length || parents.has(child))
        throw corrupt('orc: expected each column behind its only parent')
      parents.set(child, { parent: index, branch })
    }
    checkChildren(kind, children.length)
    return { kind, children }
  })
  return columns.map((column, index) => {
    const place = index === 0 ? { parent: -1, branch: 0 } : parents.get(index)
    if (place === undefined) throw corrupt('orc: expected each column behind its only parent')
    return { ...column, ...place }
  })
}

function checkChildren(kind: Kind, count: number): void {
  const expected = kind === 'list' ? 1 : kind === 'map' ? 2 : 0
  if (kind === 'struct' || (kind === 'union' && count <= 256)) return
  if (count !== expected) throw corrupt('orc: expected a type with as many types inside of it as it has')
}
