import { spawnSync } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { isBundled, stateOfSources } from '../../lib/cli/sources.ts'
import { sources } from '../../lib/digest-of-sources.ts'
import { writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

const root = join(import.meta.dirname, '../..')

describe('the command line', () => {
  it('is bundled before tests begin', () => expect(isBundled(root)).toBe(true))

  it('starts from its sources as well, and says of which build it is, as sha256sum tells of the files', () => {
    const files = 'find functions lib statemachines package-lock.json package.json -type f'
    const sums = spawnSync('sh', ['-c', `${files} | LC_ALL=C sort | xargs sha256sum | sha256sum`], {
      cwd: root,
      encoding: 'utf8',
    })
    const said = `0.1.0\nbuild ${sums.stdout.slice(0, 64)}\n`
    const version = (program: string) => {
      const { status, stdout } = spawnSync(process.execPath, [join(root, program), '--version'], { encoding: 'utf8' })
      return [status, stdout]
    }
    expect(version('lib/cli/main.ts')).toEqual([0, said])
    const [status, stdout] = version('dist/main.mjs')
    const [, commit] = /^commit ([0-9a-f]{40})\n$/.exec(String(stdout).slice(said.length)) ?? []
    expect([status, stdout]).toEqual([0, commit === undefined ? said : `${said}commit ${commit}\n`])
    // Later commits of other files do not make another program.
    const changes = spawnSync('git', ['diff', '--name-only', commit ?? 'HEAD', '--', ...sources], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(commit === undefined ? '' : changes.stdout + changes.stderr).toBe('')
  })
})

describe('a program that was bundled', () => {
  let place: string
  const started = () => spawnSync(process.execPath, [join(place, 'lib/cli/odv.mjs')], { encoding: 'utf8' }).stdout

  beforeEach(() => {
    place = scratchDirectory()
    writeFiles(place, {
      'package.json': '{"type":"module"}',
      'lib/cli/main.ts': 'console.log("sources" as string)',
      'lib/scan/other.ts': '',
      'lib/local/starter.mjs': '',
      'functions/attest.ts': '',
      'lib/export/tools/verify-log.py': '',
      'statemachines/verify-run.asl.json': '',
      'package-lock.json': '{}',
      'dist/main.mjs': 'console.log("bundle")',
    })
    for (const name of ['cli/odv.mjs', 'cli/sources.ts', 'digest-of-sources.ts'])
      copyFileSync(join(root, 'lib', name), join(place, 'lib', name))
    writeFiles(place, { 'dist/sources.txt': stateOfSources(place) })
  })

  it('is what starts', () => expect(started()).toBe('bundle\n'))

  for (const [what, change] of [
    ['a source that changed', () => writeFiles(place, { 'lib/scan/other.ts': 'export {}' })],
    ['a starter that changed', () => writeFiles(place, { 'lib/local/starter.mjs': 'export {}' })],
    ['a program for readers that changed', () => writeFiles(place, { 'lib/export/tools/verify-log.py': '#' })],
    ['a state machine that changed', () => writeFiles(place, { 'statemachines/verify-run.asl.json': '{}' })],
    ['libraries that are to be installed', () => writeFiles(place, { 'package-lock.json': '{"packages":{}}' })],
    ['a source more', () => writeFiles(place, { 'functions/another.ts': '' })],
    ['a source less', () => rmSync(join(place, 'functions/attest.ts'))],
    ['libraries that were installed since', () => writeFiles(place, { 'node_modules/.package-lock.json': '{}' })],
    ['a bundle that was not finished', () => rmSync(join(place, 'dist/sources.txt'))],
  ] as const)
    it(`is not started beside ${what}`, () => {
      change()
      expect(started()).toBe('sources\n')
    })
})
