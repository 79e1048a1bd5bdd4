import type { EncodedProblem } from './encoded-check.ts'

/** What the second line of a dump begins with, which is looked for before anything else: next to no text has it. */
const seconds = ['\n000', '\t0x0010:']
const offset = String.raw`(?:\t0x(?=[0-9a-f]{4})|(?=[0-9a-f]{6}))([0-9a-f]{4,16}):?`
/** A line behind its offset, and the offset of the next one, as `od`, `hexdump`, `xxd` and, behind a tab, `tcpdump` write them. */
const line = new RegExp(String.raw`(?<=^|\n)${offset}[ \t]([^\r\n]{8,400})\r?\n(?=${offset}(?:[ \t]|\r?\n))`, 'gi')
const word = /[\w.@+-]{6}/
const ofWord = /[\w.@+-]/
const mostBytes = 64

/** What a line says: its bytes as characters, in one order or in both, and whether a form finds what is in one line. */
type Dumped = { readonly texts: readonly string[]; readonly isFound: boolean }

/**
 * Dumps of bytes that nobody reads: in words, also as decimal numbers, in octal or binary digits or as characters with names (`od`, `hexdump`, `tcpdump -x`), and those as pairs of digits or with their characters beside whose lines
 * end within words.
 */
export function offsetLinesIn(text: string, from: number): EncodedProblem | undefined {
  if (!seconds.some((second) => text.includes(second))) return undefined
  let before = { end: -1, characters: '' }
  for (const { 0: whole, 1: own = '', 2: rest = '', 3: next = '', index } of text.matchAll(line)) {
    const counts = [difference(own, next, 16), difference(own, next, 8)]
    const dumped = dumpedIn(rest, counts[0]!) ?? dumpedIn(rest, counts[1]!) ?? decimalIn(rest, counts)
    if (dumped === undefined) continue
    const [characters = ''] = dumped.texts
    const around = before.end === index ? before.characters.slice(-2) + characters.charAt(0) : ''
    before = { end: index + whole.length, characters }
    const isCut = around.length === 3 && [...around].every((each) => ofWord.test(each))
    if (isCut || (!dumped.isFound && dumped.texts.some((each) => word.test(each))))
      return {
        reason: 'unsupported-format',
        offset: from + index,
        detail: dumped.isFound
          ? 'expected no dump of bytes, whose lines cut words'
          : 'expected no dump of bytes in words, octal digits or names',
      }
  }
  return undefined
}

/** Bytes from one offset to the next one; 0: they are no such numbers. */
function difference(own: string, next: string, base: 8 | 16): number {
  if (base === 8 && /[^0-7]/.test(own + next)) return 0
  return Number.parseInt(next, base) - Number.parseInt(own, base)
}

function dumpedIn(rest: string, count: number): Dumped | undefined {
  if (count < 4 || count > mostBytes) return undefined
  const named = namedIn(` ${rest}`, count)
  if (named !== undefined) return { texts: [named], isFound: false }
  const items = rest.trim().split(/[ \t]+/)
  for (const width of [1, 2, 4, 8])
    for (const [digits, base] of digitsOf(width)) {
      const own = items.slice(0, count / width)
      if (own.length < count / width || own.some((each) => each.length !== digits || !isNumber(each, base))) continue
      const words = own.map((each) => bytesOf(each, width, base))
      const texts = [words, words.map((each) => Buffer.from(each).reverse())].map((each) =>
        Buffer.concat(each).toString('latin1'),
      )
      // Blanks are points to `tcpdump`.
      const shown = rest.replaceAll(' ', '.')
      const isBeside = texts.some((each) => shown.includes(each.replace(/[^!-~]/g, '.')))
      return { texts, isFound: isBeside || (width === 1 && base === 16) }
    }
  return undefined
}

/** Decimal numbers alone, each of several bytes (`od -d`, `hexdump -d`), which make text of one of these counts of bytes. */
function decimalIn(rest: string, counts: readonly number[]): Dumped | undefined {
  const items = rest.trim().split(/[ \t]+/)
  if (!items.every((each) => /^\d{1,20}$/.test(each))) return undefined
  for (const count of counts) {
    const digits = (2 * count) / items.length
    if (![4, 8, 16].includes(digits)) continue
    const words = items.map((each) => BigInt(each).toString(16).padStart(digits, '0'))
    if (words.some((each) => each.length > digits)) continue
    const bytes = words.map((each) => Buffer.from(each, 'hex'))
    const texts = [bytes, bytes.map((each) => Buffer.from(each).reverse())].map((each) =>
      Buffer.concat(each).toString('latin1'),
    )
    if (texts.some((each) => word.test(each))) return { texts, isFound: false }
  }
  return undefined
}

/** How many digits a number of so many bytes has, and in which base. */
const digitsOf = (width: number): readonly (readonly [number, number])[] =>
  width === 1
    ? [
        [2, 16],
        [3, 8],
        [8, 2],
      ]
    : width === 2
      ? [
          [4, 16],
          [6, 8],
        ]
      : [[2 * width, 16]]

const isNumber = (text: string, base: number) =>
  (base === 16 ? /^[0-9a-f]+$/i : base === 8 ? /^[0-7]+$/ : /^[01]+$/).test(text)

function bytesOf(text: string, width: number, base: number): Buffer {
  if (base === 16) return Buffer.from(text, 'hex')
  const bytes = Buffer.alloc(width)
  bytes.writeUIntBE(Number.parseInt(text, base) % 256 ** width, 0, width)
  return bytes
}

/** Columns of four, each a character or a name of one (`od -c`, `od -a`): the characters. */
function namedIn(cells: string, count: number): string | undefined {
  if (cells.length !== 4 * count) return undefined
  const items = cells.match(/.{4}/g) ?? []
  if (items.some((each) => each[0] !== ' ' || /\S\s+$/.test(each))) return undefined
  // A table of small numbers is none.
  if (items.every((each) => /^\s+\d+$/.test(each))) return undefined
  return items.map((each) => nameOf(each.trim())).join('')
}

const nameOf = (name: string) => (name === '' || name === 'sp' ? ' ' : name.length === 1 ? name : '.')
