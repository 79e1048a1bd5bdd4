/** What somebody can do about an error of a disk that is full or may not be written; undefined for any other error. */
export function noRoomFor(error: unknown): string | undefined {
  const code = noRoomIn(error)
  return code === undefined
    ? undefined
    : `state directory or disk: expected room and the right to write, got ${code}; nothing is lost: make room, and begin again, or go on with a run that odv status shows as not finished`
}

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
