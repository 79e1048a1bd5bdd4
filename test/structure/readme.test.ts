import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { commandHelp, generalHelp } from '../../lib/cli/help.ts'
import { parseConfig } from '../../lib/config.ts'

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
const readme = read('README.md')
const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts

describe('README', () => {
  it('gives the two commands that do everything, and CI runs the second as it stands', () => {
    expect(readme).toContain('npm ci && npm start\n')
    expect(readme).toContain('npm ci && npm test\n')
    expect(read('.ci/run')).toContain('\nnpm ci && npm test\n')
  })

  it('names npm scripts that exist', () => {
    const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name!)
    expect(named.length).toBeGreaterThan(0)
    for (const name of named) expect(scripts).toHaveProperty([name])
  })

  it('shows a configuration that the product accepts', () => {
    const example = /```json\n([\s\S]*?)```/.exec(readme)?.[1]
    expect(parseConfig(JSON.parse(example!)).stores.map(({ id }) => id)).toEqual(['sg', 'ie', 's3'])
  })

  it('uses commands and options that the help knows', () => {
    const lines = [...readme.matchAll(/npx odv (\w+)([^\n#]*)/g)]
    expect(lines.length).toBeGreaterThan(2)
    for (const [, command, rest] of lines) {
      expect(Object.keys(commandHelp)).toContain(command)
      for (const [option] of rest!.matchAll(/--[a-z-]+/g))
        expect(`${commandHelp[command!]}${generalHelp}`).toContain(option)
    }
  })

  it('documents every exit code of the help', () => {
    const codes = [...generalHelp.split('Exit codes')[1]!.matchAll(/^ {2}(\d+)\b/gm)].map(([, code]) => code!)
    expect(codes).toEqual(['0', '1', '2', '64', '70', '75', '130'])
    const documented = [...readme.matchAll(/^\| (\d+) \|/gm), ...readme.matchAll(/^(\d+): `run|; (\d+): interrupted/gm)]
    expect(documented.map(([, row, prose]) => row ?? prose)).toEqual(codes)
  })
})
