import { addGap, type Decoding } from '../decoding.ts'

/**
 * Says that a picture is at `path`. All else in it was read; what it shows was not, and that may be somebody's name. Whoever says that a store's
 * pictures may be clean takes that (`picturesMayBeClean`).
 */
export function addPicture(decoding: Decoding, path: readonly string[]): void {
  if (decoding.picturesMayBeClean) return
  addGap(decoding, { reason: 'picture', path, offset: 0, detail: 'expected nothing that is only shown, got a picture' })
}
