import { createHash, hash } from 'node:crypto'
import type { DeletionRequest, RequestedVersion } from '../../deletion/request.ts'
import { EvidenceConflict } from '../../errors.ts'
import type { Evidence } from '../../ports.ts'
import { type PassRef, requestedKey } from './evidence-keys.ts'
import { linesOf } from './json-lines.ts'
import { createVersionList } from './version-list.ts'

export type Requested = {
  versions: number
  bytes: number
  protectedVersions: number
  deletableFrom?: string
  sha256: string
}

/**
 * Writes the versions that a request names and sums up what is in them. What an earlier try wrote has to be the same.
 * @throws EvidenceConflict
 */
export async function writeRequested(
  evidence: Evidence,
  ref: PassRef,
  requested: AsyncIterable<RequestedVersion>,
): Promise<Requested> {
  const list = createVersionList(evidence, (part) => requestedKey(ref, part))
  const sums = { bytes: 0, protectedVersions: 0 }
  let deletableFrom: string | undefined
  for await (const version of requested) {
    sums.bytes += version.size
    if (version.protection) sums.protectedVersions++
    const { until } = version.protection ?? {}
    if (until !== undefined && (deletableFrom === undefined || deletableFrom < until)) deletableFrom = until
    await list.add(version)
  }
  const { versions, sha256 } = await list.finish()
  return { versions, ...sums, ...(deletableFrom !== undefined && { deletableFrom }), sha256 }
}

/** The parts of a request that were checked together: `read` gives one of them, and it still has to be the one that was. */
export type RequestedParts = { count: number; read(part: number): Promise<RequestedVersion[]> }

/** Checks that the parts are exactly those that were asked for. @throws EvidenceConflict @throws EvidenceMissing */
export async function openRequested(
  evidence: Evidence,
  ref: PassRef,
  request: DeletionRequest,
): Promise<RequestedParts> {
  const all = createHash('sha256')
  const digests: string[] = []
  for (let versions = 0; versions < request.versions; ) {
    const bytes = await evidence.get(requestedKey(ref, digests.length))
    const lines = linesIn(bytes)
    if (lines === 0) throw new EvidenceConflict(`${nameOf(ref)}: expected versions in every part`)
    versions += lines
    all.update(bytes)
    digests.push(hash('sha256', bytes, 'hex'))
  }
  const expected = new EvidenceConflict(`request ${request.requestId}: expected the versions that were asked for`)
  if (all.digest('hex') !== request.versionsSha256) throw expected
  return {
    count: digests.length,
    async read(part) {
      const key = requestedKey(ref, part)
      const bytes = await evidence.get(key)
      if (hash('sha256', bytes, 'hex') !== digests[part]) throw expected
      return [...linesOf<RequestedVersion>(bytes, key)]
    },
  }
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines++
  return lines
}

const nameOf = ({ runId, storeId, pass }: PassRef) => `run ${runId}: store ${storeId}: pass ${pass}: request`
