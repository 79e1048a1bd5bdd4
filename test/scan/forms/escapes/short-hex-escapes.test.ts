import { describe, expect, it } from 'vitest'
import { expectFound, find } from '../expect-found.ts'

describe('two hexadecimal digits right behind a backslash', () => {
  it('are the digit that an identifier in CSS begins with', () => {
    expectFound('5696621', 'document.querySelector("#\\35 696621 > a")', 25)
    expectFound('5696621', '"selector":"#\\\\35 696621"', 13)
    expectFound('6f1e2d3c-4b5a-4978-8a6b-7c8d9e0f1a2b', '#\\36 f1e2d3c-4b5a-4978-8a6b-7c8d9e0f1a2b{color:red}', 1)
  })

  it('are signs in names of XMPP and of LDAP', () => {
    expectFound('bob.w@example.org', '<item jid="bob.w\\40example.org@gate.example.net"/>', 11)
    expectFound('bob+news@example.org', 'member: mail=bob\\2Bnews@example.org,ou=people', 13)
    expectFound("o'brien@example.org", 'jid=o\\27brien\\40example.org@gate.example.net', 4)
  })

  it('are no digit without a blank behind them, and no other character', () => {
    for (const text of ['#\\35696621', '#\\35\t696621', 'bob\\5fw77 bob\\5Fw77'])
      for (const looking of ['kernel', 'plain'] as const)
        for (const identifier of ['5696621', 'bob_w77']) expect(find(identifier, text, looking, 5000)).toStrictEqual([])
  })
})
