import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { canonicalOf, Identifier } from '../../lib/manifest/identifier.ts'

const someUuid = '6f1e2d3c-4B5A-4f6e-8d7c-0123456789ab'
const allDigits = '12345678-1234-1234-1234-123456789012'

describe('an identifier', () => {
  it('is not a telephone number as people write it, of which is said how it is found', () => {
    const told = /\(a telephone number is found where its digits stand together, not in groups\)$/
    for (const text of ['+14155552671', '(415) 555-2671', '+44 20 7946 0958'])
      expect(canonicalOf(text, 'exact')).toStrictEqual({ problem: expect.stringMatching(told) })
    expect(canonicalOf('auth0|5f7c8ec7', 'exact')).toStrictEqual({ problem: expect.not.stringMatching(told) })
  })

  const accepted: { text: string; shape: string; canonical: string }[] = [
    { text: '1234567890123', shape: 'decimal', canonical: '1234567890123' },
    { text: '001', shape: 'decimal', canonical: '001' },
    {
      text: '3F2504E0-4f89-41d3-9a0c-0305e82c3301',
      shape: 'uuid',
      canonical: '3f2504e04f8941d39a0c0305e82c3301',
    },
    { text: '3F2504E04f8941d39a0c0305e82c3301', shape: 'uuid', canonical: '3f2504e04f8941d39a0c0305e82c3301' },
    { text: allDigits, shape: 'uuid', canonical: allDigits.replaceAll('-', '') },
    { text: allDigits.replaceAll('-', ''), shape: 'decimal', canonical: allDigits.replaceAll('-', '') },
    { text: '12345678901234567890123456789e12', shape: 'uuid', canonical: '12345678901234567890123456789e12' },
    { text: 'Bob@X.org', shape: 'email', canonical: 'bob@x.org' },
    { text: '1.5@x.org', shape: 'email', canonical: '1.5@x.org' },
    { text: 'Jane_Doe', shape: 'handle', canonical: 'jane_doe' },
    { text: 'Jane.Doe-2', shape: 'dotted', canonical: 'jane.doe-2' },
    { text: `${allDigits}-1`, shape: 'dotted', canonical: `${allDigits}-1` },
    { text: '20260102-0001-0002-3', shape: 'dotted', canonical: '20260102-0001-0002-3' },
    { text: '10.0.0.1', shape: 'dotted', canonical: '10.0.0.1' },
    { text: '1.x', shape: 'dotted', canonical: '1.x' },
    // Drawn from letters, digits, `_` and `-`: one in thirty has a hyphen at an end.
    { text: 'V1StGXR8_Z5jdHi6B-my-', shape: 'dotted', canonical: 'v1stgxr8_z5jdhi6b-my-' },
    { text: '--bob_1', shape: 'dotted', canonical: '--bob_1' },
    { text: '-17a---', shape: 'dotted', canonical: '-17a---' },
    // Hexadecimal identifiers: one in a hundred of 8 digits is digits, `e` and digits.
    { text: '12345e67', shape: 'handle', canonical: '12345e67' },
    { text: '5e1f', shape: 'handle', canonical: '5e1f' },
  ]
  for (const { text, shape, canonical } of accepted)
    it(`is taken for what it is: ${text}`, () => {
      expect(canonicalOf(text, 'fold')).toStrictEqual({ shape, canonical })
    })

  const floats = [
    ...['1234567890123.0', '0.5', '123.456', '-1234567890123.0', '+1.5'],
    ...['1.234567890123E12', '1.22e+18', '1.22E+18', '1.22e-05', '-1.22e18', '+1.22e+18', '1234.5e6', '1.e5'],
    ...['1e+18', '1E+18', '12e-3', '5e17', '5E17', '-5e17', '1e+100'],
  ]
  for (const text of floats)
    it(`is refused when a program has read it as a number: ${text}`, () => {
      for (const caseRule of ['fold', 'exact'] as const)
        expect(canonicalOf(text, caseRule)).toStrictEqual({
          problem: 'a number that was written as a float; its digits may be gone: expected the identifier as text',
        })
    })

  const broken = [
    ...[35, 34, 32, 28, 25, 23, 20].map((length) => someUuid.slice(0, length)),
    `${someUuid}1`,
    `${allDigits}${someUuid}`,
    `${someUuid}${allDigits}`,
  ]
  for (const text of broken)
    it(`is refused when it is a UUID that lacks digits, or two: ${text}`, () => {
      expect(canonicalOf(text, 'exact')).toStrictEqual({
        problem: 'a UUID with digits too few or too many, or two of them: expected a whole one',
      })
    })

  const nobodys = [
    ...['null', 'None', 'NaT', 'guest', 'Deleted', 'REDACTED', 'missing', 'n_a', '000', '0'.repeat(32)],
    ...['0', 'f', 'F'].map((digit) => [8, 4, 4, 4, 12].map((group) => digit.repeat(group)).join('-')),
    'f'.repeat(32),
  ]
  for (const text of nobodys)
    it(`is refused when it stands for nobody: ${text}`, () => {
      for (const caseRule of ['fold', 'exact'] as const)
        expect(canonicalOf(text, caseRule)).toStrictEqual({
          problem: 'a placeholder such as null: expected an identifier',
        })
    })

  const hyphened = [
    '-bob@x.org',
    `-${someUuid}`,
    `${allDigits}-`,
    '123-',
    '-ab',
    '-null',
    '----bob',
    'bob----',
    '---',
    '-12-34',
  ]
  it('is refused without being quoted when it is none', () => {
    for (const text of [
      '',
      'ab',
      '..a',
      'a b',
      'a@',
      '@b',
      '\u00e9t\u00e9',
      '-123',
      'x'.repeat(255),
      'a/b',
      ...hyphened,
    ])
      expect(canonicalOf(text, 'fold')).toStrictEqual({ problem: expect.stringMatching(/^expected /) })
  })

  it('has no printable form', () => {
    const id = new Identifier('bob@x.org')
    expect([`${id}`, JSON.stringify({ id }), inspect({ id })]).toStrictEqual([
      '[identifier]',
      '{"id":"[identifier]"}',
      '{ id: [identifier] }',
    ])
    expect(id.revealText()).toBe('bob@x.org')
  })
})
