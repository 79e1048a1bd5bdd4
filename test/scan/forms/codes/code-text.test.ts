import { describe, expect, it } from 'vitest'
import { createFormMatcher } from '../../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../../lib/scan/forms/form-names.ts'
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

/** Of each shape one that is as short as few are, and spellings of it that are not longer than they have to be. */
const shortest: Record<string, readonly string[]> = {
  bob_1: ['bob_1', 'b%6Fb_1', 'bob\\x5f1', 'b&#111;b_1', 'b=6Fb_1', 'BOB_1', 'b\0o\0b\0_\0' + '1\0'],
  'x.y-z': ['x.y-z', 'x%2Ey-z', 'x.y\\u002dz', 'x&period;y-z'],
  'a@b.c': ['a@b.c', 'a%40b.c', 'a=40b.c', 'a&#64;b.c', 'a+AEA-b.c', 'a\\x40b.c'],
  "o'b@x": ["o'b@x", "o''b@x"],
  '1230000': ['1230000', '1.23e6', '1.23E+6', '1,230,000', "1'230'000", '01230000', '123000%30', '\\u0031230000'],
}

describe('a short identifier among bytes of no text, in a code', () => {
  // One list of each, and one of all: what the shortest name is decides what is looked at.
  for (const listed of [...Object.keys(shortest).map((one) => [one]), Object.keys(shortest)])
    it(`is found in each spelling, wherever it begins: ${listed.join(', ')}`, () => {
      const own = makeIndex(listed)
      const missed: string[] = []
      for (const identifier of listed)
        for (const written of shortest[identifier]!)
          for (const [code, before, looking] of [0, 1, 2].flatMap((before) =>
            (['hex', 'base64', 'base64url'] as const).flatMap((code) =>
              (['kernel', 'plain'] as const).map((looking) => [code, before, looking] as const),
            ),
          )) {
            const noText = Buffer.from([0x81, 0x9d, 0xf1, 0x02, 0x8e, 0xc3, 0x9f, 0x01])
            const bytes = Buffer.concat([noText.subarray(0, 3 + before), Buffer.from(written, 'latin1'), noText])
            let found = 0
            const matcher = createFormMatcher(own, defaultForms, () => found++, { looking })
            matcher.write(Buffer.from(`"key":"${bytes.toString(code)}",\n`))
            matcher.end()
            if (found === 0) missed.push(`${written} ${code} ${before} ${looking}`)
          }
      expect(missed).toStrictEqual([])
    })
})
