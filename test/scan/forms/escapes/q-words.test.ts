import { describe, expect, it } from 'vitest'
import { expectFound, find } from '../expect-found.ts'

describe('encoded words of mail in Q, wherever they stand', () => {
  it.each([
    {
      name: 'an address behind a blank',
      identifier: 'bob@x.org',
      text: '"=?utf-8?Q?R=C3=A9clamation_de_bob@x.org?="',
      offset: 31,
    },
    {
      name: 'an address with its sign escaped',
      identifier: 'bob@x.org',
      text: '=?iso-8859-15?q?R=E9ponse_=E0_bob=40x.org?=',
      offset: 30,
    },
    {
      name: 'a handle between blanks',
      identifier: 'bob_w77',
      text: "'=?windows-1252?Q?Le_compte_bob=5Fw77_est_ferm=E9?='",
      offset: 28,
    },
    { name: 'a dotted handle', identifier: 'bob.smith', text: '=?UTF-8?Q?De_bob.smith_=C3=A0_toi?=,x', offset: 13 },
    { name: 'one with a language', identifier: 'bob.smith', text: '=?UTF-8*fr-CA?Q?De_bob.smith_?=', offset: 19 },
    { name: 'one whose end a column cut off', identifier: 'bob.smith', text: '"=?UTF-8?Q?De_bob.smith', offset: 14 },
  ])('find $name', ({ identifier, text, offset }) => {
    expectFound(identifier, text, offset)
  })

  it('are none without a charset and Q', () => {
    for (const text of [
      '=??Q?De_bob.smith_?=',
      '=?UTF-8?X?De_bob.smith_?=',
      '=?UTF-8 ?Q?De_bob.smith_?=',
      'id=?De_bob.smith_',
    ])
      for (const looking of ['kernel', 'plain'] as const)
        expect(find('bob.smith', text, looking, 5000)).toStrictEqual([])
  })
})
