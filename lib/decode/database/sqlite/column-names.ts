/** A comment, a name or text in quotes, brackets or none, a number, or one sign. */
const token =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:[^"]|"")*"|`(?:[^`]|``)*`|'(?:[^']|'')*'|\[[^\]]*\]|[\w$\u0080-\uffff]+|\S/gu
/** With these a record's values are in another order, or some are not stored. */
const moves = /^(?:without|generated|as)$/i
const constraints = /^(?:constraint|primary|unique|check|foreign)$/i
/** A longer one is not taken apart. */
const longestStatement = 64 * 1024
const mostColumns = 2000

/**
 * The names of a table's columns by the statement that made it (sqlite.org, "CREATE TABLE"), in the order of a record's values; undefined: it
 * cannot be told for certain.
 */
export function columnNamesOf(statement: string): string[] | undefined {
  if (statement.length > longestStatement) return undefined
  const tokens = Array.from(statement.matchAll(token), ([text]) => text).filter((text) => !/^(?:--|\/\*)/.test(text))
  const open = tokens.indexOf('(')
  if (!/^create$/i.test(tokens[0] ?? '') || open < 0 || tokens.some((text) => moves.test(text))) return undefined
  const names: string[] = []
  let depth = 0
  let begins = true
  for (const text of tokens.slice(open)) {
    if (depth === 1 && begins && text !== ')') {
      if (constraints.test(text)) return names
      if (!isName(text) || names.length === mostColumns) return undefined
      names.push(unquoted(text))
    }
    begins = depth === 1 ? text === ',' : depth === 0
    if (text === '(') depth += 1
    if (text === ')') depth -= 1
    if (depth === 0) return names
  }
  return undefined
}

const isName = (text: string) => /^["`'[\w\u0080-\uffff]/u.test(text)

function unquoted(text: string): string {
  const quote = text[0]!
  if (quote === '[') return text.slice(1, -1)
  return '"`\''.includes(quote) ? text.slice(1, -1).replaceAll(quote + quote, quote) : text
}
