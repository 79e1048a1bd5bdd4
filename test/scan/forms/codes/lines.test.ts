import { describe, it } from 'vitest'
import { expectFound } from '../expect-found.ts'

/** Identifiers whose own text takes more characters of a code than one of its lines has. */
const identifiers = {
  'an address of 53 characters': 'somebody.with.a.rather.long.name@subsidiary.example.org',
  'a handle of 70 characters': `arn_${'0123456789abcdef'.repeat(4)}_x`,
  'a handle of 33 characters': `key_${'0123456789abcdef'.repeat(2)}`.slice(0, 33),
}

const linesOf = (text: string, length: number, end: string) => text.match(new RegExp(`.{1,${length}}`, 'g'))!.join(end)

describe('an identifier that fills lines of a code', () => {
  for (const [name, identifier] of Object.entries(identifiers))
    for (const before of ['', '  note: ', `${'what stands in front '.repeat(4)} `])
      for (const [code, length, perByte] of [
        ['base64', 64, 4 / 3],
        ['base64', 76, 4 / 3],
        ['hex', 60, 2],
        ['hex', 32, 2],
      ] as const)
        for (const end of ['\n', '\r\n', '\n> ', '\n  # ', '\\n  ', '\\\\r\\\\n\t'])
          it(`is found: ${name} behind ${before.length}, in ${code} of ${length} a line, ${JSON.stringify(end)}`, () => {
            const first = Math.floor(before.length * perByte)
            const lines = linesOf(Buffer.from(`${before}${identifier}, and so on`).toString(code), length, end)
            expectFound(identifier, lines, first + Math.floor(first / length) * end.length)
          })
})
