/** Bytes of a content that are held for a while: `bytes` begin at `base` in it and end before `end`. */
export type HeldBytes = {
  readonly bytes: Buffer
  readonly base: number
  readonly end: number
  append(chunk: Uint8Array): void
  /** Holds nothing before `from`. */
  dropTo(from: number): void
}

export function heldBytes(): HeldBytes {
  let room = Buffer.alloc(0)
  let bytes = room
  let base = 0
  return {
    get bytes() {
      return bytes
    },
    get base() {
      return base
    },
    get end() {
      return base + bytes.length
    },
    append(chunk) {
      const length = bytes.length + chunk.length
      if (length > room.length) {
        const larger = Buffer.allocUnsafe(Math.max(length, 2 * bytes.length))
        bytes.copy(larger)
        room = larger
      }
      room.set(chunk, bytes.length)
      bytes = room.subarray(0, length)
    },
    dropTo(from) {
      const count = Math.min(from - base, bytes.length)
      if (count <= 0) return
      room.copyWithin(0, count, bytes.length)
      bytes = room.subarray(0, bytes.length - count)
      base = from
    },
  }
}
