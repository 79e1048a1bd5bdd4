import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildNames } from '../../infra/build-names.ts'
import { digestOfSources } from '../../lib/digest-of-sources.ts'

const git = (root: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
    cwd: root,
    encoding: 'utf8',
  }).trim()

function sources(root: string): string {
  mkdirSync(join(root, 'lib'), { recursive: true })
  writeFileSync(join(root, 'lib/a.ts'), 'export const a = 1\n')
  writeFileSync(join(root, 'notes.md'), 'notes\n')
  return root
}

function checkout(): { root: string; commit: string } {
  const root = sources(mkdtempSync(join(tmpdir(), 'odv-commit-')))
  git(root, 'init', '--quiet')
  git(root, 'add', '.')
  git(root, 'commit', '--quiet', '--message', 'first')
  return { root, commit: git(root, 'rev-parse', 'HEAD') }
}

const namesOf = (root: string) => {
  const { BUILD_SHA256, SOURCE_COMMIT } = buildNames(root)
  expect(BUILD_SHA256).toBe(`"${digestOfSources(root)}"`)
  return SOURCE_COMMIT
}

const hasGit = spawnSync('git', ['--version']).status === 0

describe.skipIf(!hasGit)('the commit that a bundle names (skipped where there is no git)', () => {
  it('is the one of its sources', () => {
    const { root, commit } = checkout()
    writeFileSync(join(root, 'notes.md'), 'others\n')
    expect(namesOf(root)).toBe(`"${commit}"`)
  })

  it('is absent where a source was changed, added or taken away since', () => {
    for (const change of [
      (root: string) => writeFileSync(join(root, 'lib/a.ts'), 'export const a = 2\n'),
      (root: string) => writeFileSync(join(root, 'lib/b.ts'), 'export const b = 1\n'),
      (root: string) => git(root, 'rm', '--quiet', 'lib/a.ts'),
      (root: string) => {
        git(root, 'config', 'status.showUntrackedFiles', 'no')
        writeFileSync(join(root, 'lib/b.ts'), 'export const b = 1\n')
      },
      (root: string) => {
        writeFileSync(join(root, '.git/info/exclude'), '*.swp\n')
        writeFileSync(join(root, 'lib/a.swp'), 'a\n')
      },
    ]) {
      const { root } = checkout()
      change(root)
      expect(namesOf(root)).toBe('undefined')
    }
  })

  it('is absent of sources in no checkout, or within one that is of something else', () => {
    expect(namesOf(sources(mkdtempSync(join(tmpdir(), 'odv-commit-'))))).toBe('undefined')
    const { root } = checkout()
    expect(namesOf(sources(join(root, 'vendor/odv')))).toBe('undefined')
  })
})
