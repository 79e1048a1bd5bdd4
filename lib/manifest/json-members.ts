/** A member of a JSON object: its key, and its value as it is written. */
export type Member = { key: string; source: string }

/**
 * The top-level members of a JSON object in the order they are written, duplicates included, with each value's source
 * text, so that no number goes through a double. Absent if the text is not exactly one JSON object.
 */
export function jsonMembers(text: string): Member[] | undefined {
  try {
    // The syntax is the engine's to judge; below it may be relied upon.
    if (JSON.parse(text) === null || !/^[ \t\r\n]*\{/.test(text)) return undefined
  } catch {
    return undefined
  }
  const members: Member[] = []
  let at = text.indexOf('{') + 1
  for (;;) {
    const keyFrom = text.indexOf('"', at)
    if (keyFrom < 0 || text.lastIndexOf('}') < keyFrom) return members
    const keyTo = stringEnd(text, keyFrom)
    const valueFrom = text.indexOf(':', keyTo) + 1
    const valueTo = valueEnd(text, valueFrom)
    members.push({ key: JSON.parse(text.slice(keyFrom, keyTo)), source: text.slice(valueFrom, valueTo).trim() })
    if (text[valueTo] === '}') return members
    at = valueTo + 1
  }
}

/** A string or a whole number as the text it stands for; absent for every other value. */
export function textOfValue(source: string): string | undefined {
  if (source.startsWith('"')) return JSON.parse(source) as string
  return /^-?(?:0|[1-9][0-9]*)$/.test(source) ? source : undefined
}

function stringEnd(text: string, from: number): number {
  let at = from + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** Where the value ends: at the comma or brace that follows it on its own level. */
function valueEnd(text: string, from: number): number {
  let depth = 0
  let at = from
  for (;;) {
    const character = text[at]
    if (character === '"') {
      at = stringEnd(text, at)
      continue
    }
    if (depth === 0 && (character === ',' || character === '}')) return at
    if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    at += 1
  }
}
