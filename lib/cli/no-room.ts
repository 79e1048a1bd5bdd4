const codes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'EPERM'])
/** The primary result codes of SQLite that say so. */
const ofSqlite: Record<number, string> = { 8: 'SQLITE_READONLY', 10: 'SQLITE_IOERR', 13: 'SQLITE_FULL' }

/** What an error is called by a disk, or by SQLite on it, that is full or may not be written; undefined for any other error. */
export function noRoomIn(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, errcode } = cause as { code?: string; errcode?: number }
    if (errcode !== undefined && (errcode & 0xff) in ofSqlite) return ofSqlite[errcode & 0xff]
    if (code !== undefined && codes.has(code)) return code
  }
  return undefined
}
