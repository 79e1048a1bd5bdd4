import { describe, it } from 'vitest'
import { expectFound } from '../expect-found.ts'

const zeros = { MySQL: '\\0', Python: '\\x00', JSON: '\\u0000', C: '\\000', XML: '&#0;', mail: '=00', URL: '%00' }

/** A file in UTF-16 that a log shipper, a dump or a program has taken for bytes: zeros are escaped, characters are plain. */
describe('UTF-16 of which only the zeros are escaped', () => {
  for (const [writer, zero] of Object.entries(zeros))
    for (const text of ['alice.jones@example.com', '123456789012', 'd2e9f35449060a4be2f8172d4c122ed1'])
      it(`holds ${text} in either order, as ${writer} writes it`, () => {
        expectFound(text, `of ${Array.from(text, (character) => character + zero).join('')} and more`, 3)
        expectFound(text, `of ${Array.from(text, (character) => zero + character).join('')} and more`, 3 + zero.length)
      })
})
