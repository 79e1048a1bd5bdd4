import { hash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EvidenceConflict, EvidenceMissing } from '../errors.ts'
import { isKeySegment, requireEvidenceKey } from '../evidence-key.ts'
import type { Evidence } from '../ports.ts'
import { makeDirectory, publishFile } from './publish-file.ts'

/** Evidence as files below `root`, by key. A key cannot be a document and a folder of documents at once. */
export function evidenceDirectory(root: string): Evidence {
  return {
    async put(key, body) {
      const path = pathOf(root, key)
      const bytes = typeof body === 'string' ? Buffer.from(body) : body
      await inNamespace(key, makeDirectory(dirname(path)))
      const created = await inNamespace(key, publishFile(path, bytes))
      const stored = created ? bytes : await inNamespace(key, readFile(path))
      return { sha256: hash('sha256', stored, 'hex'), bytes: stored.byteLength, created }
    },

    async get(key) {
      try {
        return await readFile(pathOf(root, key))
      } catch (error) {
        if (isNoFile(error)) throw new EvidenceMissing(`evidence: ${key}: expected a document, got none`)
        throw error
      }
    },

    async has(key) {
      try {
        return (await stat(pathOf(root, key))).isFile()
      } catch (error) {
        if (isNoFile(error)) return false
        throw error
      }
    },

    list: (prefix, after) => listKeys(root, '', prefix, after),
  }
}

export function pathOf(root: string, key: string): string {
  requireEvidenceKey(key)
  return join(root, key)
}

/** Byte order of whole keys: a folder sorts as its name and `/`. Keys are ASCII, so string order is byte order. */
async function* listKeys(root: string, folder: string, prefix: string, after = ''): AsyncGenerator<string> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error) => {
    if (isNoFile(error)) return []
    throw error
  })
  const names = entries
    .filter(({ name }) => isKeySegment(name))
    .map((entry) => folder + entry.name + (entry.isDirectory() ? '/' : ''))
    .sort((a, b) => (a < b ? -1 : 1))
  for (const name of names) {
    if (!name.startsWith(prefix) && !prefix.startsWith(name)) continue
    if (name.endsWith('/')) yield* listKeys(root, name, prefix, after)
    else if (name.startsWith(prefix) && name > after) yield name
  }
}

export async function inNamespace<T>(key: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (['ENOTDIR', 'EISDIR', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw new EvidenceConflict(`evidence: ${key}: expected a name of its own, got one that is document and folder`)
    throw error
  }
}

export function isNoFile(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
}
