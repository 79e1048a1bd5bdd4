import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultForms } from '../../../../lib/scan/forms/form-names.ts'
import { expectFound, find, indexOf } from '../expect-found.ts'
import { referenceForms } from '../reference.ts'

const address = 'maria.kowalska@mail.example'
const line = 'ATTENDEE;CN=Maria;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT:mailto:'
const json = (text: string) => JSON.stringify(text).slice(1, -1)
const calendar = (folded: string) => `BEGIN:VEVENT\r\n${line}${folded}\r\nEND:VEVENT\r\n`

/** As a table of a calendar's server has it, in a dump of MySQL or PostgreSQL, and as JSON has it. */
describe('a word that lines of a calendar are folded in', () => {
  const folded = [
    'maria.kow\r\n alska@mail.example',
    'maria.kowalska@\r\n\tmail.example',
    'm\r\n aria.kowalska@mail.example',
    'maria.kowalska@mail.exampl\r\n e',
  ].map(calendar)
  const percent = calendar('maria.kow\r\n alska%40mail.example')
  for (const text of [...folded.map(json), ...folded.map((each) => json(json(each))), json(percent)])
    it(`is found in ${text}`, () => expectFound(address, text, text.indexOf(':m', text.indexOf('mailto')) + 1))

  it('is found over several lines, as far as identifiers reach', () => {
    const long = `${'x'.repeat(60)}@${'y'.repeat(60)}.${'z'.repeat(40)}.example`
    const text = json(`UID:1\r\n${line}${long.slice(0, 7)}\r\n ${long.slice(7, 81)}\r\n ${long.slice(81)}\r\nEND`)
    expectFound(long, text, text.indexOf(':x') + 1)
  })

  it('is none where a line is short, where lines end otherwise, or a word ends', () => {
    for (const text of [
      json('NOTE:\r\nmaria.kow\r\n alska@mail.example'),
      json(calendar('maria.kow\n alska@mail.example')),
      json(calendar('maria.kow\r\n  alska@mail.example')),
      json(calendar('maria.kow \r\n alska@mail.example')),
      `${line}maria.kow\\r\\\\n alska@mail.example`,
    ])
      for (const looking of ['kernel', 'plain'] as const)
        expect([text, find(address, text, looking, 5000).length]).toEqual([text, 0])
  })
})

describe('words that are folded anywhere', () => {
  const piece = fc.constantFrom(
    ...['bob@', 'example', '.org', 'bob@example.org', 'x', ':', '%40', ' ', '"', '\\"', '\n', '\\n', '\\\\', '\\u0040'],
    ...[
      '\\r\\n ',
      '\\r\\n ',
      '\\\\r\\\\n ',
      '\\r\\n\t',
      '\\r\\\\n ',
      '\\r\\n',
      'bob@exa\\r\\n mple.org',
      line,
      'y'.repeat(60),
    ],
  )
  const text = fc.array(piece, { minLength: 1, maxLength: 14 })

  it('are found as the slow search finds them, with the kernel and without it', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(1, 7, 5000), (pieces, size) => {
        const whole = `${line}${pieces.join('')}`
        const options = { everywhere: false }
        const slowly = referenceForms(indexOf('bob@example.org'), defaultForms, Buffer.from(whole, 'latin1'), options)
        for (const looking of ['kernel', 'plain'] as const) {
          const found = find('bob@example.org', whole, looking, size).filter(({ form }) => form !== undefined)
          expect(found.map(({ offset }) => offset)).toEqual(slowly.map(({ offset }) => offset))
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 150) },
    )
  })
})
