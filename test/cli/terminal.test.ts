import { describe, expect, it } from 'vitest'
import { bold, openTerminal } from '../../lib/cli/terminal.ts'
import { describeOpen } from '../../lib/cli/views/open-view.ts'

const tricks = [
  { name: 'a line end', text: 'a\nverified sg', shown: 'a\\u000averified sg' },
  { name: 'a return to the beginning', text: 'a\rverified sg', shown: 'a\\u000dverified sg' },
  { name: 'a colour', text: 'a\u001b[8mb', shown: 'a\\u001b[8mb' },
  { name: 'a sequence that clears the screen', text: 'a\u001b[2Jb', shown: 'a\\u001b[2Jb' },
  { name: 'the same in one byte', text: 'a\u009b2Jb', shown: 'a\\u009b2Jb' },
  { name: 'a title for the window, and a bell', text: 'a\u001b]0;b\u0007', shown: 'a\\u001b]0;b\\u0007' },
  { name: 'text turned around', text: 'a\u202egpj.txt', shown: 'a\\u202egpj.txt' },
]

describe('what a name does to a terminal', () => {
  for (const { name, text, shown } of tricks) {
    it(`shows ${name} in a name of an object, and does not do it`, () => {
      const open = { shownKey: text, versionId: 'v', outcome: 'found', findings: 1, bytes: 1 } as const
      expect(describeOpen(open)).toContain(` ${shown}: 1 finding`)
    })
  }

  it('passes nothing but lines and colours in what any command prints, warns and shows as progress', () => {
    const { terminal, written } = opened()
    for (const { text } of tricks) {
      terminal.print(text)
      terminal.warn(text)
      terminal.progress(text)
    }
    const ours = written.join('').replaceAll(/\r?\u001b\[(K|\d+m)/g, '')
    expect(ours).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/)
  })

  it('shows progress in lines of its own where nothing can be written over', () => {
    const { terminal, written } = opened(true)
    terminal.progress('  scanning')
    terminal.print('done')
    expect(written).toEqual(['scanning\n', 'done\n'])
  })

  it('keeps lines and colours of our own', () => {
    const { terminal, written } = opened()
    terminal.print(`${bold('a')}\nb é 北 שלום`)
    expect(written).toEqual([`${bold('a')}\nb é 北 שלום\n`])
  })
})

function opened(dumb = false) {
  const written: string[] = []
  let calls = 0
  const stream = { isTTY: true, columns: 40, write: (text: string) => written.push(text) }
  return {
    written,
    terminal: openTerminal({ json: false, stdout: stream, stderr: stream, dumb, now: () => 20_000 * ++calls }),
  }
}
