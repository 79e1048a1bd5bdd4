import type { Acknowledgement, DeletionRequest } from '../../deletion/request.ts'
import type { Coverage } from '../../inventory/coverage.ts'
import { type ManifestDocument, readDocument, readRunConfig } from '../../pipeline/evidence/documents.ts'
import { type PassRef, passKey, runKey } from '../../pipeline/evidence/evidence-keys.ts'
import type { RestoreDocument, RestoredDocument } from '../../pipeline/restore-archived.ts'
import type { OpenVersion } from '../../verdict/store-report.ts'
import type { Deployment, RunEvent } from '../deployment.ts'
import { bold, coloured, dim, formatBytes, formatCount, plural, type Terminal } from '../terminal.ts'
import { typed } from '../typed.ts'
import { deletesItself, describeChannel } from './channel-view.ts'
import { copiesOf } from './copies-view.ts'
import { describeExpired, describeExplained, explainedFields } from './exceptions-view.ts'
import { describeManifest } from './manifest-view.ts'
import { describeOpen } from './open-view.ts'
import { describeRestore, describeRestored } from './restore-view.ts'
import { describeScanning } from './scanning-view.ts'

const shownOpenVersions = 5

const passOf = ({ storeId, pass }: PassRef): string => `${storeId} ${pass}`

type Shown = Pick<Deployment, 'progress' | 'locate' | 'words'> & { ports: Pick<Deployment['ports'], 'evidence'> }

/**
 * Shows a run as it happens, from its events and the documents that they speak of. `observe` never fails a run: what
 * cannot be shown is not shown.
 */
export function createRunView(terminal: Terminal, { ports, progress, locate, words }: Shown) {
  const total = { versions: 0, bytes: 0, executed: 0 }
  let scanning: { since: number; bytes: number } | undefined
  let phase = 'opening the run'
  let listedBefore = 0
  let shown = Promise.resolve()
  let failure: Error | undefined
  const failures = new Set<string>()
  const restores = new Set<string>()
  const planned = new Set<string>()
  let isResumed = false

  const observe = (event: RunEvent) => {
    switch (event.kind) {
      case 'failed':
        return observeFailure(event)
      case 'listing':
        if (!phase.startsWith('listing')) listedBefore = progress().listed
        phase = total.versions === 0 ? 'listing' : 'listing again'
        break
      case 'planned':
        planned.add(passOf(event.ref))
        total.versions += event.versions
        total.bytes += event.bytes
        break
      case 'scanning':
        phase = 'scanning'
        isResumed ||= !planned.has(passOf(event.ref))
        scanning ??= { since: Date.now(), bytes: progress().bytes }
        break
      case 'restoring':
        phase = 'waiting for archived object versions'
        break
      case 'restored':
        phase = 'scanning'
        break
      case 'waiting':
        phase = 'waiting for a custodian'
        break
      case 'deleting':
        phase = 'deleting'
        total.executed += event.versions
        break
      default:
    }
    shown = shown.then(() => show(event)).catch(() => {})
  }

  const observeFailure = ({ task, error, storeId, pass }: Extract<RunEvent, { kind: 'failed' }>) => {
    failure = error
    const message = `  ${bold(storeId ?? '')} pass ${pass ?? ''} ${task}: ${error.name}: ${error.message}`
    // A retry that fails again says nothing new; what is wrong with the manifest is said once, at the end.
    if (!failures.has(message) && storeId !== undefined) terminal.print(message)
    failures.add(message)
  }

  const show = async (event: Exclude<RunEvent, { kind: 'failed' }>) => {
    if (event.kind === 'manifest') return showManifest(event.runId)
    if (event.kind === 'not-stamped')
      return terminal.print(
        `  no timestamp by ${event.authority}, which is asked about the next checkpoint: ${event.why}`,
      )
    const { ref } = event
    const where = `${bold(ref.storeId)} pass ${ref.pass}`
    switch (event.kind) {
      case 'planned':
        terminal.print(
          `  ${where}: inventory of ${plural(event.versions, 'object version')}, ${formatBytes(event.bytes)}`,
        )
        if (ref.pass === 0) for (const line of (await copiesOf(ports, ref)).lines) terminal.warn(`  ${line}`)
        return
      case 'restoring':
        return showRestore(where, ref)
      case 'restored':
        return showRestored(where, ref)
      case 'settled':
        return showPass(where, ref)
      case 'requested':
        return showRequest(where, ref)
      case 'answered':
        return showAcknowledgement(where, ref)
      default:
        return
    }
  }

  const showManifest = async (runId: string) => {
    const document = await readDocument<ManifestDocument>(ports, runKey(runId, 'manifest.json'))
    for (const line of describeManifest(document)) terminal.print(`  ${line}`)
    const config = await readRunConfig(ports, runId)
    for (const store of config.stores.filter(deletesItself))
      terminal.print(`  ${bold(store.id)}: ${describeChannel(store)}`)
    for (const line of describeExpired(config, new Date().toISOString())) terminal.warn(`  ${line}`)
  }

  /** Once: it is told of every look at the copies. */
  const showRestore = async (where: string, ref: PassRef) => {
    const key = passKey(ref, 'restore.json')
    if (restores.has(key)) return
    restores.add(key)
    for (const line of describeRestore(await readDocument<RestoreDocument>(ports, key)))
      terminal.print(`  ${where}: ${line}`)
  }

  const showRestored = async (where: string, ref: PassRef) => {
    const done = await readDocument<RestoredDocument>(ports, passKey(ref, 'restored.json'))
    for (const line of describeRestored(done)) terminal.print(`  ${where}: ${line}`)
    const { versions, restored, refusals } = done
    terminal.emit({ kind: 'restore', store: ref.storeId, pass: ref.pass, versions, restored, refusals })
  }

  const showPass = async (where: string, ref: PassRef) => {
    const coverage = await readDocument<Coverage>(ports, passKey(ref, 'coverage.json'))
    const open = await readDocument<OpenVersion[]>(ports, passKey(ref, 'open.json'))
    const unverified = coverage.unverified.reduce((sum, { versions }) => sum + versions, 0)
    terminal.print(
      `  ${where}: read ${formatBytes(coverage.bytesRead)} (${formatBytes(coverage.decodedBytes)} unpacked), ` +
        `${plural(coverage.records, 'record')}; ${formatCount(coverage.clean.versions)} clean, ` +
        `${coverage.found.versions > 0 ? coloured('found', `${formatCount(coverage.found.versions)} found`) : '0 found'}, ` +
        `${unverified > 0 ? coloured('unverified', `${formatCount(unverified)} unverified`) : '0 unverified'}; ` +
        `controls ${formatCount(coverage.positiveControls.detected)}/${formatCount(coverage.positiveControls.planted)}`,
    )
    const worst = open.toSorted((a, b) => Number(b.outcome === 'found') - Number(a.outcome === 'found'))
    const all = coverage.found.versions + unverified
    // A line that says "one more" is no shorter than the one it stands for.
    const shown = worst.slice(0, all === shownOpenVersions + 1 ? all : shownOpenVersions)
    for (const version of shown) terminal.print(`      ${describeOpen(version)}`)
    const more = all - shown.length
    if (more > 0)
      terminal.print(
        dim(
          `      and ${plural(more, 'more object version')}: ${typed} status ${ref.runId} --out open.jsonl${words.options}`,
        ),
      )
    for (const line of describeExplained(coverage).slice(0, 1)) terminal.print(`      ${line}`)
    terminal.emit({
      kind: 'pass',
      store: ref.storeId,
      pass: ref.pass,
      versions: coverage.inventory.versions,
      bytes: coverage.inventory.bytes,
      clean: coverage.clean.versions,
      found: coverage.found.versions,
      unverified,
      ...explainedFields(coverage),
      ...(await copiesOf(ports, ref)).fields,
      findings: coverage.findings,
      subjects: coverage.subjects,
    })
  }

  const showRequest = async (where: string, ref: PassRef) => {
    const request = await readDocument<DeletionRequest>(ports, passKey(ref, 'request.json'))
    terminal.print(
      `  ${where}: deletion request ${bold(request.requestId)}: ${plural(request.versions, 'object version')}, ` +
        `${plural(request.findings, 'finding')} of ${plural(request.subjects, 'subject')}` +
        (request.protectedVersions > 0
          ? `, ${plural(request.protectedVersions, 'of them protected', 'of them protected')}${
              request.deletableFrom === undefined ? '' : ` (retention ends ${request.deletableFrom})`
            }`
          : ''),
    )
    const named = `${typed} request ${request.requestId} --out request.jsonl${words.options}`
    if (request.channel === 'none') terminal.print(`      no deletion channel: send it to the custodian: ${named}`)
    if (request.channel === 'manual') {
      terminal.print(`      for the custodian, until ${request.deadline}: ${named}`)
      terminal.print(`      their answer: ${typed} ack ${request.requestId}${words.options}`)
    }
    terminal.emit({
      kind: 'request',
      store: ref.storeId,
      request: request.requestId,
      channel: request.channel,
      versions: request.versions,
      document: locate(passKey(ref, 'request.json')),
      ...(request.deadline !== undefined && { deadline: request.deadline }),
    })
  }

  const showAcknowledgement = async (where: string, ref: PassRef) => {
    const answer = await readDocument<Acknowledgement>(ports, passKey(ref, 'acknowledgement.json'))
    const { requestId, by, deleted, rewritten, gone, kept } = answer
    if (by === 'deadline') return terminal.print(`  request ${requestId}: the deadline has passed without an answer`)
    if (by === 'custodian') return terminal.print(`  request ${requestId}: answered by the custodian`)
    terminal.print(
      `  ${where}: executor deleted ${plural(deleted.versions, 'object version')}, ${formatBytes(deleted.bytes)}` +
        (rewritten
          ? `; rewrote ${plural(rewritten.versions, 'object version')} without ${plural(rewritten.records, 'record')} of subjects`
          : '') +
        (gone > 0 ? `; ${gone} were gone already` : ''),
    )
    for (const { reason, versions } of kept) terminal.print(`      kept ${versions}: ${reason}`)
    if (kept.length > 0)
      terminal.print(`      which ones: ${typed} request ${requestId} --out request.jsonl${words.options}`)
  }

  const timer = setInterval(() => terminal.progress(describeProgress()), 200)
  timer.unref()

  const describeProgress = () => {
    if (phase === 'scanning') return describeScanning(progress(), { ...total, isResumed }, scanning)
    if (phase.startsWith('listing')) return `  ${phase}: ${plural(progress().listed - listedBefore, 'object version')}`
    return phase === 'deleting' && total.executed > 0
      ? `  deleting: ${plural(total.executed, 'object version')} done`
      : `  ${phase}`
  }

  return {
    observe,
    /** The last task failure that was seen, retried or not. */
    failure: () => failure,
    /** Waits until everything that was observed is shown. */
    async finish() {
      clearInterval(timer)
      await shown
      terminal.progress('')
    },
  }
}
