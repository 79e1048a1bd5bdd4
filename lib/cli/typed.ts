import { basename, dirname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * What a person types for this program. `npx` finds it in its own directory and below alone: elsewhere it would fetch a stranger's package
 * of that name and run it.
 */
export function typedAs({ script, root, cwd }: { script: string; root: string; cwd: string }): string {
  if (`${cwd}${sep}`.startsWith(`${root}${sep}`)) return 'npx odv'
  if (basename(script) === 'odv') return 'odv'
  return `node ${/^[\w./@:+-]+$/.test(script) ? script : `'${script.replaceAll("'", `'\\''`)}'`}`
}

const root = dirname(fileURLToPath(new URL('../../package.json', import.meta.url)))

export const typedIn = (cwd: string) => typedAs({ script: process.argv[1] ?? 'odv', root, cwd })
export const typed = typedIn(process.cwd())
