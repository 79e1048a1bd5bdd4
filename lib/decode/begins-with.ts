/** Whether bytes begin with all of these. Every content is asked for every format, however small it is: no other way is as fast. */
export function beginsWith(bytes: Uint8Array, magic: ArrayLike<number>): boolean {
  return bytes.length >= magic.length && beginsLike(bytes, magic)
}

/** The same as far as there are bytes. */
export function beginsLike(bytes: Uint8Array, magic: ArrayLike<number>): boolean {
  const length = Math.min(bytes.length, magic.length)
  for (let at = 0; at < length; at++) if (bytes[at] !== magic[at]) return false
  return true
}
