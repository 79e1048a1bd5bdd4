import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { filesOfSources } from '../digest-of-sources.ts'

const bundledFrom = 'dist/sources.txt'

/** Which files the program under `root` is made of, with their sizes and times: takes some milliseconds for a thousand of them. */
export function stateOfSources(root: string): string {
  return [...filesOfSources(root), 'node_modules/.package-lock.json']
    .map((name) => {
      const found = statSync(join(root, name), { throwIfNoEntry: false })
      return `${name} ${found?.size} ${found?.mtimeMs}\n`
    })
    .join('')
}

/** Whether `dist/` has the program that these sources make: what was bundled before a change is not run after it. */
export function isBundled(root: string): boolean {
  try {
    return readFileSync(join(root, bundledFrom), 'utf8') === stateOfSources(root)
  } catch {
    return false
  }
}
