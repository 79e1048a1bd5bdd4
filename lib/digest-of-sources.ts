import { hash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'

/** What a deployment is made of; the last two say which libraries. */
export const sources = ['functions', 'lib', 'statemachines', 'package-lock.json', 'package.json']

/**
 * The SHA-256 that names a build: of what `sha256sum` prints for the files that the program under `root` is made of, sorted by their names. Whoever
 * has a checkout gets it with `find functions lib statemachines package-lock.json package.json -type f | LC_ALL=C sort | xargs sha256sum | sha256sum`.
 */
export function digestOfSources(root: string): string {
  const lines = filesOfSources(root).map(
    (name) => `${hash('sha256', readFileSync(join(root, name)), 'hex')}  ${name}\n`,
  )
  return hash('sha256', lines.join(''), 'hex')
}

/** The files that a build is made of, sorted. */
export function filesOfSources(root: string): string[] {
  return sources
    .flatMap((name) => filesOf(root, name))
    .map((name) => name.replaceAll(sep, '/'))
    .sort()
}

function filesOf(root: string, name: string): string[] {
  const found = statSync(join(root, name), { throwIfNoEntry: false })
  if (found?.isFile()) return [name]
  if (found === undefined) return []
  return readdirSync(join(root, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, sep).length))
}
