import { hash } from 'node:crypto'

/** How many are kept in mind: of those that may still come, and of those that came for the last time. */
export const mostBoundaries = 10_000

/** RFC 2046, 5.1.1 has 70 characters at the most. */
const longKept = 200

/**
 * The lines between parts (RFC 2046, 5.1.1) of all messages of a mailbox. One with `--` behind it is the last of its kind: of those the latest
 * are kept in mind all the same, since it may be quoted, or the end of another message.
 */
export function boundaries() {
  const open = new Set<string>()
  const closed = new Set<string>()
  const isKnown = (key: string) => open.has(key) || closed.has(key)

  function close(key: string): void {
    open.delete(key)
    closed.delete(key)
    closed.add(key)
    for (const oldest of closed) {
      if (closed.size <= mostBoundaries) break
      closed.delete(oldest)
    }
  }

  return {
    /** Keeps one in mind that a field names; whether there was room for it. */
    add(boundary: string): boolean {
      const key = keyOf(boundary)
      if (open.size >= mostBoundaries && !open.has(key)) return false
      open.add(key)
      return true
    },
    /** Whether a line that begins with `--` is one of them. */
    isLine(bytes: Buffer): boolean {
      const text = bytes.toString('latin1', 2).trimEnd()
      if (isKnown(keyOf(text))) return true
      if (!text.endsWith('--')) return false
      const key = keyOf(text.slice(0, -2))
      if (!isKnown(key)) return false
      close(key)
      return true
    },
  }
}

/** A text of its own, since a part of another one keeps all of that. */
function keyOf(text: string): string {
  return text.length > longKept ? hash('sha256', text) : Buffer.from(text, 'latin1').toString('latin1')
}
