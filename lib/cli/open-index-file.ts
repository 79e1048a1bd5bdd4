import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { IndexInvalid, UsageInvalid } from '../errors.ts'
import { fileSource } from '../file-source.ts'
import { caseKeyFile } from '../local/key-files.ts'
import { stateDirectory } from '../local/state-directory.ts'
import { caseKeysOf } from '../subject-index/case-keys.ts'
import type { IndexSource } from '../subject-index/index-source.ts'
import { openSubjectIndex, type SubjectIndex } from '../subject-index/open-subject-index.ts'

/**
 * An index that `odv index build` wrote, wholly checked, with the case key of a state directory.
 * @throws UsageInvalid when it is none, damaged, or of another case key @throws KeyUnsafe
 */
export async function openIndexFile({
  file,
  state,
  cwd,
}: {
  file: string
  state: string
  cwd: string
}): Promise<{ index: SubjectIndex; source: IndexSource }> {
  const path = resolve(cwd, file)
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageInvalid(`${file}: expected an index, got ${cause.code}`, { cause })
  })
  if (!found.isFile()) throw new UsageInvalid(`${file}: expected an index, got something else than a file`)
  const keys = caseKeysOf(await caseKeyFile(stateDirectory(resolve(cwd, state)).keys).read())
  const source = fileSource(path)
  try {
    const index = openSubjectIndex(source, keys)
    index.check()
    return { index, source }
  } catch (error) {
    if (error instanceof IndexInvalid) throw new UsageInvalid(`${file}: ${error.message}`, { cause: error })
    throw error
  }
}
