import { hash } from 'node:crypto'

/** How many are kept in mind at the most, eight bytes and a place in a set for each. */
export const mostBoundaries = 1_000_000

/**
 * The lines between parts (RFC 2046, 5.1.1) of all messages of a mailbox. None is forgotten when its last line came: that may have been quoted.
 * Each is kept as 48 bits of its SHA-256.
 */
export function boundaries(most: number) {
  const known = new Set<number>()
  /** A line is asked for several times, and comes again with each part. */
  const recent = new Map<string, number>()

  function keyOf(text: string): number {
    const before = recent.get(text)
    if (before !== undefined) return before
    const key = hash('sha256', text, 'buffer').readUIntBE(0, 6)
    if (recent.size === mostRecent) recent.clear()
    if (text.length <= longestRecent) recent.set(copyOf(text), key)
    return key
  }

  return {
    /** Keeps one in mind that a field names; whether there was room for it. */
    add(boundary: string): boolean {
      const key = keyOf(boundary)
      if (known.size >= most && !known.has(key)) return false
      known.add(key)
      return true
    },
    /** Whether a line that begins with `--` is one of them, or the last of its kind. */
    isLine(bytes: Buffer): boolean {
      if (known.size === 0) return false
      const text = bytes.toString('latin1', 2).trimEnd()
      return known.has(keyOf(text)) || (text.endsWith('--') && known.has(keyOf(text.slice(0, -2))))
    },
  }
}

const mostRecent = 256
const longestRecent = 256

/** A text with characters of its own: one that is a part of another keeps all of that. */
const copyOf = (text: string) => Buffer.from(text, 'utf16le').toString('utf16le')
