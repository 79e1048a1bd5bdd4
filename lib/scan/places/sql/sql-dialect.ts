import { latin1 } from '../../../decode/latin-1.ts'
import type { SqlDialect } from './sql-tokens.ts'

const mark = '(?:\\u00ef\\u00bb\\u00bf)?'
const headers: readonly (readonly [SqlDialect, RegExp])[] = [
  ['postgres', new RegExp(`^${mark}--\\r?\\n-- PostgreSQL database (?:cluster )?dump\\r?\\n`)],
  // The programs that write these leave no line end in a text (`mysql_real_escape_string`): their statements end where a line does.
  ['mysql', new RegExp(`^${mark}(?:-- (?:MySQL|MariaDB) dump |/\\*M?!999999\\\\- enable the sandbox mode \\*/)`)],
  ['sqlite', new RegExp(`^${mark}(?:PRAGMA foreign_keys=OFF;\\r?\\n)?BEGIN TRANSACTION;\\r?\\n`)],
]

/**
 * In some encodings a character may end with the byte of a backslash: dumps of MySQL have to name another one. PostgreSQL escapes such characters as
 * a whole, and texts of its own differ by a setting.
 */
const safe = /SET NAMES '?(?:utf8\w*|latin\d|binary|ascii)\b/i
const misleading = /client_encoding = '(?:sjis|shift_jis|big5|gbk|gb18030|uhc|johab)|standard_conforming_strings = off/i

/** Whose dump a text is, by its first bytes; absent where its texts cannot be told from what is around them. */
export function sqlDialectOf(head: Uint8Array): SqlDialect | undefined {
  const text = latin1(head)
  const dialect = headers.find(([, header]) => header.test(text))?.[0]
  return misleading.test(text) || (dialect === 'mysql' && !safe.test(text)) ? undefined : dialect
}
