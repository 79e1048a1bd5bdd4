import type { Gap } from '../unverified.ts'

/** Identifiers have no character below it: lists of smaller numbers are no text, and what is compressed has larger ones. */
export const leastCharacter = 0x30

/** Of a column whose values are items of lists and bytes by their type: each is a line, whatever they are together. */
export const listOfBytes = (path: readonly string[]): Gap => ({
  reason: 'unsupported-format',
  path,
  offset: 0,
  detail: 'expected no bytes as lists of numbers',
})
