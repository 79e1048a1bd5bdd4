/** What stands at a place of a PDF (ISO 32000-2, 7.2): `word` is an operator, a keyword or a bracket; `end`: nothing more. */
export type TokenKind = 'number' | 'name' | 'string' | 'word' | 'end'

/** Goes from token to token. Whatever bytes there are, each is looked at once. */
export type Lexer = {
  readonly bytes: Buffer
  /** The token that `next` has come to, from byte `from` to before `to`. A string without an end goes on to the end. */
  kind: TokenKind
  from: number
  to: number
  next(): TokenKind
}

const space = 1
const delimiter = 2
const kinds = new Uint8Array(256)
for (const code of Buffer.from('\0\t\n\f\r ')) kinds[code] = space
for (const code of Buffer.from('()<>[]{}/%')) kinds[code] = delimiter

const code = (character: string) => character.charCodeAt(0)
const [open, close, less, greater, slash, percent, backslash] = ['(', ')', '<', '>', '/', '%', '\\'].map(code)
const [plus, minus, point, zero, nine] = ['+', '-', '.', '0', '9'].map(code) as [number, number, number, number, number]
const largest = 1e15

export function lexerOf(bytes: Buffer): Lexer {
  const lexer: Lexer = { bytes, kind: 'end', from: 0, to: 0, next }

  function next(): TokenKind {
    let at = lexer.to
    while (at < bytes.length && (kinds[bytes[at]!] === space || bytes[at] === percent))
      if (bytes[at] === percent) while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at += 1
      else at += 1
    lexer.from = at
    lexer.kind = kindAt(at)
    return lexer.kind
  }

  function kindAt(at: number): TokenKind {
    const first = bytes[at]
    lexer.to = at + 1
    if (first === undefined) {
      lexer.to = at
      return 'end'
    }
    if (kinds[first] !== delimiter) {
      lexer.to = regularEnd(at)
      return (first >= 0x30 && first <= 0x39) || first === 0x2d || first === 0x2e || first === 0x2b ? 'number' : 'word'
    }
    if (first === open) {
      lexer.to = literalEnd(at)
      return 'string'
    }
    if (first === slash) {
      lexer.to = regularEnd(at + 1)
      return 'name'
    }
    if ((first === less || first === greater) && bytes[at + 1] === first) {
      lexer.to = at + 2
      return 'word'
    }
    if (first !== less) return 'word'
    const end = bytes.indexOf(greater!, at)
    lexer.to = end === -1 ? bytes.length : end + 1
    return 'string'
  }

  function regularEnd(from: number): number {
    let at = from
    while (at < bytes.length && kinds[bytes[at]!] === 0) at += 1
    return at
  }

  function literalEnd(from: number): number {
    let depth = 0
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === backslash) at += 1
      else if (byte === open) depth += 1
      else if (byte === close && --depth === 0) return at + 1
    }
    return bytes.length
  }

  return lexer
}

/** Operators are short and come again and again: of each there is one text. */
const shortWords = new Map<number, string>()
const mostShort = 3
const mostKnown = 1000

export function wordAt({ bytes, from, to }: Lexer): string {
  if (to - from > mostShort) return bytes.toString('latin1', from, to)
  let key = 0
  for (let at = from; at < to; at++) key = (key << 8) | bytes[at]!
  const known = shortWords.get(key)
  if (known !== undefined) return known
  const word = bytes.toString('latin1', from, to)
  if (shortWords.size < mostKnown) shortWords.set(key, word)
  return word
}

/** Whether a token is a bracket. */
export const isBracket = ({ kind, bytes, from }: Lexer) => kind === 'word' && kinds[bytes[from]!] === delimiter

/** A name without its slash, with what is written as `#40` in it. */
export function nameAt(lexer: Lexer): string {
  const name = lexer.bytes.toString('latin1', lexer.from + 1, lexer.to)
  if (!name.includes('#')) return name
  return name.replace(/#([\da-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

/** As people write numbers, without an exponent; what is no digit ends it. */
export function numberAt({ bytes, from, to }: Lexer): number {
  let at = from
  while (bytes[at] === plus || bytes[at] === minus) at += 1
  let number = 0
  let scale = 0
  for (; at < to; at++) {
    const byte = bytes[at]!
    if (byte === point && scale === 0) scale = 1
    else if (byte < zero || byte > nine) break
    else {
      number = number * 10 + (byte - zero)
      scale *= 10
    }
  }
  if (!(number < largest)) return 0
  return (bytes[from] === minus ? -number : number) / (scale || 1)
}

/** The bytes that a string stands for. */
export function stringAt({ bytes, from, to }: Lexer): Buffer {
  if (bytes[from] === less) {
    const digits = bytes.toString('latin1', from + 1, to).replace(/[^\da-f]/gi, '')
    return Buffer.from(digits.length % 2 === 1 ? `${digits}0` : digits, 'hex')
  }
  const end = bytes[to - 1] === close && to - 1 > from ? to - 1 : to
  const inner = bytes.subarray(from + 1, end)
  if (!inner.includes(backslash!)) return Buffer.from(inner)
  return Buffer.from(inner.toString('latin1').replace(/\\(?:([0-7]{1,3})|(\r\n|[\s\S]))/g, unescaped), 'latin1')
}

const named: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '\r\n': '',
  '\n': '',
  '\r': '',
}

const unescaped = (_: string, octal: string | undefined, other = '') =>
  octal === undefined ? (named[other] ?? other) : String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
