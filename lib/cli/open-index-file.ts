import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { IndexInvalid, UsageInvalid } from '../errors.ts'
import { fileSource } from '../file-source.ts'
import { caseKeyFile } from '../local/key-files.ts'
import { stateDirectory } from '../local/state-directory.ts'
import { whatIsThere } from '../local/what-is-there.ts'
import { type CaseKeys, caseKeysOf } from '../subject-index/case-keys.ts'
import type { IndexSource } from '../subject-index/index-source.ts'
import { type OpenedPart, openPart } from '../subject-index/open-part.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { uniteIndexes } from '../subject-index/unite-indexes.ts'

/** A file that `odv index` wrote. */
export type IndexFile = { shown: string; source: IndexSource; part: OpenedPart }

/** Another case key, or none, is most often the wrong directory. */
const whichState = '--state DIR is the state directory that an index was built with'

type Place = { state: string; cwd: string }

/**
 * Indexes that `odv index` wrote, with the case key of a state directory. Digests are checked where they are read.
 * @throws UsageInvalid when one is none, damaged, or of another case key, or there is no case key
 */
export async function openIndexFiles(
  files: readonly string[],
  { state, cwd }: Place,
): Promise<{ files: IndexFile[]; keys: CaseKeys }> {
  for (const file of files) {
    const found = await stat(resolve(cwd, file)).catch((cause: NodeJS.ErrnoException) => {
      throw new UsageInvalid(`${file}: expected an index, got ${whatIsThere(cause)}`, { cause })
    })
    if (!found.isFile()) throw new UsageInvalid(`${file}: expected an index, got something else than a file`)
  }
  const directory = stateDirectory(resolve(cwd, state))
  const keys = await caseKeyFile(directory.keys)
    .read()
    .then(caseKeysOf, (cause: Error) => {
      throw new UsageInvalid(`${cause.message}; ${whichState}`, { cause })
    })
  const opened = files.map((shown) => {
    const source = fileSource(resolve(cwd, shown))
    return { shown, source, part: asUsage(shown, () => openPart(source, keys), `; ${whichState}`) }
  })
  return { files: opened, keys }
}

/** Reads and checks all of each. @throws UsageInvalid */
export function checkIndexFiles(files: readonly IndexFile[]): void {
  for (const { shown, part } of files) asUsage(shown, part.check)
}

/** One index of a file and those that add to it, in order. @throws UsageInvalid */
export function uniteIndexFiles(files: readonly IndexFile[]): SubjectIndex {
  return asUsage(files.map(({ shown }) => shown).join(', '), () => uniteIndexes(files.map(({ part }) => part)))
}

function asUsage<T>(shown: string, use: () => T, hint = ''): T {
  try {
    return use()
  } catch (error) {
    if (error instanceof IndexInvalid) throw new UsageInvalid(`${shown}: ${error.message}${hint}`, { cause: error })
    throw error
  }
}
