/** A user that owns nothing, on every system. */
const nobody = 65_534

/**
 * Runs `work` as a user whom permissions bind. Root is bound by none, so it steps down meanwhile; everybody else is
 * bound already. The whole process steps down: nothing else may go on beside it.
 */
export async function asUnprivileged<T>(work: () => Promise<T>): Promise<T> {
  const user = process.geteuid?.() ?? nobody
  if (user !== 0) return work()
  process.seteuid?.(nobody)
  try {
    return await work()
  } finally {
    process.seteuid?.(user)
  }
}
