import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dryRun } from '../../lib/cli/commands/dry-run.ts'
import { parseConfig } from '../../lib/config.ts'
import { writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

/** What a dry run prints and warns of, over stores below a new directory. */
async function shown(stores: object[], files: Record<string, string>) {
  const root = scratchDirectory()
  writeFiles(root, { 'ids.txt': '12345678\n', ...files })
  for (const name of ['a', 'b']) mkdirSync(join(root, name), { recursive: true })
  symlinkSync('nowhere', join(root, 'a', 'link'))
  const lines: string[] = []
  const warnings: string[] = []
  const terminal = {
    json: false,
    print: (line = '') => void lines.push(line),
    warn: (line: string) => void warnings.push(line.trim()),
    emit() {},
    progress() {},
  }
  const config = parseConfig({
    manifest: join(root, 'ids.txt'),
    stores: stores.map((store, i) => ({ id: 'ab'[i], root: join(root, 'ab'[i]!), ...store })),
  })
  await dryRun(config, terminal)
  return { text: lines.join('\n'), warnings }
}

it('a dry run says why something cannot be read, and does not count it as what would be read', async () => {
  const { text, warnings } = await shown([{}], { 'a/x.csv': 'x\n' })
  expect(text).toContain('2 object versions, 9 B, 1 of them unreadable (symbolic-link: 1)')
  expect(text).toContain('dry run: would read 1 object version,')
  expect(warnings).toEqual([])
})

it('a dry run says of what a run would not believe: a marker that is not there, and a store with nothing in it', async () => {
  const { warnings } = await shown([{ marker: 'MOUNTED' }, {}], { 'a/x.csv': 'x\n' })
  expect(warnings).toEqual([
    expect.stringMatching(/^the marker is not there, so a run would read nothing/),
    expect.stringMatching(/^it is empty, so a run would end incomplete/),
  ])
})

it('nothing is said where the marker is there, a store may be empty, or it is a file without a byte beside others', async () => {
  const { warnings } = await shown([{ marker: 'MOUNTED' }, { mayBeEmpty: true }], { 'a/MOUNTED': '', 'a/x.csv': 'x\n' })
  expect(warnings).toEqual([])
})

it('a store in which nothing holds a byte is told from a store', async () => {
  const { warnings } = await shown([{}, {}], { 'a/x.csv': 'x\n', 'b/y.csv': '' })
  expect(warnings).toEqual([expect.stringMatching(/^nothing in it holds a byte/)])
})
