import { expect, it } from 'vitest'
import { quotedPrintable } from '../../../lib/scan/forms/escapes/quoted-printable.ts'
import { defaultForms } from '../../../lib/scan/forms/form-names.ts'
import { createBrokenNumbers } from '../../../lib/scan/forms/numbers/broken-numbers.ts'
import { openMatchers } from '../../../lib/scan/open-matchers.ts'
import { indexOf } from './expect-found.ts'

it('digits with soft line breaks everywhere are decoded once, not once for each break', () => {
  let copied = 0
  const copy = (_: Uint8Array, from: number, to: number) => {
    copied += to - from
  }
  const side = { open() {}, push() {}, copy, copyUndecided() {}, decoded() {}, flush() {}, target() {} }
  const tools = {
    index: indexOf('12345678901234567'),
    shortest: 17,
    longest: 17,
    wanted: new Uint8Array(256),
    isNested: true,
  }
  const text = Buffer.from('9=\r\n'.repeat(10_000))
  createBrokenNumbers(quotedPrintable, { ...tools, side })!({ bytes: text, buffer: text, to: text.length }, () => {})
  expect(copied).toBeGreaterThan(9_990)
  expect(copied).toBeLessThan(20_000)
})

// Each of these was read to its end from every few bytes of it on, for two milliseconds a kilobyte.
for (const text of ['- ', 'n,', `${'- '.repeat(16_000)}${'1'.repeat(32_000)} `])
  it(`what is between numbers of a list is read once where there are none, as in ${JSON.stringify(text.slice(0, 4))}`, () => {
    const chunk = Buffer.alloc(65_536, text)
    const matchers = openMatchers(indexOf('bob_w77'), defaultForms, 'subjects', () => {})
    const content = matchers.open([])
    const started = process.threadCpuUsage()
    for (let at = 0; at < 128; at++) content.write(chunk)
    content.end()
    const { user, system } = process.threadCpuUsage(started)
    expect((user + system) / 1e6).toBeLessThan(8)
  })
