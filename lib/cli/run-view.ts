import { join } from 'node:path'
import type { Acknowledgement, DeletionRequest } from '../deletion/request.ts'
import type { Coverage } from '../inventory/coverage.ts'
import type { Done } from '../local/sandbox/counters.ts'
import { stateDirectory } from '../local/state-directory.ts'
import { type ManifestDocument, readDocument } from '../pipeline/documents.ts'
import { passKey, runKey } from '../pipeline/evidence-keys.ts'
import type { Evidence } from '../ports.ts'
import type { OpenVersion } from '../verdict/store-report.ts'
import type { TaskEvent } from './embedded.ts'
import { describeManifest } from './manifest-view.ts'
import {
  bold,
  coloured,
  dim,
  formatBytes,
  formatCount,
  formatDuration,
  plural,
  stateOption,
  type Terminal,
} from './terminal.ts'

const shownOpenVersions = 5

/**
 * Shows a run as it happens, from the tasks that are called and the documents that they leave. `observe` never fails a
 * task: what cannot be shown is not shown.
 */
export function createRunView(terminal: Terminal, state: string, evidence: () => Evidence, progress: () => Done) {
  const total = { versions: 0, bytes: 0, executed: 0 }
  let scanningSince = Date.now()
  let phase = 'opening the run'
  let shown = Promise.resolve()
  let failure: Error | undefined
  const failures = new Set<string>()

  const observe = (event: TaskEvent) => {
    const { storeId, pass } = event.payload as { storeId?: string; pass?: number }
    const where = storeId === undefined ? '' : `${bold(String(storeId))} pass ${pass ?? ''}`
    if (event.kind === 'began' && event.name === 'take-inventory') phase = 'listing'
    if (event.kind === 'began' && event.name === 'scan-batch' && phase !== 'scanning') {
      if (progress().bytes === 0) scanningSince = Date.now()
      phase = 'scanning'
    }
    if (event.kind === 'began' && event.name === 'execute-deletion') phase = 'deleting'
    if (event.kind === 'failed') {
      failure = event.error
      const message = `  ${where} ${event.name}: ${event.error.name}: ${event.error.message}`
      // A retry that fails again says nothing new; what is wrong with the manifest is said once, at the end.
      if (!failures.has(message) && storeId !== undefined) terminal.print(message)
      failures.add(message)
    }
    if (event.kind !== 'done') return
    if (event.name === 'execute-deletion') total.executed += Number(event.output.versions)
    if (event.name === 'notify-custodian') phase = 'waiting for a custodian'
    if (event.name === 'plan-batches') {
      total.versions += Number(event.output.versions)
      total.bytes += Number(event.output.bytes)
    }
    shown = shown.then(() => showDone(event, where)).catch(() => {})
  }

  const showDone = async (event: Extract<TaskEvent, { kind: 'done' }>, where: string) => {
    const ref = event.payload as { runId: string; storeId: string; pass: number }
    switch (event.name) {
      case 'build-index':
        return showManifest(ref.runId)
      case 'plan-batches':
        return terminal.print(
          `  ${where}: inventory of ${plural(Number(event.output.versions), 'object version')}, ${formatBytes(Number(event.output.bytes))}`,
        )
      case 'settle-coverage':
        return showPass(where, ref)
      case 'request-deletion':
        return showRequest(where, ref)
      case 'execute-deletion':
        return event.output.complete === true ? showAcknowledgement(where, ref) : undefined
      case 'acknowledge':
        return terminal.print(`  request ${event.output.requestId}: answered by the ${event.output.by}`)
      default:
        return
    }
  }

  const showManifest = async (runId: string) => {
    const document = await readDocument<ManifestDocument>({ evidence: evidence() }, runKey(runId, 'manifest.json'))
    for (const line of describeManifest(document)) terminal.print(`  ${line}`)
  }

  const showPass = async (where: string, ref: { runId: string; storeId: string; pass: number }) => {
    const coverage = await readDocument<Coverage>({ evidence: evidence() }, passKey(ref, 'coverage.json'))
    const open = await readDocument<OpenVersion[]>({ evidence: evidence() }, passKey(ref, 'open.json'))
    const unverified = coverage.unverified.reduce((sum, { versions }) => sum + versions, 0)
    terminal.print(
      `  ${where}: read ${formatBytes(coverage.bytesRead)} (${formatBytes(coverage.decodedBytes)} unpacked), ` +
        `${plural(coverage.records, 'record')}; ${coverage.clean.versions} clean, ` +
        `${coverage.found.versions > 0 ? coloured('found', `${coverage.found.versions} found`) : '0 found'}, ` +
        `${unverified > 0 ? coloured('unverified', `${unverified} unverified`) : '0 unverified'}; ` +
        `controls ${coverage.positiveControls.detected}/${coverage.positiveControls.planted}`,
    )
    const worst = open.toSorted((a, b) => Number(b.outcome === 'found') - Number(a.outcome === 'found'))
    for (const version of worst.slice(0, shownOpenVersions)) terminal.print(`      ${describeOpen(version)}`)
    const more = coverage.found.versions + unverified - shownOpenVersions
    if (more > 0) terminal.print(dim(`      and ${plural(more, 'more object version')}`))
    terminal.emit({
      kind: 'pass',
      store: ref.storeId,
      pass: ref.pass,
      versions: coverage.inventory.versions,
      bytes: coverage.inventory.bytes,
      clean: coverage.clean.versions,
      found: coverage.found.versions,
      unverified,
      findings: coverage.findings,
      subjects: coverage.subjects,
    })
  }

  const showRequest = async (where: string, ref: { runId: string; storeId: string; pass: number }) => {
    const request = await readDocument<DeletionRequest>({ evidence: evidence() }, passKey(ref, 'request.json'))
    const document = join(stateDirectory(state).evidence, passKey(ref, 'request.json'))
    terminal.print(
      `  ${where}: deletion request ${bold(request.requestId)}: ${plural(request.versions, 'object version')}, ` +
        `${plural(request.findings, 'finding')} of ${plural(request.subjects, 'subject')}` +
        (request.protectedVersions > 0
          ? `, ${plural(request.protectedVersions, 'of them protected', 'of them protected')}${
              request.deletableFrom === undefined ? '' : ` (retention ends ${request.deletableFrom})`
            }`
          : ''),
    )
    const named = `npx odv request ${request.requestId} --out request.jsonl${stateOption(state)}`
    if (request.channel === 'none') terminal.print(`      no deletion channel: send it to the custodian: ${named}`)
    if (request.channel === 'manual') {
      terminal.print(`      for the custodian, until ${request.deadline}: ${named}`)
      terminal.print(`      their answer: npx odv ack ${request.requestId}${stateOption(state)}`)
    }
    terminal.emit({
      kind: 'request',
      store: ref.storeId,
      request: request.requestId,
      channel: request.channel,
      versions: request.versions,
      document,
      ...(request.deadline !== undefined && { deadline: request.deadline }),
    })
  }

  const showAcknowledgement = async (where: string, ref: { runId: string; storeId: string; pass: number }) => {
    const { deleted, gone, kept } = await readDocument<Acknowledgement>(
      { evidence: evidence() },
      passKey(ref, 'acknowledgement.json'),
    )
    terminal.print(
      `  ${where}: executor deleted ${plural(deleted.versions, 'object version')}, ${formatBytes(deleted.bytes)}` +
        (gone > 0 ? `; ${gone} were gone already` : ''),
    )
    for (const { reason, versions } of kept) terminal.print(`      kept ${versions}: ${reason}`)
  }

  const timer = setInterval(() => terminal.progress(describeProgress()), 200)
  timer.unref()

  const describeProgress = () => {
    const done = progress()
    const rate = done.bytes / Math.max(1, (Date.now() - scanningSince) / 1000)
    const left = rate > 0 ? `, ${formatDuration((total.bytes - done.bytes) / rate)} left` : ''
    return phase === 'scanning'
      ? `  scanning: ${formatCount(done.versions)} of ${formatCount(total.versions)} object versions, ` +
          `${formatBytes(done.bytes)} of ${formatBytes(total.bytes)}, ${formatBytes(rate)}/s${left}, ${plural(done.findings, 'finding')}`
      : phase === 'listing'
        ? `  listing: ${plural(progress().listed, 'object version')}`
        : phase === 'deleting' && total.executed > 0
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

export function describeOpen({ shownKey, outcome, reason, detail, findings, protection }: OpenVersion): string {
  const why = [
    findings > 0 ? plural(findings, 'finding') : undefined,
    reason === undefined ? undefined : `${reason}${detail === undefined ? '' : ` (${detail})`}`,
    protection,
  ].filter(Boolean)
  return `${coloured(outcome)} ${shownKey}: ${why.join(', ')}`
}
