import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { columnNamesOf } from '../../../lib/decode/database/sqlite/column-names.ts'

const statements = [
  'CREATE TABLE users (note TEXT, id INTEGER PRIMARY KEY, mail TEXT)',
  'create table users(id,mail)',
  `CREATE TABLE "a ""b""(c)" ([the id] INT, "mail, of ""him""" DECIMAL(10,2) DEFAULT (1 + (2)), 'old' TEXT, \`x\`\`y\` CHECK ('x' IN ('a,b', ')')))`,
  `CREATE TABLE t (a INT -- the first, and not the second\n, b /* , c */ TEXT DEFAULT 'it''s, (', c)`,
  'CREATE TABLE t (a INT, b INT, CONSTRAINT both PRIMARY KEY (a, b))',
  'CREATE TABLE t (a INT, b REFERENCES o(x), UNIQUE (a, b), FOREIGN KEY (a) REFERENCES o(x))',
  'CREATE TABLE t (naïve, "日本", a$1, check_1, 日本語)',
]

describe('the names of columns in a statement of SQLite', () => {
  it.each(statements)('are those that SQLite has: %s', (statement) => {
    const database = new DatabaseSync(':memory:')
    database.exec(statement)
    const [table] = database.prepare('SELECT name, sql FROM sqlite_schema').all() as { name: string; sql: string }[]
    const columns = database.prepare('SELECT name FROM pragma_table_xinfo(?)').all(table!.name) as { name: string }[]
    expect(columnNamesOf(table!.sql)).toEqual(columns.map(({ name }) => name))
    database.close()
  })

  const untold = [
    'CREATE TABLE t (a, b PRIMARY KEY) WITHOUT ROWID',
    'CREATE TABLE t (a, b AS (a + 1), c)',
    'CREATE TABLE t (a, b INT GENERATED ALWAYS AS (a + 1) STORED)',
    'CREATE VIRTUAL TABLE t USING fts5',
    'CREATE TABLE t (a, (b), c)',
    'CREATE TABLE t (a, b',
    'INSERT INTO t (a) VALUES (1)',
    `CREATE TABLE t (${'a, '.repeat(50_000)}b)`,
    '',
  ]
  it.each(untold)('are not told where a value may be of another column: %#', (statement) => {
    expect(columnNamesOf(statement)).toBeUndefined()
  })
})
