import type { Numbered } from '../../../decode/format-place.ts'
import { isOneOf, isSign, nameOf, type PlacedToken, wordOf } from './sql-statement.ts'
import type { SqlDialect } from './sql-tokens.ts'

/** Whose rows follow. `columns`: their names in the order of the values, where that is known for certain. */
export type SqlRows = { readonly table: Numbered; readonly columns?: readonly string[] }

/** What a dump has said so far of its tables, statement by statement. They are counted by when they are first named. */
export type SqlTables = {
  /** Takes a statement that may make, change or drop a table, or say where others are. */
  see(bytes: Buffer, tokens: readonly PlacedToken[]): void
  /** The rows of `COPY … FROM stdin` or `INSERT … VALUES`. Absent: it is nothing like that. */
  rowsOf(bytes: Buffer, tokens: readonly PlacedToken[]): SqlRows | undefined
  /** What follows is about another database. */
  enter(scope: string): void
}

/** What a table's own statement may not have if its rows are in the order of its columns, and have a value for each. */
const moves = new Set(['as', 'generated', 'inherits', 'invisible', 'like', 'of', 'select', 'versioning'])
const constraints = ['check', 'constraint', 'exclude', 'foreign', 'primary', 'unique']
const mysqlConstraints = [...constraints, 'fulltext', 'index', 'key', 'period', 'spatial']
/** What is changed of a table while its columns and their order are not. */
const harmless = ['alter', 'attach', 'cluster', 'disable', 'enable', 'force', 'owner', 'replica', 'validate']
const harmlessAdded = ['constraint', 'foreign', 'fulltext', 'generated', 'index', 'key', 'primary', 'spatial', 'unique']

export function sqlTables(dialect: SqlDialect): SqlTables {
  const numbers = new Map<string, number>()
  /** By the last part of a table's name, and by the whole of it; absent where they are not known. */
  const columns = new Map<string, Map<string, readonly string[]>>()
  let scope = ''

  function numberOf(key: string): number {
    const number = numbers.get(key) ?? numbers.size + 1
    numbers.set(key, number)
    return number
  }

  /** A name of a table, of one part or several, from the token `at` on; `next`: the one behind it. */
  function tableAt(bytes: Buffer, tokens: readonly PlacedToken[], start: number) {
    const parts: string[] = []
    let at = start
    for (;;) {
      const token = tokens[at]
      if (token === undefined || token.kind === 'sign') return undefined
      parts.push(nameOf(bytes, token))
      at += 1
      if (!isSign(bytes, tokens[at], '.')) break
      at += 1
    }
    return { key: JSON.stringify(parts.length > 1 ? parts : [scope, ...parts]), name: parts.at(-1)!, next: at }
  }

  /** Behind words that may stand here. */
  function behind(bytes: Buffer, tokens: readonly PlacedToken[], start: number, ...words: readonly string[]): number {
    let at = start
    while (isOneOf(bytes, tokens[at], ...words)) at += 1
    return at
  }

  function create(bytes: Buffer, tokens: readonly PlacedToken[]): void {
    const at = behind(bytes, tokens, 1, 'global', 'local', 'temp', 'temporary', 'unlogged', 'foreign')
    if (!isOneOf(bytes, tokens[at], 'table')) return
    const isSecond = isOneOf(bytes, tokens[at + 1], 'if')
    const table = tableAt(bytes, tokens, behind(bytes, tokens, at + 1, 'if', 'not', 'exists'))
    if (table === undefined) return
    numberOf(table.key)
    const known = columns.get(table.name) ?? new Map<string, readonly string[]>()
    if (isSecond && known.has(table.key)) return
    columns.set(table.name, known)
    const names = columnsOf(bytes, tokens, table.next, dialect)
    if (names === undefined) known.delete(table.key)
    else known.set(table.key, names)
  }

  function alter(bytes: Buffer, tokens: readonly PlacedToken[]): void {
    if (!isOneOf(bytes, tokens[1], 'table')) return
    const table = tableAt(bytes, tokens, behind(bytes, tokens, 2, 'if', 'exists', 'only'))
    if (table === undefined) return
    const changed = tokens[table.next]
    const isHarmless =
      isOneOf(bytes, changed, ...harmless) ||
      (isOneOf(bytes, changed, 'add') && isOneOf(bytes, tokens[table.next + 1], ...harmlessAdded))
    if (!isHarmless || tokens.some((token) => token.depth === 0 && isSign(bytes, token, ',')))
      columns.get(table.name)?.delete(table.key)
  }

  return {
    see(bytes, tokens) {
      switch (wordOf(bytes, tokens[0])) {
        case 'create':
          return create(bytes, tokens)
        case 'alter':
          return alter(bytes, tokens)
        case 'drop':
        case 'rename':
          // More than one may be named; whoever drops makes anew.
          for (const token of tokens.slice(1)) if (token.kind !== 'sign') columns.delete(nameOf(bytes, token))
          return
        case 'use':
        case 'set':
          if (isOneOf(bytes, tokens[0], 'use') || isOneOf(bytes, tokens[1], 'search_path'))
            scope = tokens.map(({ from, to }) => bytes.toString('utf8', from, to)).join(' ')
      }
    },
    rowsOf(bytes, tokens) {
      const isCopy = isOneOf(bytes, tokens[0], 'copy')
      const words = ['into', 'ignore', 'delayed', 'low_priority', 'high_priority']
      const table = tableAt(bytes, tokens, isCopy ? 1 : behind(bytes, tokens, 1, ...words))
      if (table === undefined) return undefined
      const list = namesIn(bytes, tokens, table.next)
      const rest = tokens.slice(list?.next ?? table.next)
      if (isCopy && !(isOneOf(bytes, rest[0], 'from') && isOneOf(bytes, rest[1], 'stdin'))) return undefined
      const named = { number: numberOf(table.key), name: table.name }
      // Who says how the rows are written does not write them as usual: none of them has the columns that are told.
      if (isCopy && rest.length > 2) return { table: named, columns: [] }
      const names = list?.names ?? columns.get(table.name)?.get(table.key)
      return { table: named, ...(names && { columns: names }) }
    },
    enter(name) {
      scope = name
    },
  }
}

/** The names in the parentheses that begin with the token `start`. */
function namesIn(bytes: Buffer, tokens: readonly PlacedToken[], start: number) {
  if (!isSign(bytes, tokens[start], '(')) return undefined
  const names: string[] = []
  for (let at = start + 1; ; at += 2) {
    const token = tokens[at]
    if (token === undefined || token.kind === 'sign') return undefined
    names.push(nameOf(bytes, token))
    if (isSign(bytes, tokens[at + 1], ')')) return { names, next: at + 2 }
    if (!isSign(bytes, tokens[at + 1], ',')) return undefined
  }
}

/** The columns of `CREATE TABLE`, in order; undefined: its rows may have others. */
function columnsOf(bytes: Buffer, tokens: readonly PlacedToken[], start: number, dialect: SqlDialect) {
  if (!isSign(bytes, tokens[start], '(')) return undefined
  if (tokens.slice(start).some((token) => token.depth < 2 && moves.has(wordOf(bytes, token)))) return undefined
  const names: string[] = []
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at]!
    if (token.depth === 0 && isSign(bytes, token, ')')) return names
    if (at > start && !(token.depth === 1 && isSign(bytes, token, ','))) continue
    const first = tokens[at + 1]
    if (isSign(bytes, first, ')')) continue
    if (first === undefined || first.kind === 'sign') return undefined
    if (!isOneOf(bytes, first, ...(dialect === 'mysql' ? mysqlConstraints : constraints)))
      names.push(nameOf(bytes, first))
  }
  return undefined
}
