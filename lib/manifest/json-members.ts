/** A member of a JSON object: its key, and its value as it is written. */
export type Member = { key: string; source: string }

/**
 * The top-level members of a JSON object in the order they are written, duplicates included, with each value's source
 * text, so that no number goes through a double. Absent if the text is not exactly one JSON object.
 */
export function jsonMembers(text: string): Member[] | undefined {
  return simpleMembers(text) ?? anyMembers(text)
}

/** The same for any text, which is the reference. */
export function anyMembers(text: string): Member[] | undefined {
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

/**
 * The same for an object of which all is simple, as in most manifests: strings without escapes, numbers and words, nothing but spaces
 * between them. Absent if it is anything else, whether an object or not.
 */
function simpleMembers(text: string): Member[] | undefined {
  const members: Member[] = []
  let at = afterSpaces(text, 0)
  if (text.charCodeAt(at) !== openBrace) return undefined
  for (;;) {
    const keyFrom = afterSpaces(text, at + 1)
    const keyTo = simpleStringEnd(text, keyFrom)
    const colon = afterSpaces(text, keyTo)
    if (keyTo < 0 || text.charCodeAt(colon) !== colonSign) return undefined
    const valueFrom = afterSpaces(text, colon + 1)
    const valueTo =
      text.charCodeAt(valueFrom) === quotes ? simpleStringEnd(text, valueFrom) : literalEnd(text, valueFrom)
    if (valueTo < 0) return undefined
    members.push({ key: text.slice(keyFrom + 1, keyTo - 1), source: text.slice(valueFrom, valueTo) })
    at = afterSpaces(text, valueTo)
    if (text.charCodeAt(at) === comma) continue
    return text.charCodeAt(at) === closeBrace && afterSpaces(text, at + 1) === text.length ? members : undefined
  }
}

const [openBrace, closeBrace, colonSign, comma, quotes, backslash, space] = [0x7b, 0x7d, 0x3a, 0x2c, 0x22, 0x5c, 0x20]

function afterSpaces(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) === space) at++
  return at
}

/** Behind the string that begins at `from`; -1: none does, or one with escapes or with what may not be in it. */
function simpleStringEnd(text: string, from: number): number {
  if (text.charCodeAt(from) !== quotes) return -1
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quotes) return at + 1
    if (code === backslash || code < space) return -1
  }
  return -1
}

const literal = /(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?=[ ,}])/y

/** Behind the number or word that begins at `from`, or -1. */
function literalEnd(text: string, from: number): number {
  literal.lastIndex = from
  return literal.test(text) ? literal.lastIndex : -1
}

/** A string or a whole number as the text it stands for; absent for every other value. */
export function textOfValue(source: string): string | undefined {
  if (source.startsWith('"')) return textOfString(source)
  return /^-?(?:0|[1-9][0-9]*)$/.test(source) ? source : undefined
}

/** The text of a string as it is written. */
export const textOfString = (source: string): string =>
  source.includes('\\') ? (JSON.parse(source) as string) : source.slice(1, -1)

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
