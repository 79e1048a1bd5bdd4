import { type Channel, secondsOf } from '../config.ts'
import type { DeletionRequest, RequestedVersion } from '../deletion/request.ts'
import type { Coverage } from '../inventory/coverage.ts'
import type { Ports } from '../ports.ts'
import { settleBatch } from '../verdict/settle-batch.ts'
import { formatDocument, readDocument, readRunStore } from './documents.ts'
import { type PassRef, passKey } from './evidence-keys.ts'
import { readReported } from './read-reported.ts'
import { writeRequested } from './requested-versions.ts'
import { parseInput, passInput } from './task-input.ts'

export const requestIdOf = ({ runId, storeId, pass }: PassRef) => `${runId}-${storeId}-${pass}`

/** Names the exact object versions in which this pass found something. The document stored first is the request. */
export async function requestDeletion(
  ports: Pick<Ports, 'clock' | 'evidence' | 'runState'>,
  input: unknown,
): Promise<{ requestId: string; channel: Channel['kind']; seconds: number }> {
  const ref = parseInput('request-deletion', passInput, input)
  const { config, store } = await readRunStore(ports, ref.runId, ref.storeId)
  const key = passKey(ref, 'request.json')
  if (!(await ports.evidence.has(key)))
    await ports.evidence.put(key, formatDocument(await composeRequest(ports, ref, config, store)))
  const request = await readDocument<DeletionRequest>(ports, key)
  const { requestId, deadline } = request
  if (!(await ports.runState.getRequest(requestId)))
    await ports.runState.putRequest({ requestId, ...ref, ...(deadline !== undefined && { deadline }) })
  return {
    requestId,
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
  const requested = await writeRequested(ports.evidence, ref, listRequested(ports, ref))
  const { findings, subjects } = await readDocument<Coverage>(ports, passKey(ref, 'coverage.json'))
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

async function* listRequested(ports: Pick<Ports, 'evidence'>, ref: PassRef): AsyncGenerator<RequestedVersion> {
  for await (const { entries, report } of readReported(ports.evidence, ref)) {
    const places = Map.groupBy(report?.findings ?? [], ({ seq }) => seq)
    for (const { entry, outcome, report: scan } of settleBatch(entries, report).settled)
      if (outcome.kind === 'found' && scan)
        yield {
          ...entry,
          ...(scan.protection && { protection: scan.protection }),
          ...(scan.sha256 !== undefined && { sha256: scan.sha256 }),
          findings: scan.findings,
          subjects: scan.subjects,
          places: (places.get(entry.seq) ?? []).map(({ place, path, record, offset }) => ({
            place,
            path,
            record,
            offset,
          })),
        }
  }
}
