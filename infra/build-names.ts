import { execFileSync } from 'node:child_process'
import { digestOfSources, sources } from '../lib/digest-of-sources.ts'

/** What a bundle of the sources under `root` says of them (`lib/tool.ts`), as texts in the place of names. */
export const buildNames = (root: string): Record<string, string> => ({
  BUILD_SHA256: JSON.stringify(digestOfSources(root)),
  SOURCE_COMMIT: JSON.stringify(sourceCommit(root)) ?? 'undefined',
})

/** Absent where the sources are no checkout, or were changed since. */
function sourceCommit(root: string): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    // A folder within somebody else's checkout is not of its commit.
    const status = ['status', '--porcelain', '--untracked-files=all', '--ignored', '--', ...sources]
    if (git('rev-parse', '--show-prefix') !== '' || git(...status) !== '') return undefined
    return git('rev-parse', 'HEAD')
  } catch {
    return undefined
  }
}
