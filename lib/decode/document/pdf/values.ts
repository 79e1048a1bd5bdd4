import { type Lexer, lexerOf, nameAt, numberAt, stringAt, wordAt } from './lexer.ts'

/** A value of a PDF; a string is its bytes. `word`: an operator, a keyword, `true`, `null`. */
export type Value = number | Buffer | Name | Ref | Word | Value[] | Dict
export type Name = { readonly name: string }
export type Ref = { readonly ref: number }
export type Word = { readonly word: string }
export type Dict = Map<string, Value>

/** Brackets that stand deeper mean nothing. */
const deepest = 32

export const isDict = (value: Value | undefined): value is Dict => value instanceof Map
const isObject = (value: Value | undefined): value is Name | Ref | Word =>
  typeof value === 'object' && !Buffer.isBuffer(value) && !Array.isArray(value) && !(value instanceof Map)
export const nameOf = (value: Value | undefined) => (isObject(value) && 'name' in value ? value.name : undefined)
export const refOf = (value: Value | undefined) => (isObject(value) && 'ref' in value ? value.ref : undefined)
export const wordOf = (value: Value | undefined) => (isObject(value) && 'word' in value ? value.word : undefined)
export const listOf = (value: Value | undefined): Value[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

/** All values of a text, one behind the other. */
export const parseValues = (bytes: Buffer): Value[] => valuesUntil(lexerOf(bytes), '', 0)

/** What an object is: the value behind its `obj`, or the first where it has none (in an object stream). */
export function objectIn(bytes: Buffer): Value | undefined {
  const values = parseValues(bytes)
  return values[values.findIndex((value) => wordOf(value) === 'obj') + 1]
}

/** The value at a token; whatever is nested too deep is a word. */
export function valueAt(lexer: Lexer, depth = 0): Value {
  if (lexer.kind === 'number') return numberAt(lexer)
  if (lexer.kind === 'name') return { name: nameAt(lexer) }
  if (lexer.kind === 'string') return stringAt(lexer)
  const word = wordAt(lexer)
  if (depth < deepest && word === '[') return valuesUntil(lexer, ']', depth + 1)
  if (depth < deepest && word === '<<') return dictOf(valuesUntil(lexer, '>>', depth + 1))
  return { word }
}

function valuesUntil(lexer: Lexer, end: string, depth: number): Value[] {
  const values: Value[] = []
  while (lexer.next() !== 'end') {
    const value = valueAt(lexer, depth)
    const word = wordOf(value)
    if (word !== undefined && word === end) break
    const number = word === 'R' && typeof values.at(-1) === 'number' ? values.at(-2) : undefined
    if (typeof number === 'number') values.splice(-2, 2, { ref: number })
    else values.push(value)
  }
  return values
}

function dictOf(values: readonly Value[]): Dict {
  const dict: Dict = new Map()
  for (let at = 0; at + 1 < values.length; at++) {
    const name = nameOf(values[at])
    if (name !== undefined) dict.set(name, values[++at]!)
  }
  return dict
}

/** The strings in a value, in their order. */
export function stringsIn(value: Value, found: Buffer[] = []): Buffer[] {
  if (Buffer.isBuffer(value)) found.push(value)
  else if (Array.isArray(value) || isDict(value)) for (const each of value.values()) stringsIn(each, found)
  return found
}

/** A text of PDF (7.9.2.2): UTF-16 or UTF-8 behind a mark, else one byte a character. What is no character of a text is a blank. */
export function textOf(bytes: Buffer): string {
  const text =
    bytes[0] === 0xfe && bytes[1] === 0xff
      ? Buffer.from(bytes.subarray(2, bytes.length & ~1))
          .swap16()
          .toString('utf16le')
      : bytes[0] === 0xff && bytes[1] === 0xfe
        ? bytes.toString('utf16le', 2)
        : bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
          ? bytes.toString('utf8', 3)
          : bytes.toString('latin1')
  return inOneLine(text)
}

/** Without what ends a line, and without languages between escapes (7.9.2.2.1). */
const inOneLine = (text: string) => text.replace(/\x1b[^\x1b]{0,8}\x1b/g, '').replace(/[\0-\x1f\x7f]/g, ' ')
