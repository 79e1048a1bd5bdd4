import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

type Made<T> = { made: T } | { failed: string }

/** Where whoever is first makes something for all test files of one run; it is gone when they have ended (`global-setup.ts`). */
export function onceDirectory(name: string, root = tmpdir()): string {
  return join(root, `odv-once-${name}`)
}

/**
 * What `make` gave to whichever test file asked for it first; the others wait for that. It gets a directory for it.
 * @throws in all of them, when it could not be made
 */
export async function once<T>(name: string, make: (directory: string) => Promise<T>): Promise<T> {
  const directory = onceDirectory(name)
  const ready = join(directory, 'ready.json')
  if (isFirst(directory)) {
    const made = await make(directory).then<Made<T>, Made<T>>(
      (value) => ({ made: value }),
      (error: unknown) => ({ failed: String(error) }),
    )
    // Nobody may read half of it.
    writeFileSync(`${ready}.new`, JSON.stringify(made))
    renameSync(`${ready}.new`, ready)
  }
  while (!existsSync(ready)) await pause(100)
  const made = JSON.parse(readFileSync(ready, 'utf8')) as Made<T>
  if ('failed' in made) throw new Error(`${name}: expected it to be made, got: ${made.failed}`)
  return made.made
}

function isFirst(directory: string): boolean {
  try {
    mkdirSync(directory)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
