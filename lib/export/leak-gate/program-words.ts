import { verifyScript } from '../tools/generated.ts'

/** No word of a program is as long. */
const longBase64 = /[A-Za-z0-9+/]{60,}/g

let words: ReadonlySet<string> | undefined

/**
 * Words that every bundle holds, whoever is in scope, since they stand in the program that it brings: a handle may be one
 * of them by chance, and that one of them stands in a sentence of ours tells nobody anything. Bytes in base64, of letters that it draws and of kernels, hold no words.
 */
export function programWords(): ReadonlySet<string> {
  words ??= new Set(
    verifyScript
      .replaceAll(longBase64, ' ')
      .match(/[A-Za-z]+/g)
      ?.map((word) => word.toLowerCase()),
  )
  return words
}
