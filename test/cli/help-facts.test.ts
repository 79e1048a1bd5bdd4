import { describe, expect, it } from 'vitest'
import { commandHelp } from '../../lib/cli/help.ts'
import { facts } from '../../lib/cli/help-facts.ts'
import { parseCommand } from '../../lib/cli/parse-command.ts'

describe('the help of every command', () => {
  for (const [command, help] of Object.entries(commandHelp))
    it(`${command}: has examples that can be typed, exit codes once, and kinds of lines`, () => {
      expect(help.match(/^Examples$/gm)).toHaveLength(1)
      expect(help.match(/^Exit codes$/gm)).toHaveLength(1)
      const { examples, codes, lines } = facts[command]!
      expect(examples.length).toBeGreaterThan(0)
      expect(Object.keys(codes)).toEqual(expect.arrayContaining(['0', '64', '70']))
      expect(Object.keys(lines).length).toBeGreaterThan(0)
      for (const example of examples) {
        const [odv, ...argv] = example.split(/ (?=(?:[^"]*"[^"]*")*[^"]*$)/)
        expect([odv, parseCommand(argv, '/').command]).toEqual(['odv', command])
      }
    })

  it.each(['scan', 'index', 'verify', 'verify-proof', 'formats', 'demo'])(
    '%s: says nothing of AWS, which it never asks',
    (command) => {
      expect(commandHelp[command]).not.toContain('--aws')
    },
  )
})
