/** So many are sooner copied one by one. */
const fewBytes = 64

/** Copies bytes `from` to before `to` to a place where there is room for them. */
export function copyBytes(bytes: Uint8Array, from: number, to: number, into: Uint8Array, at: number): void {
  if (to - from > fewBytes) into.set(bytes.subarray(from, to), at)
  else for (let index = from, place = at; index < to; index++) into[place++] = bytes[index]!
}
