import { formats } from './formats.ts'

const archives = new Set(formats.filter(({ kind }) => kind === 'archive').map(({ name }) => name))
/** Those whose end cannot be told from a cut, and zeros, in whose place something may have been: what is missing would not be noticed. */
const withoutEnd = new Set(['compress', 'snappy', 'snappy-java', 'hadoop-snappy', 'hadoop-lz4', 'zeros'])
const compressions = new Set(
  formats.filter(({ name, kind }) => kind === 'compression' && !withoutEnd.has(name)).map(({ name }) => name),
)

/**
 * What a content is to its object, by its path. `main`: what compressions were made to hold, all of it. `file-name`: the name
 * that gzip notes of the file. `aside`: other header texts, skippable frames and bytes after the end.
 */
export function roleOf(path: readonly string[]): 'main' | 'file-name' | 'aside' {
  if (path.every((name) => compressions.has(name))) return 'main'
  return path.at(-2) === 'header' && path.at(-1) === 'name' ? 'file-name' : 'aside'
}

/** Whether a content is names of files: those of an archive's members, or the one that gzip notes. */
export function isNames(path: readonly string[]): boolean {
  const [around, last] = path.slice(-2)
  if (around === undefined) return false
  return /^names(?:-[0-9]+)?$/.test(last!)
    ? archives.has(around)
    : last === 'name' && /^header(?:-[0-9]+)?$/.test(around)
}
