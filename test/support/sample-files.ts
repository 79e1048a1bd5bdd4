import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../../lib/config.ts'

/** Small backups on a disk, and the people in them. */

/** Decimal identifiers, different for each number and group. */
export const transferred = (n: number) => `7100000000000${String(n).padStart(6, '0')}`
export const pending = (n: number) => `7200000000000${String(n).padStart(6, '0')}`
export const somebodyElse = (n: number) => `7300000000000${String(n).padStart(6, '0')}`

export const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index)

/** Twenty people are transferred, five of the manifest are not yet. */
export const manifestText = [
  'userId,transferredAt,batch',
  ...numbers(20).map((n) => `${transferred(n)},2026-01-01T00:00:00Z,wave-1`),
  ...numbers(5).map((n) => `${pending(n)},,wave-2`),
  '',
].join('\n')

export const jsonRecords = (ids: readonly string[]) =>
  ids.map((id, index) => `${JSON.stringify({ user_id: id, amount: index })}\n`).join('')

export const csvRecords = (ids: readonly string[]) =>
  ['user_id,amount', ...ids.map((id, index) => `${id},${index}`), ''].join('\n')

/** Files by their path below `root`. */
export type Files = Readonly<Record<string, string | Uint8Array>>

export function writeFiles(root: string, files: Files): void {
  for (const [path, body] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), body)
  }
}

/** SHA-256 of every regular file below `root`, by path. */
export function digestsOf(root: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(root.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  )
}

export const configText = (config: Partial<Config> | Record<string, unknown>) => `${JSON.stringify(config, null, 2)}\n`
