import { describe, expect, it } from 'vitest'
import { createFormMatcher } from '../../../../lib/scan/forms/form-matcher.ts'
import { makeIndex } from '../../../subject-index/make-index.ts'

const index = makeIndex(['bob@x.org'])
/** No text, and nothing that a streak of text ends at. */
const controls = Buffer.alloc(3_000_000, '\x01\x02\x03')

describe('a code in which nothing says for long whether it has text', () => {
  for (const code of ['hex', 'base64'] as const)
    it(`is read in no more than a little time, and an identifier behind it found: ${code}`, { timeout: 5_000 }, () => {
      const forms: (string | undefined)[] = []
      const matcher = createFormMatcher(index, ['hex', 'base64'], ({ form }) => forms.push(form))
      const bytes = Buffer.from(Buffer.concat([controls, Buffer.from('bob@x.org\x01\x02\x03')]).toString(code))
      for (let at = 0; at < bytes.length; at += 65_536) matcher.write(bytes.subarray(at, at + 65_536))
      matcher.end()
      expect(forms).toEqual([code])
    })
})
