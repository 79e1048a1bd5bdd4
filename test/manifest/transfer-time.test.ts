import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAnyTime, parseTransferTime } from '../../lib/manifest/transfer-time.ts'

test.each([
  ['2026-01-02', '2026-01-03T12:00:00Z'],
  ['2024-02-28', '2024-02-29T12:00:00Z'],
  ['2026-12-31', '2027-01-01T12:00:00Z'],
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
  ['2026-01-02t03:04:05z', '2026-01-02T03:04:05Z'],
  ['2026-01-02 03:04:05.678+00:00', '2026-01-02T03:04:05.678Z'],
  ['2026-01-02T03:04:05+05:30', '2026-01-01T21:34:05Z'],
  ['2026-01-02T03:04:05-08:00', '2026-01-02T11:04:05Z'],
  ['2024-02-29T23:59:60Z', '2024-03-01T00:00:00Z'],
  ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00Z'],
])('%s is read as %s', (text, expected) => {
  expect(parseTransferTime(text)).toBe(Date.parse(expected))
})

test.each([
  '2026-01-02T03:04:05',
  '2026-01-02T03:04Z',
  '2026-1-2',
  '2026-02-29',
  '2026-13-01',
  '2026-00-01',
  '2026-01-00',
  '2026-04-31',
  '2026-01-02T24:00:00Z',
  '2026-01-02T03:60:00Z',
  '2026-01-02T03:04:61Z',
  '2026-01-02T03:04:05+24:00',
  '2026-01-02T03:04:05+05:60',
  '2026-01-02T03:04:05+0530',
  '20260102',
  '01/02/2026',
  '1764000000',
  '2026-01-02Z',
  'yes',
  '2026-01-02\n',
  '+002026-01-02',
])('%j is not a time that can be compared', (text) => {
  expect(parseTransferTime(text)).toBeUndefined()
})

test('a time is read in the short way as in the long one, or not at all', () => {
  const two = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'))
  const year = fc.oneof(
    fc.constantFrom('0000', '0099', '0100', '2024', '1900', '2000'),
    fc.tuple(two(99), two(99)).map((both) => both.join('')),
  )
  const date = fc.tuple(year, two(13), two(32)).map((parts) => parts.join('-'))
  const time = fc.tuple(two(24), two(60), two(61)).map((parts) => parts.join(':'))
  const written = fc
    .tuple(date, fc.constantFrom('T', 't', ' ', ''), time, fc.constantFrom('Z', 'z', '', '.5Z', '+01:00', '-00:00'))
    .map((parts) => parts.join(''))
  const changed = fc
    .tuple(fc.oneof(date, written), fc.nat(24), fc.constantFrom('', ':', '-', ' ', '/', '٣', 'x', '7'))
    .map(([text, at, character]) => text.slice(0, at) + character + text.slice(at + 1))
  fc.assert(
    fc.property(fc.oneof(date, written, changed), (text) => {
      expect(parseTransferTime(text)).toBe(parseAnyTime(text))
    }),
    { numRuns: 3000 },
  )
  for (let day = 0; day < 800; day++) {
    const [text] = new Date(Date.UTC(2023, 11, 1 + day)).toISOString().split('T') as [string]
    expect(parseTransferTime(text)).toBe(Date.UTC(2023, 11, 2 + day, 12))
    expect(parseTransferTime(`${text}T23:59:60Z`)).toBe(Date.UTC(2023, 11, 2 + day))
  }
})
