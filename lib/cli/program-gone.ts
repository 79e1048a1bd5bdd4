/**
 * What somebody can do whose program was exchanged (`npm ci`, a newer version) while it ran: it finds its own files no more. Undefined for
 * any other error.
 */
export function programGoneFor(error: unknown): string | undefined {
  return isProgramGone(error)
    ? 'program: expected its own files as they were when it began, and some are gone: it was exchanged meanwhile; nothing is lost: begin again, or go on with a run that odv status shows as not finished'
    : undefined
}

/** Whether an error, however deep, says that a file of the program is not there. */
export function isProgramGone(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ((cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return true
  return false
}
