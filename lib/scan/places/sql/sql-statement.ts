import { endOfQuoted, readToken, type SqlDialect, type SqlToken } from './sql-tokens.ts'

/** A token with how many parentheses are open around it; those themselves are around what they enclose only. */
export type PlacedToken = SqlToken & { readonly depth: number }

/**
 * A statement up to what ends it. `end`: behind that. Of one that writes rows `tokens` end with `VALUES`, and the rows begin at `rowsFrom`.
 * Without `end` the bytes end within it.
 */
export type SqlStatement = {
  readonly tokens: readonly PlacedToken[]
  readonly rowsFrom?: number
  readonly end?: number
}

/** Of a longer statement only the first ones are kept. */
const mostTokens = 50_000

/**
 * Reads the statement that begins at `from`, as the programs that read such dumps end it: psql not within parentheses and not within the body of a
 * function (`psqlscan.l`), sqlite3 not within that of a trigger, mysql at whatever `DELIMITER` says. `isHead`: only up to its rows.
 */
export function readStatement(
  bytes: Buffer,
  from: number,
  { dialect, delimiter = ';', isHead = false }: { dialect: SqlDialect; delimiter?: string; isHead?: boolean },
): SqlStatement {
  const limit = bytes.length
  const tokens: PlacedToken[] = []
  const first = Buffer.from(delimiter, 'latin1')
  let rowsFrom: number | undefined
  let hasBody: boolean | undefined
  let depth = 0
  let bodies = 0
  for (let at = from; ; ) {
    const token = readToken(bytes, at, limit, dialect)
    if (token.kind === 'none') return { tokens, ...(rowsFrom !== undefined && { rowsFrom }) }
    at = token.to
    if (token.kind === 'sign') {
      const isEnd = bytes[token.from] === first[0] && startsAt(bytes, token.from, limit, first)
      if (isEnd && (dialect === 'mysql' || depth === 0) && bodies === 0)
        return { tokens, end: token.from + first.length, ...(rowsFrom !== undefined && { rowsFrom }) }
      if (bytes[token.from] === closing) depth = Math.max(0, depth - 1)
    }
    if (rowsFrom === undefined && tokens.length < mostTokens) tokens.push({ ...token, depth })
    if (token.kind === 'sign' && bytes[token.from] === opening) depth += 1
    if (token.kind !== 'word' || depth > 0 || rowsFrom !== undefined) continue
    const word = wordOf(bytes, token)
    if (word === 'values' && isOneOf(bytes, tokens[0], 'insert', 'replace')) rowsFrom = token.to
    if (isHead && rowsFrom !== undefined) return { tokens, rowsFrom }
    if (dialect === 'mysql' || !(word === 'begin' || word === 'case' || word === 'end')) continue
    hasBody ??= /^create (?:or replace )?(?:function|procedure|(?:temp |temporary )?trigger) /.test(
      tokens
        .slice(0, 4)
        .map((each) => `${wordOf(bytes, each)} `)
        .join(''),
    )
    if (!hasBody) continue
    if (word === 'begin' || (word === 'case' && bodies > 0)) bodies += 1
    if (word === 'end' && bodies > 0) bodies -= 1
  }
}

/**
 * Behind the `;` that ends rows which go on at `from`, as `readStatement` finds it, without looking at what needs no look. Absent: they do not end here.
 */
export function endOfRows(bytes: Buffer, from: number, dialect: SqlDialect): number | undefined {
  let depth = 0
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (isPlain[byte] === 1) continue
    if (byte === opening) depth += 1
    else if (byte === closing) depth = Math.max(0, depth - 1)
    else if (byte === semicolon) {
      if (depth === 0) return at + 1
    } else if (byte === quote) {
      const end = endOfQuoted(bytes, at, bytes.length, dialect === 'mysql')
      if (end < 0) return undefined
      at = end - 1
    } else {
      const { kind, from: start, to } = readToken(bytes, at, bytes.length, dialect)
      if (kind === 'none') return undefined
      // What stands behind a comment comes next.
      at = kind !== 'sign' ? to - 1 : Math.max(at, start - 1)
    }
  }
  return undefined
}

const [opening, closing, semicolon, quote] = [0x28, 0x29, 0x3b, 0x27]
/** What begins neither a word of letters nor a text nor a comment, and ends nothing. */
const isPlain = Uint8Array.from({ length: 128 }, (_, byte) =>
  byte <= 0x20 || '0123456789,.*:+=<>'.includes(String.fromCharCode(byte)) ? 1 : 0,
)

function startsAt(bytes: Buffer, at: number, limit: number, wanted: Buffer): boolean {
  return at + wanted.length <= limit && bytes.compare(wanted, 0, wanted.length, at, at + wanted.length) === 0
}

/** A word in lower case; nothing of what is in quotes. */
export function wordOf(bytes: Buffer, token: SqlToken | undefined): string {
  return token?.kind === 'word' ? bytes.toString('latin1', token.from, token.to).toLowerCase() : ''
}

/** What a name stands for, without its quotes. */
export function nameOf(bytes: Buffer, { kind, from, to }: SqlToken): string {
  if (kind === 'word') return bytes.toString('utf8', from, to)
  const text = bytes.toString('utf8', from + 1, to - 1)
  const quote = String.fromCharCode(bytes[from]!)
  return quote === '[' ? text : text.replaceAll(quote + quote, quote)
}

export const isOneOf = (bytes: Buffer, token: SqlToken | undefined, ...words: readonly string[]) =>
  words.includes(wordOf(bytes, token))

export const isSign = (bytes: Buffer, token: SqlToken | undefined, sign: string) =>
  token?.kind === 'sign' && bytes[token.from] === sign.charCodeAt(0)
