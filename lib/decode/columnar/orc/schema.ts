import type { Step } from '../../format-place.ts'
import { ColumnFault, corrupt } from '../column-fault.ts'
import { stepOf, stepsBehind } from '../column-steps.ts'
import { countIn, countsIn, messageOf, messagesIn } from './protobuf.ts'

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

/** A column by its place in the list of types. `parent` is before it; `branch`: which child of its parent it is, from 0 on. `steps`: from the row to it. */
export type Column = {
  readonly kind: Kind
  readonly children: readonly number[]
  readonly parent: number
  readonly branch: number
  /** Its values are items of lists. */
  readonly isItem: boolean
  readonly steps: readonly Step[]
}

/** Far beyond any table. */
const mostColumns = 2 ** 17

/** The columns of a file, the root first and each behind its parent. `types`: messages `Type`. @throws ColumnFault */
export function columnsOf(types: readonly Uint8Array[]): Column[] {
  if (types.length === 0) throw corrupt('orc: expected a schema')
  if (types.length > mostColumns) throw new ColumnFault('limit', `orc: expected at most ${mostColumns} columns`)
  const parents = new Map<number, { parent: number; branch: number; step: Step }>()
  const columns = types.map((bytes, index) => {
    const type = messageOf(bytes)
    const kind = kinds[countIn(type, 1) ?? 0]
    if (kind === undefined) throw new ColumnFault('unsupported-format', 'orc: expected a known type')
    const children = countsIn(type, 2)
    const names = kind === 'list' ? listNames : kind === 'map' ? mapNames : messagesIn(type, 3)
    for (const [branch, child] of children.entries()) {
      if (child <= index || child >= types.length || parents.has(child))
        throw corrupt('orc: expected each column behind its only parent')
      parents.set(child, { parent: index, branch, step: stepOf(branch + 1, names[branch]) })
    }
    checkChildren(kind, children.length)
    return { kind, children }
  })
  const found: Column[] = []
  for (const [index, column] of columns.entries()) {
    const place = parents.get(index)
    if (place === undefined && index > 0) throw corrupt('orc: expected each column behind its only parent')
    const { parent = -1, branch = 0, step } = place ?? {}
    const isItem = found[parent]?.kind === 'list'
    found.push({
      ...column,
      parent,
      branch,
      isItem,
      steps: step === undefined ? [] : stepsBehind(found[parent]!.steps, step),
    })
  }
  return found
}

/** What is in lists and maps has no names of its own. */
const listNames = [Buffer.from('element')]
const mapNames = [Buffer.from('key'), Buffer.from('value')]

function checkChildren(kind: Kind, count: number): void {
  const expected = kind === 'list' ? 1 : kind === 'map' ? 2 : 0
  if (kind === 'struct' || (kind === 'union' && count <= 256)) return
  if (count !== expected) throw corrupt('orc: expected a type with as many types inside of it as it has')
}
