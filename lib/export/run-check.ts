import { BundleInvalid, OdvError, ProofInvalid } from '../errors.ts'

/** What a check looked at (a count, for the summary) and what the next ones may now rely on. */
export type Checked<T> = { count: number; value: T }

/**
 * Whatever goes wrong in a check is the bundle's fault and is reported under the check's name: a bundle is untrusted,
 * and one that cannot be judged does not hold.
 * @throws BundleInvalid
 */
export function runCheck<T>(name: string, check: () => T): T {
  try {
    return check()
  } catch (cause) {
    // What other errors say may quote the bundle, so only their name is shown.
    const message = cause instanceof OdvError ? cause.message : `expected what can be judged, got ${nameOf(cause)}`
    throw new BundleInvalid(name, message, { cause })
  }
}

/** Says where it is that something does not hold. */
export function at<T>(where: string, check: () => T): T {
  try {
    return check()
  } catch (cause) {
    throw cause instanceof OdvError ? new ProofInvalid(`${where}: ${cause.message}`, { cause }) : cause
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
