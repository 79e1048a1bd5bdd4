import type { Numbered, Told } from '../../format-place.ts'
import { columnNamesOf } from './column-names.ts'

/** Which table a row of a database belongs to, as far as the trees of its pages say; nothing else rests on that. */
export type TablePlaces = {
  /** A row of the schema: what begins at page `root`, and for an index the table that it is about. */
  addRoot(root: number, entry: SchemaEntry): void
  addChildren(page: number, children: readonly number[]): void
  /** A row as one number, above 0. */
  mark(page: number, rowid: number): number
  placeOf(mark: number, cell?: number): Told
}

/** `statement`: what made it, as the schema has it. */
export type SchemaEntry = {
  readonly kind: string
  readonly name: string
  readonly table: string
  readonly statement: string
}

/** Larger numbers of rows are not kept in mind. */
const mostRowid = 2 ** 26
const mostDepth = 64
const mostTables = 100_000
/** Characters of all statements that are kept in mind. */
const mostStatements = 2 ** 22

export function tablePlaces(pages: number): TablePlaces {
  const parents = new Int32Array(pages + 1)
  const roots = new Map<number, SchemaEntry>()
  const columns = new Map<SchemaEntry, readonly string[]>()
  let statements = 0

  function entryOf(page: number): SchemaEntry | undefined {
    let root = page
    for (let depth = 0; depth < mostDepth && !roots.has(root) && parents[root] !== 0; depth++) root = parents[root]!
    return roots.get(root)
  }

  /** Tables count from 1, in the order of the schema. */
  function tableOf(entry: SchemaEntry): Numbered | undefined {
    const names = [...roots.values()].flatMap(({ kind, name }) => (kind === 'table' ? [name] : []))
    const number = names.indexOf(entry.kind === 'table' ? entry.name : entry.table) + 1
    return number === 0 ? undefined : { number, name: names[number - 1] }
  }

  function nameOf(entry: SchemaEntry, column: number): string | undefined {
    if (entry.kind !== 'table') return undefined
    const names = columns.get(entry) ?? columnNamesOf(entry.statement) ?? []
    columns.set(entry, names)
    return names[column]
  }

  return {
    addRoot(root, entry) {
      if (root <= 0 || roots.size === mostTables) return
      statements += entry.statement.length
      roots.set(root, statements <= mostStatements ? entry : { ...entry, statement: '' })
    },
    addChildren(page, children) {
      for (const child of children) if (child > 0 && child <= pages) parents[child] = page
    },
    mark: (page, rowid) => page * mostRowid + (rowid > 0 && rowid < mostRowid ? rowid : 0),
    placeOf(mark, cell) {
      const rowid = mark % mostRowid
      return () => {
        const entry = entryOf(Math.floor(mark / mostRowid))
        const table = entry && tableOf(entry)
        return {
          ...(table && { table }),
          ...(rowid > 0 && { rowid: String(rowid) }),
          ...(cell !== undefined && { column: { number: cell + 1, name: entry && nameOf(entry, cell) } }),
        }
      }
    },
  }
}
