import { lettersData } from '../report/pdf/generated-letters.ts'
import { verifyScript } from '../tools/generated.ts'

let words: ReadonlySet<string> | undefined

/**
 * Words that every bundle holds, whoever is in scope, since they stand in the program that it brings: a handle may be one
 * of them by chance, and that one of them stands in a sentence of ours tells nobody anything. The letters that it draws are bytes in base64, which hold no words.
 */
export function programWords(): ReadonlySet<string> {
  words ??= new Set(
    verifyScript
      .replaceAll(lettersData, ' ')
      .match(/[A-Za-z]+/g)
      ?.map((word) => word.toLowerCase()),
  )
  return words
}
