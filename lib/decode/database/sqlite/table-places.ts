import type { Numbered, Told } from '../../format-place.ts'

/** Which table a row of a database belongs to, as far as the trees of its pages say; nothing else rests on that. */
export type TablePlaces = {
  /** A row of the schema: what begins at page `root`, and for an index the table that it is about. */
  addRoot(root: number, entry: { kind: string; name: string; table: string }): void
  addChildren(page: number, children: readonly number[]): void
  /** A row as one number, above 0. */
  mark(page: number, rowid: number): number
  placeOf(mark: number, cell?: number): Told
}

/** Larger numbers of rows are not kept in mind. */
const mostRowid = 2 ** 26
const mostDepth = 64
const mostTables = 100_000

export function tablePlaces(pages: number): TablePlaces {
  const parents = new Int32Array(pages + 1)
  const roots = new Map<number, { kind: string; name: string; table: string }>()

  /** Tables count from 1, in the order of the schema. */
  function tableOf(page: number): Numbered | undefined {
    let root = page
    for (let depth = 0; depth < mostDepth && !roots.has(root) && parents[root] !== 0; depth++) root = parents[root]!
    const entry = roots.get(root)
    if (entry === undefined) return undefined
    const names = [...roots.values()].flatMap(({ kind, name }) => (kind === 'table' ? [name] : []))
    const number = names.indexOf(entry.kind === 'table' ? entry.name : entry.table) + 1
    return number === 0 ? undefined : { number, name: names[number - 1] }
  }

  return {
    addRoot(root, entry) {
      if (root > 0 && roots.size < mostTables) roots.set(root, entry)
    },
    addChildren(page, children) {
      for (const child of children) if (child > 0 && child <= pages) parents[child] = page
    },
    mark: (page, rowid) => page * mostRowid + (rowid > 0 && rowid < mostRowid ? rowid : 0),
    placeOf(mark, cell) {
      const rowid = mark % mostRowid
      return () => {
        const table = tableOf(Math.floor(mark / mostRowid))
        return {
          ...(table && { table }),
          ...(rowid > 0 && { rowid: String(rowid) }),
          ...(cell !== undefined && { column: { number: cell + 1 } }),
        }
      }
    },
  }
}
