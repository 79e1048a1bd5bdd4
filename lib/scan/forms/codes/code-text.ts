import { dottedCharacters, handleCharacters, tableOf } from '../../finders/alphabets.ts'
import { soughtShapes } from '../../finders/sought-shapes.ts'
import type { FormTools } from '../form.ts'
import { leastByChance, textAround } from './met-by-chance.ts'

/** What text consists of, also as UTF-16: a run of other bytes holds no identifier and no form of one. */
export const inText = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte >= 0x20 && byte < 0x7f) || byte === 0 || byte === 9 || byte === 10 || byte === 13 ? 1 : 0,
)

/** A number in scientific notation may be two shorter. */
const scientificSaves = 2

/** Bytes of text that are worth looking at. */
export function textLengthOf({ shortest }: Pick<FormTools, 'shortest'>): number {
  return Math.max(leastByChance, shortest - scientificSaves)
}

/**
 * Which pieces of text are worth a search, those of `textAround` bytes and more aside, which all are. Digests, keys and long numbers hold shorter ones all over, by chance: few have
 * as many characters in a row as the shortest name or number, or what an address or an escape cannot be without.
 */
export type CodeText = {
  /** What each byte may be part of, as bits: `inName`, `inNumber`, `isMark`. */
  readonly parts: Uint8Array
  /** Characters in a row, at least, of a name and of a number. */
  readonly name: number
  readonly number: number
}

const inName = 1
const inNumber = 2
const isMark = 4

/** More than any piece has in a row that is not worth a search anyway. */
const never = 255
/** An escape of any form has one of these, or an address, or text in UTF-16. */
const marks = tableOf("%\\&='+@\0")
/** In groups and in scientific notation as well. */
const ofNumbers = tableOf("0123456789,._' eE+-")

export function codeTextOf({ index }: Pick<FormTools, 'index'>): CodeText {
  const shapes = soughtShapes(index)
  const shortestOf = (names: readonly string[]) =>
    Math.min(...shapes.flatMap(({ shape, lengths }) => (names.includes(shape) ? lengths : [])), never)
  const ofNames = shapes.some(({ shape }) => shape === 'dotted') ? dottedCharacters : handleCharacters
  const parts = ofNames.map((isOne, byte) => isOne * inName + ofNumbers[byte]! * inNumber + marks[byte]! * isMark)
  return {
    parts,
    name: Math.max(leastByChance, shortestOf(['handle', 'dotted'])),
    number: Math.max(1, shortestOf(['decimal']) - scientificSaves),
  }
}

/** Whether a piece [start, end) of text is worth a search. */
export function isWorth({ parts, name, number }: CodeText, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start >= textAround) return true
  let [names, numbers] = [0, 0]
  for (let at = start; at < end; at++) {
    const part = parts[bytes[at]!]!
    names = (part & inName) === 0 ? 0 : names + 1
    numbers = (part & inNumber) === 0 ? 0 : numbers + 1
    if ((part & isMark) !== 0 || names >= name || numbers >= number) return true
  }
  return false
}
