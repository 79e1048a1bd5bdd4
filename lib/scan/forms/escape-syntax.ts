import { tableOf } from '../alphabets.ts'
import type { SpotList } from './spots.ts'

/**
 * A way to write one character as several bytes. `sign` begins it. `unit` reads the one at `at`: `unitOf(length, code)`,
 * or 0 when none stands there. `plusIsSpace`: whether a plain `+` may stand for a space as well. `mayGlue`: whether the end
 * of a unit of so many bytes may be taken for the beginning of an identifier behind it, by who looks for plain ones.
 */
export type EscapeSyntax = {
  readonly name: SpotList
  readonly sign: string
  unit(bytes: Uint8Array, at: number, to: number): number
  mayGlue(length: number): boolean
  readonly plusIsSpace?: boolean
}

/** A code that stands for no character at all, as a soft line break does. */
export const nothing = 0x1fffff

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
export const code64 = tableOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_')
export const groupSeparators = tableOf(",._' ")
/** Beside hexadecimal digits and `;`, what escapes end with. */
export const endsEscape = tableOf('-}')
/** What follows a sign in a number. */
export const goesOnIn = tableOf('0123456789eE+')
