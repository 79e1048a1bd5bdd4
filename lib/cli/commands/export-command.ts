import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { decideRun } from '../../attestation/to-run-summary.ts'
import { NotKnown, UsageInvalid } from '../../errors.ts'
import { leftOutPath } from '../../export/bundle-paths.ts'
import { parseLeftOut } from '../../export/left-out.ts'
import type { RunSummary } from '../../pipeline/close-run.ts'
import { readDocument } from '../../pipeline/evidence/documents.ts'
import { runKey } from '../../pipeline/evidence/evidence-keys.ts'
import { bundlePrefix, periodSelection } from '../../pipeline/export-selection.ts'
import { withoutTakenBack } from '../../pipeline/log/taken-back.ts'
import { newestRun } from '../../pipeline/newest-run.ts'
import { type Deployment, type Place, withDeployment } from '../deployment.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { requireDirectory } from '../new-file.ts'
import { tellFailed } from '../tell-failed.ts'
import { bold, coloured, plural, type Terminal } from '../terminal.ts'
import { typed } from '../typed.ts'
import { writeBundle } from '../write-bundle.ts'

export type ExportOptions = {
  out?: string
  run?: string
  from?: string
  to?: string
  place: Place
  cwd: string
  signal: AbortSignal
}

/** `odv export`: builds a filing bundle, checks it as its reader will, and writes it to a new directory. */
export async function exportCommand(options: ExportOptions, terminal: Terminal): Promise<ExitCode> {
  const { out, from, to, cwd, place, signal } = options
  if (out === undefined) throw new UsageInvalid('export: expected --out DIR')
  checkSelection(options)
  const directory = resolve(cwd, out)
  const there = await readdir(directory).catch(() => [])
  if (there.length > 0) throw new UsageInvalid(`--out ${out}: expected a new or empty directory`)
  await requireDirectory(cwd, out, '--out')

  return withDeployment(place, {}, async (deployment) => {
    const runId = options.run ?? (from === undefined ? await newestOf(deployment) : undefined)
    await requireRun(deployment, options.run)
    const exportId = `export-${Date.now()}-${randomBytes(3).toString('hex')}`
    const selection = runId === undefined ? { from, to } : { runId }
    const following = { signal, wait: true, onEvent() {} }
    terminal.progress('  building the bundle')
    const ended = await deployment
      .execute('export-filing', exportId, { selection }, following)
      .finally(() => terminal.progress(''))
    if (ended.status === 'failed') return tellFailed(ended, terminal, 'odv')
    if (ended.status === 'lost') throw ended.error
    if (ended.status !== 'succeeded') {
      terminal.warn(`export: ${deployment.words.interrupted}; nothing was written to ${out}`)
      return exitCode.interrupted
    }
    const files = await writeBundle(deployment.ports.evidence, bundlePrefix(exportId), directory)
    const leftOut = await leftOutOf(deployment, exportId)
    terminal.emit({
      kind: 'export',
      out: directory,
      files,
      ...(runId !== undefined && { run: runId }),
      ...(leftOut > 0 && { timestampsLeftOut: leftOut }),
    })
    if (leftOut > 0)
      terminal.warn(
        `export: ${plural(leftOut, 'timestamp')} that had been kept did not hold and ${leftOut === 1 ? 'is' : 'are'} left out; report.html says which`,
      )
    terminal.print(`${bold(out)}: ${plural(files, 'file')}, checked as its reader will`)
    const lines = runId === undefined ? [ofPeriod] : await describeRun(deployment, runId)
    for (const line of lines) terminal.print(`  ${line}`)
    terminal.print(
      `verify:  ${typed} verify ${out} --key attestation-p256.pub.pem --key log-ed25519.pub.pem   (keys that the reader has from another source, see odv keys)`,
    )
    return exitCode.good
  })
}

const ofPeriod = 'it may say of any store that data is still there: report.html and odv verify show its verdicts'

/** What is filed, in the words of the run: a bundle holds, whatever its verdicts are. */
async function describeRun({ ports }: Deployment, runId: string): Promise<string[]> {
  if (!(await ports.evidence.has(runKey(runId, 'summary.json'))))
    return [`${runId}  ${coloured('incomplete')}: the run is not closed, so nothing in it is verified`]
  const summary = await readDocument<RunSummary>(ports, runKey(runId, 'summary.json'))
  const { stores } = await withoutTakenBack(ports, runId, decideRun(summary))
  return stores.map(({ storeId, result }) => `${runId}  ${coloured(result)} ${storeId}`)
}

async function leftOutOf({ ports }: Deployment, exportId: string): Promise<number> {
  const key = `${bundlePrefix(exportId)}${leftOutPath}`
  return (await ports.evidence.has(key)) ? parseLeftOut(await ports.evidence.get(key)).length : 0
}

function checkSelection({ run, from, to }: ExportOptions): void {
  if (run !== undefined && (from !== undefined || to !== undefined))
    throw new UsageInvalid('export: expected --run, or --from and --to, not both')
  if ((from === undefined) !== (to === undefined)) throw new UsageInvalid('export: expected --from and --to together')
  if (from !== undefined && !periodSelection.safeParse({ from, to }).success)
    throw new UsageInvalid(
      `--from ${from} --to ${to}: expected two dates as 2026-01-31, or RFC 3339 times, the first one before the other`,
    )
}

async function requireRun({ ports, words }: Deployment, run: string | undefined): Promise<void> {
  if (run !== undefined && (await ports.runState.getRun(run)) === undefined)
    throw new NotKnown(`--run ${run}: expected a run of ${words.where}`)
}

async function newestOf({ ports, words }: Deployment): Promise<string> {
  const newest = await newestRun(ports)
  if (newest === undefined) throw new NotKnown(`export: expected a finished run in ${words.where}`)
  return newest
}
