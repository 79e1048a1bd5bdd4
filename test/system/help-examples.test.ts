import { expect, it } from 'vitest'
import { facts } from '../../lib/cli/help-facts.ts'
import { type JsonLine, jsonLines, odv } from '../support/odv.ts'
import { jsonRecords, manifestText, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

/** In the order in which one leads to the next; each with the number of an example, and what it ends with. */
const steps: [command: string, example: number, code: number][] = [
  ['keys', 0, 0],
  ['formats', 0, 0],
  ['run', 0, 0],
  ['run', 1, 1],
  ['run', 2, 1],
  ['status', 0, 0],
  ['status', 1, 0],
  ['request', 0, 0],
  ['ack', 1, 64],
  ['scan', 0, 1],
  ['scan', 1, 1],
  ['index', 0, 0],
  ['index', 1, 0],
  ['index', 2, 0],
  ['scan', 2, 1],
  ['keys', 1, 0],
  ['export', 0, 0],
  ['export', 1, 0],
  ['export', 2, 0],
  ['verify', 0, 0],
  ['verify', 1, 0],
  ['prove', 0, 0],
  ['verify-proof', 0, 2],
  ['correct', 0, 0],
  ['keys', 2, 0],
]

it('examples of the help work as they stand, and their lines have the members that it names', async () => {
  const cwd = scratchDirectory()
  writeFiles(cwd, {
    'ids.csv': manifestText,
    'more.csv': `${manifestText.trimEnd()}\n${somebodyElse(900)},2026-01-01T00:00:00Z,b\n`,
    'id.txt': `${transferred(1)}\n`,
    'why.txt': 'The wrong store was mounted.\n',
    'certificate.txt': 'Removed.\n',
    'backups-sg/users.jsonl': jsonRecords(numbers(10).map(transferred)),
  })
  let [run, request] = ['', '']
  for (const [command, at, code] of steps) {
    const example = facts[command]!.examples[at]!.replace(/--from \S+ --to \S+/, '--from 2000-01-01 --to 2199-12-31')
    const argv = example.split(/ (?=(?:[^"]*"[^"]*")*[^"]*$)/).slice(1)
    const typed = argv.map((word) => word.replaceAll('"', '').replace('RUN', run).replace('REQUEST', request))
    const ended = await odv(cwd, ...typed, ...(typed.includes('--json') ? [] : ['--json']))
    expect(ended.code, `${example}: ${ended.stderr}${ended.stdout}`).toBe(code)
    for (const line of jsonLines(ended)) {
      expectDocumented(command, line)
      if (command === 'run' && line.kind === 'run') run = String(line.run)
      if (line.kind === 'request') request = String(line.request)
    }
  }
})

function expectDocumented(command: string, { kind, ...members }: JsonLine): void {
  const lines: Record<string, string> = { ...facts[command]!.lines, error: 'error message exitCode' }
  expect(Object.keys(lines), command).toContain(kind)
  const named = lines[kind]!.split(' ')
  expect(Object.keys(members), `${command} ${kind}`).toEqual(
    expect.arrayContaining(named.filter((name) => !/[?…]$/.test(name))),
  )
  if (named.includes('…')) return
  const known = named.map((name) => name.replace('?', ''))
  for (const name of Object.keys(members)) expect(known, `${command} ${kind}`).toContain(name)
}
