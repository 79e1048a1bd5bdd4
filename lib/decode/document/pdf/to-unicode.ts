import { lexerOf, wordAt } from './lexer.ts'
import { textOf, type Value, valueAt } from './values.ts'

/** What the codes of a font show (Adobe Technical Note 5014; ISO 32000-2, 9.10.3). `spaces`: which codes there are, and so how many bytes they
 * have. `cost`: how much there was to read, in bytes. */
export type ToUnicode = {
  readonly texts: ReadonlyMap<string, string>
  readonly spaces: readonly CodeSpace[]
  readonly cost: number
}
type CodeSpace = { readonly low: Buffer; readonly high: Buffer }

/** Fonts have 65,536 glyphs at most. */
const mostCodes = 65_536
const mostLetters = 8
const mostSpaces = 100
/** A code of a range is as much work as so many bytes. */
const bytesOfCode = 16

export function parseToUnicode(bytes: Buffer): ToUnicode {
  const texts = new Map<string, string>()
  const spaces: CodeSpace[] = []
  let codes = 0
  const lexer = lexerOf(bytes)
  let values: Value[] = []

  function set(code: string, text: string): void {
    codes += 1
    texts.set(code, expanded(text.slice(0, mostLetters)))
  }

  function range(low: Buffer, high: Buffer, target: Value): void {
    const [from, to] = [numberOf(low), numberOf(high)]
    const first = Buffer.isBuffer(target) ? utf16(target) : ''
    for (let code = from; code <= to && codes < mostCodes; code++) {
      const each = Array.isArray(target) ? target[code - from] : undefined
      const text = Buffer.isBuffer(each) ? utf16(each) : plus(first, code - from)
      set(codeOf(code, low.length), text)
    }
  }

  while (lexer.next() !== 'end') {
    const word = lexer.kind === 'word' ? wordAt(lexer) : ''
    if (/^begin(?:bf|codespace)/.test(word)) values = []
    else if (word === 'endbfchar')
      for (const [code, text] of inGroups(values, 2)) {
        if (Buffer.isBuffer(code) && Buffer.isBuffer(text) && codes < mostCodes)
          set(code.toString('latin1'), utf16(text))
      }
    else if (word === 'endbfrange')
      for (const [low, high, target] of inGroups(values, 3)) {
        if (Buffer.isBuffer(low) && Buffer.isBuffer(high) && target !== undefined) range(low, high, target)
      }
    else if (word === 'endcodespacerange')
      for (const [low, high] of inGroups(values, 2)) {
        if (
          Buffer.isBuffer(low) &&
          Buffer.isBuffer(high) &&
          low.length > 0 &&
          low.length === high.length &&
          spaces.length < mostSpaces
        )
          spaces.push({ low, high })
      }
    else values.push(valueAt(lexer))
  }
  return { texts, spaces, cost: bytes.length + codes * bytesOfCode }
}

/** How many bytes the code at a place has; two where no range says it. */
export function codeLength({ spaces }: Pick<ToUnicode, 'spaces'>, bytes: Buffer, at: number): number {
  const space = spaces.find(
    ({ low, high }) =>
      at + low.length <= bytes.length &&
      low.every((byte, index) => byte <= bytes[at + index]! && bytes[at + index]! <= high[index]!),
  )
  return space?.low.length ?? 2
}

function* inGroups(values: readonly Value[], size: number): Generator<readonly Value[]> {
  for (let at = 0; at + size <= values.length; at += size) yield values.slice(at, at + size)
}

const numberOf = (code: Buffer) => (code.length === 0 || code.length > 4 ? Number.NaN : code.readUIntBE(0, code.length))

const codeOf = (number: number, length: number) =>
  String.fromCharCode(...Array.from({ length }, (_, at) => (number / 256 ** (length - 1 - at)) & 0xff))

/** Ghostscript writes joined letters with their bytes in the other order. */
const swapped = /^[\u6600\u6900\u6c00]{2,3}$/

function utf16(bytes: Buffer): string {
  if (bytes.length === 1) return textOf(bytes)
  const even = bytes.subarray(0, bytes.length & ~1)
  const text = Buffer.from(even).swap16().toString('utf16le')
  return swapped.test(text) ? even.toString('utf16le') : text
}

/** The last character counts on. */
const plus = (text: string, count: number) =>
  text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + count)

/** Joined letters (`ﬀ`) as the letters that they are, any white space as a blank (Qt maps that to a tab), and no control characters. */
export const expanded = (text: string) =>
  isAsShown.test(text)
    ? text
    : text
        .replace(/[\ufb00-\ufb06]/g, (each) => each.normalize('NFKC'))
        .replace(/\s/g, ' ')
        .replace(/[\0-\x1f\x7f]/g, '\ufffd')

const isAsShown = /^[\x20-\x7e]*$/
