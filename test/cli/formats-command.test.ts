import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { formatsCommand } from '../../lib/cli/commands/formats-command.ts'
import { openTerminal } from '../../lib/cli/terminal.ts'
import { formatNames } from '../../lib/decode/formats.ts'
import { sampleFormats } from '../../lib/scan/controls/sample-formats.ts'
import { forms } from '../../lib/scan/forms/forms.ts'

function outputOf(json: boolean): string {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  expect(formatsCommand(openTerminal({ json, stdout, stderr, now: Date.now } as never))).toBe(0)
  return String(stdout.read())
}

it('odv formats names every format, form and limit that the code has, for people and for machines', () => {
  const rows = outputOf(true)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; name: string })
  const named = (kind: string) => rows.filter((row) => row.kind === kind).map(({ name }) => name)
  expect(named('format')).toEqual(formatNames)
  expect(named('form')).toEqual(forms.map(({ name }) => name))
  expect(named('not-read').filter((name) => named('format').includes(name))).toEqual([])
  expect(rows.at(-1)).toMatchObject({ kind: 'limits', depth: 8 })
  const text = outputOf(false)
  for (const name of [...named('format'), ...named('form'), ...named('not-read')]) expect(text).toContain(name)
})

it('every format that is said to be read is planted with controls', () => {
  expect(Object.keys(sampleFormats).toSorted()).toEqual(['plain', ...formatNames].toSorted())
})
