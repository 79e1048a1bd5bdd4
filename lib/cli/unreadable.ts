import { BundleInvalid, type OdvError, UsageInvalid } from '../errors.ts'
import { whatIsThere } from '../local/what-is-there.ts'

/** Why something of a bundle could not be read. What no reader can read is the bundle's fault; a right or a disk is the affair of who verifies it. */
export function unreadable(cause: NodeJS.ErrnoException): OdvError {
  // A name that is no UTF-8 comes out of a listing as another one, which is not there.
  return cause.code === 'ENOENT' || cause.code === 'ERR_FS_FILE_TOO_LARGE'
    ? new BundleInvalid('layout', 'files: expected names in UTF-8 and less than 2 GiB, got others', { cause })
    : new UsageInvalid(`BUNDLE: expected files and directories that can be read, got ${whatIsThere(cause)}`, { cause })
}
