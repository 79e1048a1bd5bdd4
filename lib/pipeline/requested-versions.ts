import { createHash } from 'node:crypto'
import type { DeletionRequest, RequestedVersion } from '../deletion/request.ts'
import { EvidenceConflict } from '../errors.ts'
import type { Evidence } from '../ports.ts'
import { type PassRef, requestedKey } from './evidence-keys.ts'

/** The versions that a request names, in documents of a thousand lines, so that nobody has to hold all of them. */
const versionsPerPart = 1000

export type Requested = {
  versions: number
  bytes: number
  protectedVersions: number
  deletableFrom?: string
  sha256: string
}

/**
 * Writes the parts and sums up what is in them; `sha256` is over all lines of all parts. Parts that an earlier try wrote
 * have to be the same. @throws EvidenceConflict
 */
export async function writeRequested(
  evidence: Evidence,
  ref: PassRef,
  requested: AsyncIterable<RequestedVersion>,
): Promise<Requested> {
  const all = createHash('sha256')
  const sums = { versions: 0, bytes: 0, protectedVersions: 0 }
  let deletableFrom: string | undefined
  let lines: string[] = []
  let part = 0
  const flush = async () => {
    if (lines.length === 0) return
    const text = lines.join('')
    const stored = await evidence.put(requestedKey(ref, part), text)
    if (stored.sha256 !== sha256Of(text)) throw new EvidenceConflict(`${nameOf(ref)}: expected the versions of before`)
    all.update(text)
    lines = []
    part++
  }
  for await (const version of requested) {
    sums.versions++
    sums.bytes += version.size
    if (version.protection) sums.protectedVersions++
    const { until } = version.protection ?? {}
    if (until !== undefined && (deletableFrom === undefined || deletableFrom < until)) deletableFrom = until
    lines.push(`${JSON.stringify(version)}\n`)
    if (lines.length === versionsPerPart) await flush()
  }
  await flush()
  return { ...sums, ...(deletableFrom !== undefined && { deletableFrom }), sha256: all.digest('hex') }
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
    digests.push(sha256Of(bytes))
  }
  const expected = new EvidenceConflict(`request ${request.requestId}: expected the versions that were asked for`)
  if (all.digest('hex') !== request.versionsSha256) throw expected
  return {
    count: digests.length,
    async read(part) {
      const bytes = await evidence.get(requestedKey(ref, part))
      if (sha256Of(bytes) !== digests[part]) throw expected
      return Buffer.from(bytes)
        .toString('utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as RequestedVersion)
    },
  }
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines++
  return lines
}

const sha256Of = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex')
const nameOf = ({ runId, storeId, pass }: PassRef) => `run ${runId}: store ${storeId}: pass ${pass}: request`
