import { tableOf } from '../../finders/alphabets.ts'
import type { SpotList } from '../spots.ts'

/**
 * A way to write one character as several bytes. `sign` begins it. `unit` reads the one at `at`: `unitOf(length, code)`,
 * or 0 when none stands there. `mayGlue`: whether the end of a unit of so many bytes may be taken for the beginning of an
 * identifier behind it, by who looks for plain ones. A plain `+` in a query, which stands for a space, is none: an address
 * may begin behind either.
 *
 * A unit may stand for `several` characters: `spread` tells them with where each is written, and `isCut` that more of them follow
 * that are not read. `otherwise` reads units in another way, where both are possible: in every token, or in those alone that have `ambiguous`, which such units begin with.
 */
export type EscapeSyntax = {
  readonly name: SpotList
  readonly sign: string
  unit(bytes: Uint8Array, at: number, to: number): number
  mayGlue(length: number): boolean
  otherwise?(bytes: Uint8Array, at: number, to: number): number
  readonly ambiguous?: Buffer
  isCut?(bytes: Uint8Array, at: number, end: number): boolean
  spread?(bytes: Uint8Array, at: number, end: number, take: TakeCharacter): void
}

/** Takes a character's code, and the bytes [start, end) that it is written as. */
export type TakeCharacter = (code: number, start: number, end: number) => void

/** A code that stands for no character at all, as a soft line break does. */
export const nothing = 0x1fffff

/** A character of no identifier and no form, in place of one that does not matter. */
export const replacement = 0xfffd

/** A code that stands for more than one character. */
export const several = 0x1ffffe

/** A unit as one number: its length in bytes (at most 1,023) and the code of its character. */
export const unitOf = (length: number, code: number): number => length * 0x200000 + code

export const codeOf = (unit: number) => unit & 0x1fffff
export const lengthOf = (unit: number) => unit >>> 21

/** No identifier reaches over these, nor an escape before one. */
export const breakers = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte <= 0x20 && byte !== 0x1b) || byte >= 0x7f ? 1 : 0,
)
for (const character of '"<>(),:') breakers[character.charCodeAt(0)] = 1

/** What escapes of any form begin with, and what names a character in them. */
export const signs = tableOf('%\\&=#;')
export const groupSeparators = tableOf(",._' ")
export const noBreakSpace = 0xa0
/** The other ones of several bytes: `group-separators.ts`. */
export const longSeparators: readonly number[] = [0x2009, 0x2019, 0x202f]
/** Beside hexadecimal digits and `;`, what escapes end with. */
export const endsEscape = tableOf('-}')
/** What follows a sign in a number. */
export const goesOnIn = tableOf('0123456789eE+')
