import { expect } from 'vitest'
import { createFormMatcher } from '../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../lib/scan/forms/form-names.ts'
import type { Occurrence } from '../../../lib/scan/occurrence.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { referenceForms } from './reference.ts'

/** What a matcher finds in bytes that are written in pieces of a size. */
export function find(
  identifier: string,
  text: string,
  looking: 'kernel' | 'plain',
  size: number,
  names = defaultForms,
): Occurrence[] {
  const found: Occurrence[] = []
  const bytes = Buffer.from(text, 'latin1')
  const options = { looking, windowBytes: 4096 }
  const matcher = createFormMatcher(indexOf(identifier), names, (each) => found.push(each), options)
  for (let at = 0; at < bytes.length; at += size) matcher.write(bytes.subarray(at, at + size))
  matcher.end()
  return found
}

const indexes = new Map<string, ReturnType<typeof makeIndex>>()
export function indexOf(identifier: string) {
  const index = indexes.get(identifier) ?? makeIndex([identifier])
  indexes.set(identifier, index)
  return index
}

/** Far from anything else, where only what the sieve names is looked at, and beside the edges of a content. */
const surroundings = ['', ' ', ` ${'what stands here is text and nothing else; '.repeat(20)} `]

/** Claims that an identifier is found in a form at a place of a text, whatever stands around and however it is cut. */
export function expectFound(identifier: string, text: string, offset: number): void {
  for (const around of surroundings)
    for (const looking of ['kernel', 'plain'] as const)
      for (const size of [1, 7, 5000]) {
        const found = find(identifier, `${around}${text}${around}`, looking, size)
        expect([text, found.map((each) => [each.offset - around.length, each.form !== undefined])]).toStrictEqual([
          text,
          [[offset, true]],
        ])
      }
  const slowly = referenceForms(indexOf(identifier), defaultForms, Buffer.from(text, 'latin1'), {
    everywhere: true,
  })
  expect(slowly.map(({ offset }) => offset)).toContain(offset)
}
