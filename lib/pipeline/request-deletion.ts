import { type Channel, secondsOf } from '../config.ts'
import type { DeletionRequest, RequestedVersion } from '../deletion/request.ts'
import { EvidenceConflict } from '../errors.ts'
import type { Coverage } from '../inventory/coverage.ts'
import type { Ports } from '../ports.ts'
import { formatDocument, readDocument, readRunStore } from './evidence/documents.ts'
import { foundKey, type PassRef, passKey } from './evidence/evidence-keys.ts'
import { writeRequested } from './evidence/requested-versions.ts'
import { readSettled } from './evidence/segments.ts'
import { readVersionList } from './evidence/version-list.ts'
import { requireWholeLog } from './log/require-whole-log.ts'
import { requireStanding } from './log/taken-back.ts'
import { secondsToFirst } from './seconds-to-first.ts'
import { parseInput, passInput } from './task-input.ts'

const requestIdOf = ({ runId, storeId, pass }: PassRef) => `${runId}-${storeId}-${pass}`

/**
 * Names the exact object versions in which this pass found something. The document stored first is the request. `secondsLeft`: until
 * they were promised to be gone, or an answer is due, whichever is first. @throws EvidenceConflict when what this pass said was taken back
 * @throws CheckpointRefused when what is deleted could not be attested: the log is another one than when the run began
 */
export async function requestDeletion(
  ports: Pick<Ports, 'clock' | 'evidence' | 'runState' | 'ledger' | 'anchor'>,
  input: unknown,
): Promise<{ requestId: string; channel: Channel['kind']; seconds: number; secondsLeft?: number }> {
  const ref = parseInput('request-deletion', passInput, input)
  const { config, store } = await readRunStore(ports, ref.runId, ref.storeId)
  const key = passKey(ref, 'request.json')
  await requireStanding(ports, ref)
  await requireWholeLog(ports)
  if (!(await ports.evidence.has(key)))
    await ports.evidence.put(key, formatDocument(await composeRequest(ports, ref, config, store)))
  const request = await readDocument<DeletionRequest>(ports, key)
  const { requestId, deadline } = request
  if (!(await ports.runState.getRequest(requestId)))
    await ports.runState.putRequest({ requestId, ...ref, ...(deadline !== undefined && { deadline }) })
  const secondsLeft = secondsToFirst([request.obligation?.dueAt, deadline], ports.clock())
  return {
    requestId,
    ...(secondsLeft !== undefined && { secondsLeft }),
    channel: request.channel,
    seconds: store.channel.kind === 'manual' ? secondsOf(store.channel.deadline) : 0,
  }
}

type RunStore = Awaited<ReturnType<typeof readRunStore>>

async function composeRequest(
  ports: Pick<Ports, 'clock' | 'evidence'>,
  ref: PassRef,
  config: RunStore['config'],
  store: RunStore['store'],
): Promise<DeletionRequest> {
  const coverage = await readDocument<Coverage>(ports, passKey(ref, 'coverage.json'))
  const { findings, subjects } = coverage
  const requested = await writeRequested(ports.evidence, ref, listFound(ports, ref, coverage))
  const requestedAt = ports.clock()
  const obligation = store.obligation ?? config.obligation
  return {
    schemaVersion: 1,
    requestId: requestIdOf(ref),
    ...ref,
    ...(store.custodian !== undefined && { custodian: store.custodian }),
    channel: store.channel.kind,
    ...(obligation && { obligation }),
    requestedAt: requestedAt.toISOString(),
    ...(store.channel.kind === 'manual' && {
      deadline: new Date(requestedAt.getTime() + secondsOf(store.channel.deadline) * 1000).toISOString(),
    }),
    versions: requested.versions,
    bytes: requested.bytes,
    findings,
    subjects,
    protectedVersions: requested.protectedVersions,
    ...(requested.deletableFrom !== undefined && { deletableFrom: requested.deletableFrom }),
    versionsSha256: requested.sha256,
  }
}

/** What the segments of the pass listed as found; it has to be what the signed coverage counts. @throws EvidenceConflict */
async function* listFound(
  ports: Pick<Ports, 'evidence'>,
  ref: PassRef,
  coverage: Coverage,
): AsyncGenerator<RequestedVersion> {
  let versions = 0
  for await (const { ref: own, settled } of readSettled(ports.evidence, ref)) {
    yield* readVersionList(ports.evidence, (part) => foundKey(own, part), settled.found)
    versions += settled.found.versions
  }
  if (versions !== coverage.found.versions)
    throw new EvidenceConflict(
      `store ${ref.storeId}: request: expected the ${coverage.found.versions} versions of the coverage, got ${versions}`,
    )
}
