import { type Alphabet, tableOf } from './alphabets.ts'

/**
 * Bytes that belong to no alphabet and to no escape: no identifier and no context of one reaches across. What is before
 * one and what follows it can be searched separately, and what is found is the same, byte for byte. All of them are
 * ASCII, so none is a part of a longer character.
 */
export const separatorText = '\n\r\t "(),:<>'

export const separators: Alphabet = tableOf(separatorText)
