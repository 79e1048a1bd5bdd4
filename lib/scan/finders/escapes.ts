import { type Alphabet, digits, tableOf } from './alphabets.ts'

/**
 * Escapes: spellings of one character whose last byte may stand right before an identifier and glue onto it, as `\n`
 * does in `"hi\nbob@example.com"`. Whether such bytes are an escape or plain text cannot be told without knowing who
 * wrote them (and how often), so a run of an alphabet is tried both as a whole and from right behind every escape that
 * ends in it.
 * - `\` and one of `n t r b f v a e E d l s 0 Z L N P h x` (`\L`, `\P` and `\N` of YAML are line ends, as `\l` of Graphviz is; `\d` of Erlang is DEL; `\E` of bash is ESC; `\s` is a blank of IRCv3, KDE and Desktop entries, `\h` one of subtitles (ASS); `\x` before all digits of a value, as PostgreSQL writes bytes), `\x22`, `\047`, `\u0027`, `\U00000027`, `\U201c` of property lists and logs of Apple's, `\201C` of `UNISTR` and `U&''`; backslashes before it change nothing.
 * - `\169` in decimal, as OCaml, Lua and names of DNS write bytes, and `\9`, `\37` and `\8220` where no digit follows, as Perl (Data::Dumper, in octal), Lua (`%q`) and Haskell (`show`) write characters.
 * - `\NUL`, `\SOH`, `\DEL` and other names of control characters, as `show` of Haskell has them.
 * - `%22` and, encoded again up to eight times, `%2522`.
 * - `#011` and `#177`: control characters in system logs; `#22`, `#7B` and other signs in those of HAProxy; `#U00fc` and `#L01f600` in names that `unzip` wrote.
 * - `\C3\A9` of LDAP and certificates, `#C3#A9` of HAProxy and `#303#251` of rsyslog: the last two bytes of a character that is no ASCII; `\#011` of rsync, whichever byte it is.
 * - `^M`: control characters as `cat -v` and `vis` show them, `^1` of games, `^n` for a line end in parameters of iCalendar and vCard (RFC 6868); `^FD` and `^FV` of labels in ZPL.
 * - `ESC E`, `ESC M` and other sequences without a bracket, of terminals and printers, and characters of SYLK (`ESC N H o`).
 * - terminal sequences as `ESC [ 1 ; 31 m` and `ESC [ ? 2004 h`, with `ESC` itself or as `\e`, `\x1b`, `\u001b`, `\u{1b}`, `\033`, `#033`, `#x1b`, `%1b`, `&#x1b;`, `&#27;`,
 *   U+FFFD, and `^[` of `cat -v`; a colour (`[1;31m`) also without, since what writes XML leaves `ESC` out. The bracket may be `%5B`.
 * An escape that follows an identifier begins with a byte that ends the run.
 */
export const longestEscape = 24

/** 1: a run that begins inside of an escape may have this byte right before it. */
export const mayGlue: Uint8Array = tableOf('\\%#^\x1b[?;xuUabcdefABCDEF')

/** The same of a run of digits, in which no terminal sequence and no `^M` ends, since its last character is a letter. */
export const mayGlueDigits: Uint8Array = tableOf('\\%#xuUabcdefABCDEF')

/** Whether an escape ends right before `end`. */
export function endsEscape(bytes: Uint8Array, end: number): boolean {
  return (
    endsBackslash(bytes, end) ||
    endsPercent(bytes, end) ||
    endsHash(bytes, end) ||
    endsCharacter(bytes, end) ||
    endsCaret(bytes, end) ||
    endsShort(bytes, end) ||
    endsSequence(bytes, end)
  )
}

const backslash = 0x5c
const escapeByte = 0x1b
const caret = 0x5e
const percent = 0x25
const hash = 0x23
const bracket = 0x5b
const letterU = 0x75
const letterUpperU = 0x55
const letterUpperL = 0x4c
const letterX = 0x78

const letters = tableOf('ntrbfvaeEdlsZ0LNPhx')
/** Of control characters that have no letter of their own. */
const names = 'NUL SOH STX ETX EOT ENQ ACK SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US DEL'
  .split(' ')
  .map((name) => Buffer.from(`\\${name}`))
const hex = tableOf('0123456789abcdefABCDEF')
const octal = tableOf('01234567')
const zeroToThree = tableOf('0123')
/** First digits of bytes that go on with a character, and of all that are no ASCII. */
const goesOnHex = tableOf('89abAB')
const fromHex = tableOf('89abcdefABCDEF')
const goesOnOctal = tableOf('2')
const fromOctal = tableOf('23')
const parameters = tableOf('?0123456789;')
const finals = tableOf('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')
const sequenceStarts = [
  '\x1b',
  '\\e',
  '\\x1b',
  '\\u001b',
  '\\u{1b}',
  '\\033',
  '#033',
  '#x1b',
  '%1b',
  '&#x1b;',
  '&#27;',
  '\xef\xbf\xbd',
  '^[',
]
  .flatMap((text) => [text, text.replace('1b', '1B')])
  .map((text) => Buffer.from(text, 'latin1'))
/** Hexadecimal digits of signs that HAProxy escapes behind a `#` in what it logs: `"`, `#`, `{`, `|`, `}`. */
const hashedSigns = ['22', '23', '7B', '7C', '7D']
const letterM = 0x6d
const letterF = 0x46
/** Behind `^` in what shows control characters, and `n` in parameters of iCalendar and vCard. */
const shown = tableOf('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZn')
/** Behind `^F` where data of a label follows. */
const fields = tableOf('DV')
/** Letters behind `ESC`. A digit may be of a number that begins before it. */
const mostShort = 3
/** Of the number of a character. */
const mostDigits = 7
const mostParameters = 16
/** As in `lib/scan/forms/escapes/percent-escapes.ts`. */
const mostAgain = 8

function endsBackslash(bytes: Uint8Array, end: number): boolean {
  if (end >= 2 && bytes[end - 2] === backslash && letters[bytes[end - 1]!] !== 0) return true
  if (endsNumber(bytes, end) || endsName(bytes, end)) return true
  if (end < 4 || hex[bytes[end - 1]!] === 0 || hex[bytes[end - 2]!] === 0) return false
  if (bytes[end - 4] === backslash) return bytes[end - 3] === letterX
  if (end >= 5 && bytes[end - 5] === backslash) return areAll(hex, bytes, end - 4, end)
  if (end < 6) return false
  if (bytes[end - 6] === backslash && (bytes[end - 5] === letterU || bytes[end - 5] === letterUpperU))
    return areAll(hex, bytes, end - 4, end)
  return (
    end >= 10 && bytes[end - 10] === backslash && bytes[end - 9] === letterUpperU && areAll(hex, bytes, end - 8, end)
  )
}

/** Whether the number of a character ends here: one of a byte in three digits, or another one behind which no digit is. */
function endsNumber(bytes: Uint8Array, end: number): boolean {
  const last = Math.max(0, end - mostDigits)
  let start = end
  while (start > last && digits[bytes[start - 1]!] === 1) start--
  if (start === end || start === 0 || bytes[start - 1] !== backslash) return false
  return digits[bytes[end]!] !== 1 || (end - start === 3 && zeroToThree[bytes[start]!] !== 0)
}

function endsName(bytes: Uint8Array, end: number): boolean {
  const sign = bytes[end - 3] === backslash ? end - 3 : end - 4
  if (sign < 0 || bytes[sign] !== backslash) return false
  return names.some((name) => name.length === end - sign && name.every((byte, at) => bytes[sign + at] === byte))
}

function endsPercent(bytes: Uint8Array, end: number): boolean {
  if (end < 3 || hex[bytes[end - 1]!] === 0 || hex[bytes[end - 2]!] === 0) return false
  let sign = end - 3
  for (let again = 0; again < mostAgain && sign >= 2 && bytes[sign] === 0x35 && bytes[sign - 1] === 0x32; again++)
    sign -= 2
  return bytes[sign] === percent
}

function endsHash(bytes: Uint8Array, end: number): boolean {
  if (end >= 3 && bytes[end - 3] === hash)
    return hashedSigns.includes(String.fromCharCode(bytes[end - 2]!, bytes[end - 1]!))
  return (
    isNamed(bytes, end - 6, letterUpperU, end) ||
    isNamed(bytes, end - 8, letterUpperL, end) ||
    (end >= 4 &&
      bytes[end - 4] === hash &&
      zeroToThree[bytes[end - 3]!] !== 0 &&
      areAll(octal, bytes, end - 2, end) &&
      (bytes[end - 5] === backslash || isControl(bytes[end - 3]!, bytes[end - 2]!, bytes[end - 1]!)))
  )
}

/** Whether these octal digits are a control character of ASCII. */
const isControl = (first: number, second: number, third: number) =>
  first === 0x30 ? second < 0x34 : first === 0x31 && second === 0x37 && third === 0x37

/** Whether the last byte of a character in UTF-8 ends here, and the one before it is written in the same way, in two hexadecimal or three octal digits. */
function endsCharacter(bytes: Uint8Array, end: number): boolean {
  return endsByte(bytes, end, 3, goesOnHex, fromHex, hex) || endsByte(bytes, end, 4, goesOnOctal, fromOctal, octal)
}

function endsByte(bytes: Uint8Array, end: number, length: number, goesOn: Alphabet, from: Alphabet, all: Alphabet) {
  const at = end - length
  const before = at - length
  const sign = bytes[at]
  if (before < 0 || (sign !== hash && sign !== backslash) || bytes[before] !== sign) return false
  if (goesOn[bytes[at + 1]!] === 0 || from[bytes[before + 1]!] === 0) return false
  return areAll(all, bytes, at + 2, end) && areAll(all, bytes, before + 2, at)
}

/** Whether `#` and this letter are at `at`, and hexadecimal digits behind them. */
function isNamed(bytes: Uint8Array, at: number, letter: number, end: number): boolean {
  return at >= 0 && bytes[at] === hash && bytes[at + 1] === letter && areAll(hex, bytes, at + 2, end)
}

function endsCaret(bytes: Uint8Array, end: number): boolean {
  if (end >= 2 && bytes[end - 2] === caret) return shown[bytes[end - 1]!] !== 0
  return end >= 3 && bytes[end - 3] === caret && bytes[end - 2] === letterF && fields[bytes[end - 1]!] !== 0
}

/** A sequence without a bracket. */
function endsShort(bytes: Uint8Array, end: number): boolean {
  let start = end - 1
  while (start > 0 && end - start <= mostShort && finals[bytes[start]!] !== 0) start--
  return start < end - 1 && bytes[start] === escapeByte && finals[bytes[start + 1]!] !== 0
}

function endsSequence(bytes: Uint8Array, end: number): boolean {
  if (end < 3 || finals[bytes[end - 1]!] === 0) return false
  let open = end - 2
  while (open > 0 && end - 2 - open < mostParameters && parameters[bytes[open]!] !== 0) open--
  const begin = bracketBefore(bytes, open + 1)
  if (begin === -1) return false
  if (bytes[end - 1] === letterM && open < end - 2) return true
  return sequenceStarts.some((start) => {
    const from = begin - start.length
    return from >= 0 && start.every((byte, at) => bytes[from + at] === byte)
  })
}

/** Where a bracket begins that ends right before `end`; -1: none does. */
function bracketBefore(bytes: Uint8Array, end: number): number {
  if (bytes[end - 1] === bracket) return end - 1
  const isEncoded =
    end >= 3 && bytes[end - 3] === percent && bytes[end - 2] === 0x35 && (bytes[end - 1]! | 0x20) === 0x62
  return isEncoded ? end - 3 : -1
}

function areAll(table: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (table[bytes[at]!] === 0) return false
  return true
}
