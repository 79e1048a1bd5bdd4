import { describe, expect, it } from 'vitest'
import { createFormMatcher } from '../../../../lib/scan/forms/form-matcher.ts'
import { makeIndex } from '../../../subject-index/make-index.ts'

/** What is in lines of a code where no line says anything alone: an identifier goes over a line end, wherever that is in it. */

const identifier = 'bob@x.org'
const index = makeIndex([identifier])
/** No text, whichever bit one begins with. */
const noText = (length: number) => Buffer.alloc(length, 0xff)

/** The forms in which it is found, for each place that it may have in its bytes. */
function formsIn(write: (bytes: Buffer) => string): string[][] {
  return Array.from({ length: 200 }, (_, place) => {
    const bytes = Buffer.concat([noText(150 + place), Buffer.from(identifier), noText(400 - place)])
    const forms: string[] = []
    const matcher = createFormMatcher(index, ['hex', 'base64'], ({ form }) => forms.push(form ?? 'plain'))
    matcher.write(Buffer.from(`digest = ${write(bytes)}\n`))
    matcher.end()
    return forms
  })
}

const inLines = (text: string, length: number, lineEnd: string) =>
  text.match(new RegExp(`.{1,${length}}`, 'g'))!.join(lineEnd)

describe('an identifier in lines of a code', () => {
  for (const code of ['hex', 'base64'] as const)
    for (const length of [33, 36, 64, 76])
      for (const lineEnd of ['\n', '\r\n', '\n    ', '\n> ', '\r\n>> ', '\n# ', '\n    ; ', '\n * '])
        it(`is found wherever it is: ${code}, lines of ${length}, ${JSON.stringify(lineEnd)}`, () => {
          expect(new Set(formsIn((bytes) => inLines(bytes.toString(code), length, lineEnd)).map(String))).toEqual(
            new Set([code]),
          )
        })
})
