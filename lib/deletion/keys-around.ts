/**
 * Whether keys around each other make up the owner's name, as in `"user":{"id":…}` or `"users":[{"id":…}]`: `key` of a member or column, and those in its value, which
 * is JSON, or text of JSON, however deep. JSON that has a key twice counts as if it did, since the parser drops one of them.
 */
export function isNameOfKeys(owner: string): (key: string, text: string) => boolean {
  const name = letters(owner)
  const isBeginning = (begun: string) => begun !== '' && begun !== name && name.startsWith(begun)
  const beginnings = (key: string, made: readonly string[]) => [...made, key, key.replace(/s$/, '')].filter(isBeginning)
  return (first, text) => {
    /** Values, with the beginnings of the name that the keys around them come to. */
    const waiting: { value: unknown; begun: readonly string[] }[] = [
      { value: text, begun: beginnings(letters(first), []) },
    ]
    for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
      const { value, begun } = each
      if (typeof value === 'string') {
        const inner = jsonIn(value)
        if (inner === undefined) continue
        if (membersWritten(value) !== membersOf(inner)) return true
        waiting.push({ value: inner, begun })
      } else if (Array.isArray(value)) for (const item of value) waiting.push({ value: item, begun })
      else if (typeof value === 'object' && value !== null)
        for (const [key, inner] of Object.entries(value)) {
          const own = letters(key)
          const made = begun.map((beginning) => beginning + own)
          if (made.includes(name)) return true
          waiting.push({ value: inner, begun: beginnings(own, made) })
        }
    }
    return false
  }
}

const letters = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/** What a text is as JSON, if that is an object, a list or text again. */
function jsonIn(text: string): unknown {
  if (!/^\s*["[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Outside of strings a colon stands behind each key and nowhere else. */
const membersWritten = (json: string): number => json.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, '').match(/:/g)?.length ?? 0

function membersOf(json: unknown): number {
  let count = 0
  const waiting = [json]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue
    const inner = Object.values(value)
    if (!Array.isArray(value)) count += inner.length
    for (const each of inner) waiting.push(each)
  }
  return count
}
