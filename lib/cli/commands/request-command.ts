import type { KeyObject } from 'node:crypto'
import { resolve } from 'node:path'
import type { DeletionLeg } from '../../deletion/leg.ts'
import type { DeletionRequest, RequestedVersion } from '../../deletion/request.ts'
import { NotKnown, UsageInvalid } from '../../errors.ts'
import { toListed } from '../../inventory/inventory-part.ts'
import { readDocument } from '../../pipeline/evidence/documents.ts'
import { deletionLegKey, type PassRef, passKey } from '../../pipeline/evidence/evidence-keys.ts'
import { openRequested } from '../../pipeline/evidence/requested-versions.ts'
import { isTakenBack } from '../../pipeline/log/taken-back.ts'
import type { Evidence } from '../../ports.ts'
import { type Place, withDeployment } from '../deployment.ts'
import { keysOfNames } from '../exact-names.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { writeNewFile } from '../new-file.ts'
import { plural, type Terminal } from '../terminal.ts'
import { typed } from '../typed.ts'

/**
 * `odv request`: a request as its custodian needs it, with exact names. Here and in `odv status RUN --out` alone names that hold
 * identifiers are opened: into a new file that only its owner reads, never onto the terminal. What the built-in executor kept has its reason.
 */
export async function requestCommand(
  options: { request: string; out?: string; place: Place; cwd: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const { request, out, cwd } = options
  if (out === undefined) throw new UsageInvalid('odv request: expected --out FILE')
  return withDeployment(options.place, {}, async ({ ports, words }) => {
    const record = await ports.runState.getRequest(request)
    if (record === undefined)
      throw new NotKnown(
        `request ${request}: expected a request of ${words.where}, got none; ${typed} status RUN${words.options} shows a run's`,
      )
    if (await isTakenBack(ports, record))
      throw new UsageInvalid(
        `request ${request}: expected one that stands, and what it stands on was taken back (odv correct): nothing is to be deleted because of it`,
      )
    const head = await readDocument<DeletionRequest>(ports, passKey(record, 'request.json'))
    const keyFor = keysOfNames(ports)
    // All of it is checked before the file is made.
    const parts = await openRequested(ports.evidence, record, head)
    const { reasons, unnamed } = await keptIn(ports.evidence, record)
    const lines = async function* () {
      yield `${JSON.stringify({ about: aboutRequest(head), ...head })}\n`
      for (let part = 0; part < parts.count; part++)
        for (const requested of await parts.read(part))
          yield `${JSON.stringify({ ...toLine(requested, await keyFor(requested)), kept: reasons.get(requested.seq) })}\n`
    }
    await writeNewFile(cwd, out, lines(), '--out', 0o600)
    terminal.emit({ kind: 'request', request, out: resolve(cwd, out), versions: head.versions })
    terminal.print(
      `${out}: the request and ${plural(head.versions, 'object version')}, one a line, with their exact names`,
    )
    if (unnamed > 0)
      terminal.print(
        `kept as well: ${plural(unnamed, 'object version')}, of which an earlier version of this program did not say which`,
      )
    terminal.print('names may hold identifiers: it is for the custodian only')
    return exitCode.good
  })
}

/** What the file says to somebody who never saw one. */
function aboutRequest({ custodian, storeId, deadline }: DeletionRequest): string {
  const answer = deadline === undefined ? '' : ` by ${deadline}`
  return (
    `Deletion request${custodian === undefined ? '' : ` to ${custodian}`} about the store ${storeId}. Each line below is one object version ` +
    'that holds data of people whose data has moved to its home country. Please take their records out of it and leave everything else in it as it is: ' +
    'of whoever else it has records it may be the only copy. Please delete it as a whole only where it holds records of nobody else, and delete nothing that has no line here. ' +
    '"key" is its name, "versionId" tells versions of it apart (of a file it is made of facts about the file); "size", "modifiedAt" (UTC) and "sha256", ' +
    'or the "pieces" of it, tell whether it is still the one that was read. "findings" is how often somebody occurs in it, "subjects" how many people do, ' +
    '"places" where the first ones are, counted from byte 0 and line 1. "protection" says what keeps it from being deleted now, "kept" why it was not deleted automatically. ' +
    `Names may hold identifiers of people: keep this file to yourself. Tell whoever sent it when you are done${answer}, with the requestId. The store is then read again.`
  )
}

/**
 * Why the built-in executor kept what it kept, by place in the inventory; nothing before it, and for another channel. `unnamed`: versions of
 * which only the number is known.
 */
async function keptIn(evidence: Evidence, pass: PassRef): Promise<{ reasons: Map<number, string>; unnamed: number }> {
  const reasons = new Map<number, string>()
  let unnamed = 0
  for (let leg = 0; await evidence.has(deletionLegKey(pass, leg)); leg++)
    for (const { reason, versions, seqs = [] } of (
      await readDocument<DeletionLeg>({ evidence }, deletionLegKey(pass, leg))
    ).kept) {
      for (const seq of seqs) reasons.set(seq, reason)
      unnamed += versions - seqs.length
    }
  return { reasons, unnamed }
}

/** A requested version with its exact name. `protection` says until when it cannot be deleted, where that is known. */
function toLine(requested: RequestedVersion, sealKey: KeyObject) {
  const { kind, key, versionId, size, modifiedAt, protection } = toListed(requested, sealKey)
  const { sha256, pieces, findings, subjects, places } = requested
  return { kind, key, versionId, size, modifiedAt, sha256, pieces, findings, subjects, protection, places }
}
