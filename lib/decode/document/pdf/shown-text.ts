import type { Font } from './fonts.ts'
import { lexerOf } from './lexer.ts'
import { identity, type Matrix, moved, product } from './matrix.ts'
import { listOf, nameOf, stringsIn, textOf, type Value, valueAt, wordOf } from './values.ts'

/**
 * A line of text as a page shows it, in pieces with room between them. Where a font does not say how wide its glyphs are, as those that every viewer has need not, a text that
 * is put anywhere is a piece of its own.
 */
export type Line = string[]

/** Room from which a text does not go on, in parts of the size of the font; fonts of TeX have 0.17 and more between words. */
const leastRoom = 0.16
/** A text that goes on farther back or in another line is another one. */
const mostBack = 0.6
const mostAcross = 0.4

const deepestState = 512
/** Longer lines are cut. */
const mostCharacters = 2 ** 20

type State = {
  matrix: Matrix
  font: Font | undefined
  size: number
  between: number
  words: number
  scale: number
  leading: number
}

/** Lines of the text that operators show, in their order; `fontOf` gives a font by its name. Between glyphs is no room that is less than a blank. */
export function* shownLines(operators: Buffer, fontOf: (name: string) => Font | undefined): Generator<Line> {
  const first: State = { matrix: identity, font: undefined, size: 1, between: 0, words: 0, scale: 1, leading: 0 }
  let state = first
  const states: State[] = []
  let [text, line]: [Matrix, Matrix] = [identity, identity]
  let pieces: string[] = []
  let characters = 0
  /** Where the last text ended, whether it is known how far it went, and whether the next one is put somewhere else. */
  let end: { x: number; y: number; isKnown: boolean } | undefined
  let isPut = false
  const finished: Line[] = []

  function finish(): void {
    if (pieces.length > 0) finished.push(pieces)
    pieces = []
    characters = 0
    end = undefined
  }

  function show(bytes: Buffer): void {
    const place = product(text, state.matrix)
    const em = Math.abs(state.size) * Math.hypot(place[0], place[1]) || 1
    const joins = placed(place, em)
    let advance = 0
    let isKnown = true
    let shown = ''
    for (const { text, width, isSpace } of state.font?.show(bytes) ?? unknownText(bytes)) {
      shown += text
      isKnown &&= width !== undefined
      advance += ((width ?? 500) / 1000) * state.size + state.between + (isSpace ? state.words : 0)
    }
    if (joins && pieces.length > 0) pieces[pieces.length - 1] += shown
    else pieces.push(shown)
    characters += shown.length
    isPut = false
    text = moved(text, advance * state.scale, 0)
    const to = product(text, state.matrix)
    end = { x: to[4], y: to[5], isKnown }
  }

  /** Whether a text that begins here goes on with the last one; begins a line if it is in none. */
  function placed(place: Matrix, em: number): boolean {
    if (end === undefined) return false
    const length = Math.hypot(place[0], place[1]) || 1
    const [ux, uy] = [place[0] / length, place[1] / length]
    const [dx, dy] = [place[4] - end.x, place[5] - end.y]
    const along = (dx * ux + dy * uy) / em
    const across = Math.abs(dx * uy - dy * ux) / em
    if (across > mostAcross || characters >= mostCharacters) {
      finish()
      return false
    }
    return (end.isKnown || !isPut) && along < leastRoom && along > -mostBack
  }

  function put(matrix: Matrix): void {
    line = matrix
    text = matrix
    isPut = true
  }

  function nextLine(x: number, y: number): void {
    put(moved(line, x, y))
  }

  function apply(operator: string, operands: readonly Value[]): void {
    const number = (at: number) => {
      const value = operands[at]
      return typeof value === 'number' ? value : 0
    }
    const bytes = operands.at(-1)
    switch (operator) {
      case 'q':
        if (states.length < deepestState) states.push(state)
        return
      case 'Q':
        state = states.pop() ?? state
        return
      case 'cm':
        state = { ...state, matrix: product(matrixOf(operands), state.matrix) }
        return
      case 'BT':
        put(identity)
        return
      case 'Tc':
        state = { ...state, between: number(0) }
        return
      case 'Tw':
        state = { ...state, words: number(0) }
        return
      case 'Tz':
        state = { ...state, scale: number(0) / 100 }
        return
      case 'TL':
        state = { ...state, leading: number(0) }
        return
      case 'Tf':
        state = { ...state, font: fontOf(nameOf(operands[0]) ?? ''), size: number(1) }
        return
      case 'Tm':
        put(matrixOf(operands))
        return
      case 'TD':
        state = { ...state, leading: -number(1) }
        nextLine(number(0), number(1))
        return
      case 'Td':
        nextLine(number(0), number(1))
        return
      case 'T*':
        nextLine(0, -state.leading)
        return
      case '"':
        state = { ...state, words: number(0), between: number(1) }
        nextLine(0, -state.leading)
        if (Buffer.isBuffer(bytes)) show(bytes)
        return
      case "'":
        nextLine(0, -state.leading)
        if (Buffer.isBuffer(bytes)) show(bytes)
        return
      case 'Tj':
        if (Buffer.isBuffer(bytes)) show(bytes)
        return
      case 'TJ':
        for (const each of listOf(bytes))
          if (Buffer.isBuffer(each)) show(each)
          else if (typeof each === 'number') text = moved(text, (-each / 1000) * state.size * state.scale, 0)
        return
      case 'BDC':
      case 'DP':
        for (const each of operands.flatMap((operand) => stringsIn(operand))) finished.push([textOf(each)])
    }
  }

  const lexer = lexerOf(operators)
  let operands: Value[] = []
  while (lexer.next() !== 'end') {
    const value = valueAt(lexer)
    const operator = wordOf(value)
    if (operator === undefined) operands.push(value)
    else {
      apply(operator, operands)
      operands = []
      yield* finished.splice(0)
    }
  }
  finish()
  yield* finished
}

function matrixOf(operands: readonly Value[]): Matrix {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = operands.map((each) => (typeof each === 'number' ? each : 0))
  return [a, b, c, d, e, f]
}

/** A font that nobody knows: most are of Windows-1252, and in what all have in common. */
const unknownText = (bytes: Buffer) => [{ text: textOf(bytes), width: undefined, isSpace: false }]
