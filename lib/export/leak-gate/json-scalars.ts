/**
 * A key, string or number of a JSON text: `start` to before `end` is where it stands, a text with its quotes. `key` is the
 * member that it belongs to, or whose array it is in; `within` the same of the object that it is a member of.
 */
export type Scalar = { kind: 'key' | 'string' | 'number'; start: number; end: number; key: string; within: string }

const token = /[\s,:]+|[{}[\]]|"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/y

/** Every scalar of a JSON text, in order; `undefined` for a text that is cut off or no JSON. One character is one byte here (latin1). */
export function scalarsOf(text: string): Scalar[] | undefined {
  const scalars: Scalar[] = []
  /** The key of each object that is open, and of each array the one that it stands under. */
  const open: { isObject: boolean; key: string }[] = []
  let end = 0
  token.lastIndex = 0
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const [part] = found
    const start = end
    end = token.lastIndex
    const inner = open.at(-1)
    const within = open.at(-2)?.key ?? ''
    if (part === '{' || part === '[') open.push({ isObject: part === '{', key: inner?.key ?? '' })
    else if (part === '}' || part === ']') open.pop()
    else if (part.startsWith('"')) {
      const isKey = inner?.isObject === true && text[end] === ':'
      if (isKey) inner.key = part.slice(1, -1)
      scalars.push({ kind: isKey ? 'key' : 'string', start, end, key: inner?.key ?? '', within })
    } else if (/^[-\d]/.test(part)) scalars.push({ kind: 'number', start, end, key: inner?.key ?? '', within })
  }
  return end === text.length && open.length === 0 ? scalars : undefined
}
