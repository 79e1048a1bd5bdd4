import { describe, expect, it } from 'vitest'
import { commandHelp } from '../../../lib/cli/help.ts'
import { formsOf, parseConfig } from '../../../lib/config.ts'
import { defaultForms, formNames } from '../../../lib/scan/forms/form-names.ts'

describe('the forms of a configuration', () => {
  const cases: { name: string; forms: string[] | undefined; expected: readonly string[] }[] = [
    { name: 'are the default ones without a word', forms: undefined, expected: defaultForms },
    { name: 'are none', forms: ['none'], expected: [] },
    { name: 'are all', forms: ['all'], expected: formNames },
    { name: 'are those that are named, in their own order', forms: ['hex', 'percent'], expected: ['percent', 'hex'] },
    {
      name: 'are a set without one',
      forms: ['default', '-base64'],
      expected: defaultForms.filter((name) => name !== 'base64'),
    },
  ]
  for (const { name, forms, expected } of cases)
    it(name, () => {
      expect(formsOf(parseConfig(forms === undefined ? {} : { forms }))).toStrictEqual(expected)
    })

  it('are refused when one is unknown, with the names that there are', () => {
    expect(() => parseConfig({ forms: ['default', 'rot13'] })).toThrow(/forms: expected names of forms \(default, all/)
    expect(() => parseConfig({ forms: ['toString'] })).toThrow(/forms: expected/)
  })

  it('are all in the help', () => {
    for (const name of formNames) expect(commandHelp.scan).toContain(name)
  })
})
