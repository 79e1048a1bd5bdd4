import { alphanumeric, code64, digits, tableOf } from '../finders/alphabets.ts'
import { base64Values, hexValues } from '../finders/code-values.ts'
import { sieveBytes } from '../kernel/lay-out-memory.ts'
import { allColumnsOf, columnsOf } from '../kernel/write-constants.ts'
import { inNoText, integerBounds } from './binary-integer-form.ts'
import { inText } from './binary-uuid-form.ts'
import { byteLists, inGaps } from './codes/bytes-form.ts'
import { shortestBase64Of, shortestRunOf } from './codes/code-finder.ts'
import { codeTextOf, textLengthOf } from './codes/code-text.ts'
import { mayBeShort } from './codes/short-base64.ts'
import { mayBeShortHex } from './codes/short-hex.ts'
import { lettered } from './escapes/backslash-escapes.ts'
import { charactersWithoutAtSign } from './escapes/escape-matters.ts'
import { breakers, endsEscape, goesOnIn, groupSeparators, signs } from './escapes/escape-syntax.ts'
import { nameBits } from './escapes/named-characters.ts'
import type { FormTools } from './form.ts'
import { groupDigits } from './numbers/grouped-form.ts'
import { inexactFrom } from './numbers/lossy-number.ts'
import { lengthsOf } from './numbers/number-finder.ts'
import { inNumbers } from './numbers/number-signs.ts'
import { mayLackDigits, mostOmitted } from './numbers/scientific-form.ts'

/** Longer than any run. */
const never = 1 << 20

/**
 * What the kernel's sieve (`lib/scan/kernel/assembly/sieve.ts`) computes with, for these forms: where each of these is, is
 * said there and here only.
 */
export function sieveTables(names: readonly string[], tools: FormTools): Uint8Array {
  const table = new Uint8Array(sieveBytes)
  const view = new DataView(table.buffer)
  const has = (name: string) => names.includes(name)
  table.set(classes(has), 0)
  // Signs, then base64 of either alphabet: the bits that their classes have.
  for (const [at, byte] of [0x0f, 0x70, 0x8f, 0x65, 0x20, 0].entries()) table.fill(byte, 32 + 16 * at, 48 + 16 * at)
  table.set(columnsOf(textFirsts), 128)
  table.set(columnsOf(textSeconds), 144)
  table.set(columnsOf(base64Values.map((value) => (value < 64 && (value & 0x02) === 0 ? 1 : 0))), 160)
  table.set(columnsOf(tableOf('0234567')), 176)
  table.set(columnsOf(code64), 288)
  table.set(columnsOf(code64.with(0x2d, 0).with(0x5f, 0)), 304)
  const lengths = lengthsOf(tools) ?? []
  const shortest = Math.min(...lengths)
  const word = (at: number, value: number) => view.setInt32(at, value, true)
  word(192, lengths.length > 0 ? 1 : 0)
  const grouped = lengths.filter((length) => length > groupDigits)
  if (has('grouped') && grouped.length > 0) setGroups(view, Math.min(...grouped))
  word(276, has('scientific') && lengths.some(mayLackDigits) ? 1 : 0)
  if (has('scientific') && lengths.length > 0) word(200, Math.min(50, Math.max(1, shortest - mostOmitted)))
  word(224, (has('multibyte') ? 1 : 0) | (has('width') ? 2 : 0))
  word(228, tools.isNested ? 1 : 0)
  word(280, has('base64-uuid') ? 1 : 0)
  const long = lengths.filter((length) => length >= inexactFrom)
  // Rounding up may add a digit.
  if (has('rounded') && long.length > 0) {
    word(372, Math.min(...long))
    word(376, Math.max(...long) + 1)
  }
  word(380, has('binary-uuid') ? 1 : 0)
  table.set(columnsOf(inText), 1920)
  table.set(base64Values, 1936)
  if (has('binary-integer')) setIntegers(table, tools)
  table.set(columnsOf(alphanumeric), 320)
  setCodes(view, has, tools)
  word(204, shortestBase64Of(tools))
  word(272, tools.shortest)
  word(252, has('utf-16') ? Math.max(3, tools.shortest - 2) - 1 : 0)
  table.set(columnsOf(hexValues.map((value) => (value < 16 ? 1 : 0))), 256)
  setCharacters(table, tools)
  if (has('bytes')) setByteLists(table, tools)
  table.set(nameBits(), 1280)
  table.set(
    inNumbers(tools).map((isIn, byte) => isIn | (goesOnIn[byte]! << 1) | (endsEscape[byte]! << 2)),
    1408,
  )
  return table
}

/**
 * Classes of ASCII characters, a bit each, as columns and rows: a character has those that are set at the low half of its code in
 * the first and at the high half in the second. `;`, GS and what shares its class with an escape's sign are seen through later.
 */
function classes(has: (name: string) => boolean): Uint8Array {
  const table = new Uint8Array(32)
  const add = (bit: number, rows: readonly number[], columns: readonly number[]) => {
    for (const column of columns) table[column]! |= 1 << bit
    for (const row of rows) table[16 + row]! |= 1 << bit
  }
  const upTo = (last: number, from = 0) => Array.from({ length: last + 1 - from }, (_, at) => from + at)
  add(7, [3], upTo(9))
  add(0, [4, 6], upTo(15, 1))
  add(1, [5, 7], upTo(10))
  add(2, [2, 5], [0x0f])
  add(3, [2], [0x0b, 0x0d])
  const low = (name: string, column: number) => (has(name) ? [column] : [])
  add(4, [2], [...low('percent', 5), ...low('entity', 6), ...low('doubled-quote', 7), ...low('utf-7', 0x0b)])
  add(5, [1, 3], [...low('iso-2022', 0x0b), ...low('quoted-printable', 0x0d), ...low('base64', 0x0d)])
  // Before a line end of the registry, too.
  add(6, [5], has('bytes') ? [0x0c] : low('backslash', 0x0c))
  return table
}

/** The least number and how much larger the largest one is; columns and rows of bytes that no text has, which are in few rows, each of them a class of its own; columns of the highest bytes. */
function setIntegers(table: Uint8Array, tools: FormTools): void {
  const bounds = integerBounds(tools)
  if (bounds === undefined) return
  const view = new DataView(table.buffer)
  view.setBigUint64(2496, bounds.least, true)
  view.setBigUint64(2504, bounds.most - bounds.least, true)
  for (const [bit, row] of [0, 1, 7, 0x0c, 0x0f].entries()) {
    for (let column = 0; column < 16; column++) table[2512 + column]! |= inNoText[16 * row + column]! << bit
    table[2528 + row] = 1 << bit
  }
  const highest = Uint8Array.from({ length: 256 }, (_, byte) => (tools.index.highBytes.includes(byte) ? 1 : 0))
  table.set(allColumnsOf(highest), 2544)
}

/** The first two of four characters, if they begin with bytes of text (a quarter of the second byte is in the third): also with 0 and white space. */
const textFirsts = base64Values.map((value) => (value < 32 && value !== 1 && !(value > 3 && value < 8) ? 1 : 0))
const textSeconds = base64Values.map((value) => (value < 64 && (value & 0x08) === 0 && (value & 0x0f) !== 1 ? 1 : 0))

/** The shortest number ends behind a digit and as many groups of a separator and three digits. */
function setGroups(view: DataView, shortest: number): void {
  const groups = Math.min(13, Math.ceil(shortest / groupDigits) - 1)
  let wanted = 0n
  let unwanted = 0n
  for (let at = 0; at <= 4 * groups; at++) {
    const bit = 1n << BigInt(63 - at)
    if (at % 4 === 3) unwanted |= bit
    else wanted |= bit
  }
  view.setInt32(196, groups, true)
  // Three digits, and pairs before them as far as the masks reach.
  const pairs = Math.min(16, Math.ceil((shortest - groupDigits) / 2) - 1)
  let inPairs = 7n << 61n
  let between = 1n << 60n
  for (let pair = 0; pair < pairs; pair++) {
    inPairs |= 3n << BigInt(58 - 3 * pair)
    between |= 1n << BigInt(57 - 3 * pair)
  }
  inPairs |= 1n << BigInt(59 - 3 * pairs)
  view.setBigUint64(2472, inPairs, true)
  view.setBigUint64(2480, between, true)
  // The masks are 64 bits: of two and more groups the digit in front is the last one.
  view.setBigUint64(208, BigInt.asUintN(64, wanted), true)
  view.setBigUint64(216, BigInt.asUintN(64, unwanted), true)
}

function setCodes(view: DataView, has: (name: string) => boolean, tools: FormTools): void {
  const text = textLengthOf(tools)
  const base64 = has('base64') ? shortestRunOf(6, tools) : never
  const hex = has('hex') ? shortestRunOf(4, tools) : never
  // So much text fills so many groups of three bytes, wherever they begin.
  const groups = has('base64') ? powerOfTwo(Math.floor((text - 2) / 3)) : 1
  const pairs = Math.min(16, text)
  const list = has('bytes') ? 3 * byteLists(tools).shortest - 1 : never
  const least = Math.min(groups < 4 ? base64 : codeLine, hex, list, codeLine)
  const hasRuns = ['base64', 'hex', 'bytes'].some(has)
  for (const [at, value] of [groups, base64, pairs, hex, hasRuns ? least : 0].entries())
    view.setInt32(232 + 4 * at, value, true)
  const { parts, name, number } = codeTextOf(tools)
  for (const [at, value] of [text, name, number].entries()) view.setInt32(2192 + 4 * at, value, true)
  new Uint8Array(view.buffer).set(parts, 2208)
  view.setInt32(2464, has('base64') && mayBeShort(tools) ? 1 : 0, true)
  view.setInt32(2468, has('hex') && mayBeShortHex(tools) ? 1 : 0, true)
}

const codeLine = 32

/** The largest one that is not more, up to 8. */
function powerOfTwo(count: number): number {
  return Math.min(8, 2 ** Math.floor(Math.log2(count)))
}

/** What `matters` asks of each character, the values of hexadecimal digits, and what is behind a `\`. */
function setCharacters(table: Uint8Array, tools: FormTools): void {
  const letters = tableOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
  const withoutAtSign = charactersWithoutAtSign(tools)
  const asked = [tools.wanted, signs, code64, digits, groupSeparators, letters, withoutAtSign, breakers]
  const parts = [tools.wanted, signs, code64, groupSeparators, withoutAtSign]
  for (let byte = 0; byte < 256; byte++) {
    asked.forEach((each, bit) => {
      table[512 + byte]! |= each[byte]! << bit
    })
    table[768 + byte] = Math.min(16, hexValues[byte]!)
    const isLonger = 'uUx01234\0'.includes(String.fromCharCode(byte))
    const isCharacter = byte < 0x7f && digits[byte] === 0 && letters[byte] === 0
    // Others never matter, such as the quotes of JSON in JSON.
    const mayMatter = '\r\n'.includes(String.fromCharCode(byte)) || parts.some((each) => each[byte] === 1)
    table[1024 + byte] = isLonger ? 0xff : isCharacter ? (mayMatter ? byte : 0) : lettered[byte]!
  }
}

/**
 * How many numbers a list has at least, and in which windows no run of four characters is. A list of two digits and a sign for each has a sign on either side as
 * well; of four characters beyond that a window sees three. So one of all windows of some bits, one in 16 bytes or in 32, is in what a list takes and four bytes
 * around it. `sample`: the bytes in the middle of a window, of which numbers are looked at first, and from where on the next ones are, to meet every list.
 */
function setByteLists(table: Uint8Array, tools: FormTools): void {
  const { shortest, allowed, needsAtSign } = byteLists(tools)
  const view = new DataView(table.buffer)
  const edge = 4
  const reach = 3 * shortest - 1 + 2 * edge
  const isWide = reach >= 48
  const window = isWide ? Math.min(32, reach - 31) : Math.min(16, reach - 15)
  const sample = Math.min(16, window - 2 * edge)
  const values = [shortest, 2 ** (window - 3) - 1, isWide ? 1 : 0, 3 * shortest - sample]
  for (const [at, value] of values.entries()) view.setInt32(336 + 4 * at, value, true)
  view.setInt32(284, needsAtSign ? 1 : 0, true)
  const numbers = Array.from(allowed, (isAllowed, value) => (isAllowed === 1 ? value : 0)).filter((value) => value > 9)
  // Digits begin with 3 as two hexadecimal ones.
  const tens = [3, ...numbers.filter((value) => value < 100).map((value) => Math.floor(value / 10))]
  const hasHundreds = numbers.some((value) => value > 99)
  // Numbers from 0 on are compared as signed ones.
  const signed = 128
  table.fill(signed + 0x30 + Math.min(...tens), 384, 400)
  table.fill(signed + Math.max(...tens) + 1 - Math.min(...tens), 400, 416)
  table.fill(hasHundreds ? 0x31 : 0, 416, 432)
  table.fill(0xff, 432, 432 + sample)
  table.fill(0x31, 352, 368)
  view.setInt32(368, 2 ** sample - 2, true)
  for (const [at, byte] of [signed + 0x30, signed + 10, 0x22, 0x2f].entries())
    table.fill(byte, 448 + 16 * at, 464 + 16 * at)
  for (const value of numbers) table[1664 + 16 * (Math.floor(value / 10) % 10) + (value % 10)]! |= value < 100 ? 1 : 2
  for (let byte = 0; byte < 256; byte++) table[1664 + byte]! |= inGaps[byte]! << 2
}
