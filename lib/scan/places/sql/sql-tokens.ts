/** Whose dump it is: they quote, escape and comment differently. */
export type SqlDialect = 'postgres' | 'mysql' | 'sqlite'

/**
 * `name`: an identifier in quotes. `none`: there are no more bytes, or too few to tell what begins here. Comments and spaces are no tokens.
 */
export type SqlToken = {
  readonly kind: 'word' | 'name' | 'string' | 'sign' | 'none'
  readonly from: number
  readonly to: number
}

/**
 * The token of SQL that begins at `at` or behind it, of bytes that end before `limit`: PostgreSQL 18, 4.1 "Lexical Structure", with
 * `standard_conforming_strings` on; MySQL 8.4, 11.1 "Literal Values" and 11.7 "Comments", in their usual modes; SQLite, "SQL Syntax". Comments that MySQL
 * executes are comments: dumps have no rows in them.
 */
export function readToken(bytes: Buffer, start: number, limit: number, dialect: SqlDialect): SqlToken {
  const at = behindSpace(bytes, start, limit, dialect)
  if (at < 0 || at >= limit) return noneAt(limit)
  const byte = bytes[at]!
  const hasEscapes = dialect === 'mysql'
  switch (byte) {
    case quote:
      return quoted('string', at, endOfQuoted(bytes, at, limit, hasEscapes))
    case doubleQuote:
      return quoted('name', at, endOfQuoted(bytes, at, limit, hasEscapes))
    case backtick:
      return dialect === 'postgres' ? signAt(at) : quoted('name', at, endOfQuoted(bytes, at, limit, false))
    case bracket:
      return dialect === 'sqlite' ? quoted('name', at, behind(bytes, at, limit, closingBracket)) : signAt(at)
    case dollar: {
      const end = dialect === 'postgres' ? endOfDollars(bytes, at, limit) : at
      if (end !== at) return quoted('string', at, end)
    }
  }
  if (!isOfWord(byte)) return signAt(at)
  let to = at + 1
  while (to < limit && isOfWord(bytes[to]!)) to += 1
  // `E'…'` of PostgreSQL.
  const isEscaped = dialect === 'postgres' && to === at + 1 && (byte | 0x20) === 0x65 && to < limit
  if (isEscaped && bytes[to] === quote) return quoted('string', at, endOfQuoted(bytes, to, limit, true))
  return { kind: 'word', from: at, to }
}

/** Behind the quote that ends what begins at `from`, in which it is written twice; -1: that is behind the limit. */
export function endOfQuoted(bytes: Buffer, from: number, limit: number, hasEscapes: boolean): number {
  const sign = bytes[from]
  for (let at = from + 1; at < limit; at++) {
    const byte = bytes[at]
    if (byte === backslash && hasEscapes) at += 1
    else if (byte === sign) {
      if (at + 1 >= limit || bytes[at + 1] !== sign) return at + 1
      at += 1
    }
  }
  return -1
}

/** Behind spaces and comments; -1: one goes on behind the limit. */
function behindSpace(bytes: Buffer, start: number, limit: number, dialect: SqlDialect): number {
  for (let at = start; ; ) {
    while (at < limit && bytes[at]! <= space) at += 1
    if (at >= limit) return at
    const end = endOfComment(bytes, at, limit, dialect)
    if (end === at || end < 0) return end
    at = end
  }
}

/** Behind the comment that begins at `at`; `at` itself: none does; -1: it goes on behind the limit. */
function endOfComment(bytes: Buffer, at: number, limit: number, dialect: SqlDialect): number {
  const first = bytes[at]
  const second = at + 1 < limit ? bytes[at + 1] : -1
  if (first === dash && second === dash) {
    // To MySQL `1--1` is a difference.
    if (dialect === 'mysql' && at + 2 < limit && bytes[at + 2]! > space) return at
    return behind(bytes, at, limit, lineFeed)
  }
  if (first === hash && dialect === 'mysql') return behind(bytes, at, limit, lineFeed)
  if (first !== slash || second !== star) return at
  const sign = bytes[at + 2] === letterM ? at + 3 : at + 2
  const isExecuted = dialect === 'mysql' && sign < limit && bytes[sign] === exclamation
  return isExecuted ? endOfExecuted(bytes, at + 2, limit) : endOfBlock(bytes, at + 2, limit, dialect === 'postgres')
}

/** Of a comment that MySQL executes, one with a `!`: what is in a text or another comment in it does not end it. */
function endOfExecuted(bytes: Buffer, from: number, limit: number): number {
  for (let at = from; at + 1 < limit; ) {
    const byte = bytes[at]!
    if (byte === star && bytes[at + 1] === slash) return at + 2
    const isQuoted = byte === quote || byte === doubleQuote || byte === backtick
    const end = isQuoted ? endOfQuoted(bytes, at, limit, byte !== backtick) : endOfComment(bytes, at, limit, 'mysql')
    if (end < 0) return -1
    at = end === at ? at + 1 : end
  }
  return -1
}

function endOfBlock(bytes: Buffer, from: number, limit: number, isNested: boolean): number {
  let depth = 1
  for (let at = from; at + 1 < limit; at++) {
    const [first, second] = [bytes[at], bytes[at + 1]]
    if (first === star && second === slash) {
      depth -= 1
      if (depth === 0) return at + 2
      at += 1
    } else if (isNested && first === slash && second === star) {
      depth += 1
      at += 1
    }
  }
  return -1
}

/** Behind `$tag$ … $tag$`; `from` itself: it is something else. */
function endOfDollars(bytes: Buffer, from: number, limit: number): number {
  let at = from + 1
  while (at < limit && isOfWord(bytes[at]!) && bytes[at] !== dollar) at += 1
  if (at >= limit) return -1
  if (bytes[at] !== dollar || isDigit(bytes[from + 1]!)) return from
  const tag = bytes.subarray(from, at + 1)
  const end = bytes.indexOf(tag, at + 1)
  return end < 0 || end + tag.length > limit ? -1 : end + tag.length
}

function behind(bytes: Buffer, at: number, limit: number, wanted: number): number {
  const end = bytes.indexOf(wanted, at)
  return end < 0 || end >= limit ? -1 : end + 1
}

const noneAt = (at: number): SqlToken => ({ kind: 'none', from: at, to: at })
const signAt = (at: number): SqlToken => ({ kind: 'sign', from: at, to: at + 1 })
const quoted = (kind: 'name' | 'string', from: number, to: number): SqlToken =>
  to < 0 ? noneAt(from) : { kind, from, to }

const [quote, doubleQuote, backtick, bracket, closingBracket] = [0x27, 0x22, 0x60, 0x5b, 0x5d]
const [dash, hash, slash, star, dollar, backslash, exclamation] = [0x2d, 0x23, 0x2f, 0x2a, 0x24, 0x5c, 0x21]
const letterM = 0x4d
const lineFeed = 0x0a
const space = 0x20

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39
const isOfWord = (byte: number) =>
  isDigit(byte) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x5f ||
  byte === dollar ||
  byte >= 0x80
