import { createHash } from 'node:crypto'
import type { RequestedVersion } from '../../deletion/request.ts'
import { EvidenceConflict } from '../../errors.ts'
import type { Evidence } from '../../ports.ts'
import { linesOf } from './json-lines.ts'
import { putSame } from './publish.ts'

/** Versions in documents of a thousand lines, so that nobody has to hold all of them; `sha256` is over all lines of all documents. */
const versionsPerPart = 1000

export type VersionList = { versions: number; parts: number; sha256: string }

/**
 * Writes versions as they come. Documents that an earlier try wrote have to be the same. @throws EvidenceConflict
 */
export function createVersionList(evidence: Evidence, keyOf: (part: number) => string) {
  const all = createHash('sha256')
  let lines: string[] = []
  let [versions, parts] = [0, 0]
  const flush = async () => {
    if (lines.length === 0) return
    const text = lines.join('')
    await putSame(evidence, keyOf(parts), text)
    all.update(text)
    lines = []
    parts++
  }
  return {
    async add(version: RequestedVersion): Promise<void> {
      versions++
      lines.push(`${JSON.stringify(version)}\n`)
      if (lines.length === versionsPerPart) await flush()
    },
    async finish(): Promise<VersionList> {
      await flush()
      return { versions, parts, sha256: all.digest('hex') }
    },
  }
}

/** The versions of a list, a document at a time. @throws EvidenceConflict at the end, when they are not those that were written */
export async function* readVersionList(
  evidence: Evidence,
  keyOf: (part: number) => string,
  { versions, parts, sha256 }: VersionList,
): AsyncGenerator<RequestedVersion> {
  const all = createHash('sha256')
  let read = 0
  for (let part = 0; part < parts; part++) {
    const bytes = await evidence.get(keyOf(part))
    all.update(bytes)
    for (const version of linesOf<RequestedVersion>(bytes, keyOf(part))) {
      read++
      yield version
    }
  }
  if (read !== versions || all.digest('hex') !== sha256)
    throw new EvidenceConflict(`${keyOf(0)}: expected the ${versions} versions that were listed, got ${read}`)
}
