import { BundleInvalid } from '../../lib/errors.ts'

/** Which check refuses; the error itself when it is another one, and `accepted` when nothing is thrown. */
export function refusalOf(verify: () => unknown): unknown {
  try {
    verify()
    return 'accepted'
  } catch (error) {
    return error instanceof BundleInvalid ? error.check : error
  }
}
