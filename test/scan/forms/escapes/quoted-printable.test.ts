import { expect, it } from 'vitest'
import { createFormMatcher } from '../../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../../lib/scan/forms/form-names.ts'
import { makeIndex } from '../../../subject-index/make-index.ts'

const index = makeIndex(['5696621', 'bob@x.org', 'P_w77a'])

function find(text: string): number[] {
  const found: number[] = []
  const matcher = createFormMatcher(index, defaultForms, ({ offset }) => found.push(offset))
  matcher.write(Buffer.from(text))
  matcher.end()
  return found
}

const letters = Array.from({ length: 127 }, (_, code) => code)
  .filter((code) => /[A-Za-z0-9]/.test(String.fromCharCode(code)))
  .map((code) => code.toString(16))
  .filter((digits) => /^\d\d$/.test(digits))

it('no letter or digit is read where a longer number stands behind a sign of equality', () => {
  expect(letters.length).toBeGreaterThan(40)
  for (const two of letters) expect(find(`order=${two}5696621 done`), two).toStrictEqual([])
})

it('whatever else is written so is read in front of a number, and letters are where all is written so', () => {
  for (const two of ['20', '23', '22', '3D', '3A', '40']) expect(find(`Re:=${two}5696621 =`), two).toStrictEqual([6])
  expect(find('=35=36=39=36=36=32=31')).toStrictEqual([0])
  expect(find('=62=6F=62=40=78.org')).toStrictEqual([0])
  expect(find('id =50_w77a')).toStrictEqual([3])
})
