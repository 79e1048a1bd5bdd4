import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodedCheck } from '../../../lib/decode/checks/encoded-check.ts'
import { runTables } from '../../../lib/decode/checks/encoded-window.ts'
import { survey } from '../../../lib/decode/checks/survey.ts'
import { seededRandom } from '../../subject-index/make-index.ts'
import { base32Of } from '../base32.ts'

/** Runs that the kernel leaves out, since they surely hold nothing, are runs in which the plain code finds nothing. */

/** The first two bytes of every format that is looked for. */
const pairs = [...runTables.firstPairs.entries()].flatMap(([pair, flag]) => (flag === 1 ? [pair] : []))
const behindPair = (pair: number, rest: Buffer) => Buffer.concat([Buffer.of(pair >> 8, pair & 255), rest])
const random = seededRandom('runs')
const bytesOf = (length: number) => Buffer.from(random(length))

const text = fc
  .array(fc.constantFrom('user', 'bob', '{"id":17}', ' saw page ', 'é', '\n', '4'), { minLength: 12, maxLength: 50 })
  .map((words) => Buffer.from(words.join('')))
const few = fc.integer({ min: 30, max: 250 }).map(bytesOf)
const length = Buffer.of(0, 0, 1, 44)
const pgp = Buffer.from('c15d062106', 'hex')
const content = fc.oneof(
  few,
  fc.tuple(fc.constantFrom(...pairs), few).map(([pair, rest]) => behindPair(pair, rest)),
  text.map((words) => deflateRawSync(words)),
  text.map((words) => deflateRawSync(words, { strategy: 4 })),
  text.map((words) => gzipSync(words)),
  text.map((words) => Buffer.concat([length, deflateSync(words)])),
  few.map((rest) => Buffer.concat([pgp, rest])),
  few.map((rest) => Buffer.concat([Buffer.from('308202ff06092a864886f70d010703', 'hex'), rest])),
)
const encoded = fc
  .tuple(content, fc.constantFrom('base64', 'base64url', 'hex', 'base32'))
  .map(([bytes, encoding]) => (encoding === 'base32' ? base32Of(bytes) : bytes.toString(encoding as BufferEncoding)))
const begin = fc.constantFrom(
  ...[
    '',
    '"',
    ' ',
    '\n',
    "BINLOG '\n",
    'vault:v1:',
    ',data:',
    '\\x',
    '\\\\x',
    '0x',
    '%',
    '%3D',
    '\\u0022',
    'a',
    'Bearer ',
    'ab-',
    '/v1/',
  ],
)
const end = fc.constantFrom(
  '"',
  ' ',
  '\n',
  '\r\n',
  '\n  ',
  '\\n',
  '%0A',
  '\n12345\t',
  '=\n',
  '.',
  '\n> ',
  `\n${'A'.repeat(47)} `,
)

test('the kernel leaves out no run in which anything is', () => {
  let held = 0
  let leftOut = 0
  fc.assert(
    fc.property(fc.array(fc.tuple(begin, encoded, end), { minLength: 1, maxLength: 4 }), (runs) => {
      const bytes = Buffer.from(`${' '.repeat(260)}${runs.map((parts) => parts.join('')).join('')} end`)
      const [seen, plain] = [encodedCheck(), encodedCheck()]
      seen.write(bytes)
      plain.writeSeen(bytes, undefined)
      for (const check of [seen, plain]) check.end()
      expect(seen.problem()).toStrictEqual(plain.problem())
      if (plain.problem() !== undefined) held++
      if (survey(bytes)!.runs.length < 2 * runs.length) leftOut++
    }),
    { numRuns: 4000 },
  )
  expect(held).toBeGreaterThan(500)
  expect(leftOut).toBeGreaterThan(500)
})

test('of tokens and digests the kernel leaves out nine in ten', () => {
  const lines = Array.from(
    { length: 2000 },
    () => `"${bytesOf(32).toString('hex')}" "${bytesOf(60).toString('base64url')}"`,
  )
  expect(survey(Buffer.from(lines.join(' ')))!.runs.length / 2).toBeLessThan(400)
})
