import { isBracket, lexerOf, wordAt } from './lexer.ts'

/** Operators that show text, or say where and in which font (ISO 32000-2, 9.3 and 9.4), and marks that have texts of their own. */
const kept: ReadonlySet<string> = new Set('q Q cm BT ET Tc Tw Tz TL Tf Td TD Tm T* Tj TJ \' "'.split(' '))
const marks: ReadonlySet<string> = new Set(['BDC', 'DP'])

const leastLooked = 64 * 1024
/** What is longer without an operator is no text that anybody shows. */
const mostCarried = 2 ** 18

/** Takes the operators about text out of the content of a page, with what they are about, so that these can be held until its fonts are known. */
export type TextOperators = { write(bytes: Uint8Array): void; end(): Buffer }

/** `hold`: whether so many more bytes may be held; what is beyond that is left out. */
export function textOperators(hold: (bytes: number) => boolean): TextOperators {
  let pieces: Buffer[] = []
  let waiting = 0
  let carried = 0
  let isInImage = false
  const out: Buffer[] = []

  function keep(bytes: Buffer): void {
    if (hold(bytes.length)) out.push(Buffer.from(bytes))
  }

  /** Looks at what there is, and carries what may go on: as much again has to come before it is looked at once more. */
  function look(isEnd: boolean): void {
    const bytes = Buffer.concat(pieces)
    const rest = bytes.subarray(bytes.length - lookAt(bytes, isEnd))
    const carry = rest.length > mostCarried ? Buffer.alloc(0) : Buffer.from(rest)
    pieces = [carry]
    carried = carry.length
    waiting = 0
  }

  /** How many bytes are left at the end. */
  function lookAt(bytes: Buffer, isEnd: boolean): number {
    const lexer = lexerOf(bytes)
    const texts: Buffer[] = []
    let from = 0
    const piece = { from: 0, to: 0 }
    let hasTexts = false
    for (;;) {
      if (isInImage) {
        const end = imageEnd(bytes, lexer.to)
        if (end === -1 && !isEnd) return finish(Math.max(from, bytes.length - 4))
        isInImage = false
        from = end === -1 ? lexer.to : end
        lexer.to = from
      }
      lexer.next()
      if (lexer.kind === 'end' || (lexer.to === bytes.length && !isEnd)) return finish(from)
      hasTexts ||= lexer.kind === 'string'
      if (lexer.kind !== 'word') continue
      // Brackets are of what an operator is about.
      if (isBracket(lexer)) continue
      const word = wordAt(lexer)
      if (kept.has(word) || (marks.has(word) && hasTexts)) add(from, lexer.to)
      isInImage = word === 'ID'
      from = lexer.to
      hasTexts = false
    }
    /** Those that stand together are one piece. */
    function add(start: number, end: number): void {
      if (start !== piece.to) {
        texts.push(bytes.subarray(piece.from, piece.to), blank)
        piece.from = start
      }
      piece.to = end
    }
    function finish(at: number): number {
      texts.push(bytes.subarray(piece.from, piece.to), blank)
      if (piece.to > 0) keep(Buffer.concat(texts))
      return bytes.length - at
    }
  }

  return {
    write(bytes) {
      pieces.push(Buffer.from(bytes))
      waiting += bytes.length
      if (waiting >= Math.max(leastLooked, carried)) look(false)
    },
    end() {
      look(true)
      // An operator may be in the next part of a page.
      const rest = Buffer.concat(pieces)
      if (rest.some((byte) => byte > 0x20)) keep(Buffer.concat([rest, blank]))
      return Buffer.concat(out)
    },
  }
}

const blank = Buffer.from('\n')

/** Behind the data of an image in the content: white space, `EI` and white space. */
function imageEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf('EI', from); at !== -1; at = bytes.indexOf('EI', at + 1))
    if (isSpace(bytes[at - 1]) && (at + 2 >= bytes.length || isSpace(bytes[at + 2]))) return at + 2
  return -1
}

const isSpace = (byte: number | undefined) => byte !== undefined && byte <= 0x20
