import { describe, expect, it } from 'vitest'
import { expectFound, find } from '../expect-found.ts'

/** As programs escape a text: `\` twice, and before `which`. */
const escaped = (text: string, which: RegExp) => text.replaceAll('\\', '\\\\').replace(which, (sign) => `\\${sign}`)
const json = (text: string) => JSON.stringify(text).replaceAll('+', '\\u002B').replaceAll("'", '\\u0027')

describe('what is behind the backslash of a domain, and is escaped itself', () => {
  it.each([
    ['bob@example.org', escaped('CORP\\bob@example.org', /@/g), 6],
    ['bob@example.org', escaped('CORP\\bob@example.org', /[.@]/g), 6],
    ['alice.dupont', escaped('C:\\alice.dupont\\x', /\./g), 4],
    ['new_user', escaped('CORP\\new_user', /_/g), 6],
    ["t.o'neil@example.net", escaped("'CORP\\t.o'neil@example.net'", /'/g), 8],
    ['bob+news@example.org', json('CORP\\bob+news@example.org'), 7],
    ['bob+news@example.org', json(json('CORP\\bob+news@example.org')), 11],
    ['bob+news@example.org', json(json(json('CORP\\bob+news@example.org'))), 19],
  ])('%s in %s', (identifier, text, offset) => expectFound(identifier, text, offset))

  it('is found once, and what the letter is of is found as before', () => {
    expectFound('bob+news@example.org', '\\nbob\\u002Bnews@example.org', 2)
    expectFound('bob+news@example.org', '\\\\nbob\\\\u002Bnews@example.org', 3)
    for (const text of ['CORP\\bob\\@example.org', 'CORP\\\\\\bob\\@example.org'])
      expect(find('bob@example.org', text, 'kernel', 5000)).toEqual([])
  })
})
