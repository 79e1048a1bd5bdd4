import { randomBytes } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { NotKnown, UsageInvalid } from '../../errors.ts'
import { openEmbedded } from '../embedded.ts'
import { type ExitCode, exitCode, exitCodeOfError } from '../exit-code.ts'
import { bold, plural, type Terminal } from '../terminal.ts'

export type ExportOptions = { out?: string; run?: string; from?: string; to?: string; state: string; cwd: string }

/** `odv export`: builds a filing bundle, checks it as its reader will, and writes it to a new directory. */
export async function exportCommand(options: ExportOptions, terminal: Terminal): Promise<ExitCode> {
  const { out, run, from, to, cwd } = options
  if (out === undefined) throw new UsageInvalid('export: expected --out DIR')
  if (run !== undefined && (from !== undefined || to !== undefined))
    throw new UsageInvalid('export: expected --run, or --from and --to, not both')
  if ((from === undefined) !== (to === undefined)) throw new UsageInvalid('export: expected --from and --to together')
  for (const [name, date] of Object.entries({ from, to }))
    if (date !== undefined && (!/^\d{4}-\d\d-\d\d(T.+)?$/.test(date) || Number.isNaN(Date.parse(date))))
      throw new UsageInvalid(`--${name} ${date}: expected a date as 2026-01-31, or an RFC 3339 time`)
  const directory = resolve(cwd, out)
  const there = await readdir(directory).catch(() => [])
  if (there.length > 0) throw new UsageInvalid(`--out ${out}: expected a new or empty directory`)

  let failure: Error | undefined
  const embedded = await openEmbedded({
    state: resolve(cwd, options.state),
    create: false,
    onTask: (event) => {
      if (event.kind === 'failed') failure = event.error
    },
  })
  try {
    const newest = (await embedded.ports.runState.listRuns()).find(({ state }) => state === 'finished')?.runId
    const runId = run ?? (from === undefined ? newest : undefined)
    if (runId === undefined && from === undefined)
      throw new NotKnown('export: expected a finished run in this state directory')
    const exportId = `export-${Date.now()}-${randomBytes(3).toString('hex')}`
    const result = await embedded.execute('export-filing', exportId, {
      selection: runId === undefined ? { from, to } : { runId },
    })
    if (result.status === 'FAILED') {
      terminal.warn(failure?.message ?? `export: ${result.error}: ${result.cause}`)
      return exitCodeOfError(failure ?? new Error(result.cause))
    }
    const files = await writeBundle(embedded.ports.evidence, `exports/${exportId}/`, directory)
    terminal.emit({ kind: 'export', out: directory, files, ...(runId !== undefined && { run: runId }) })
    terminal.print(`${bold(out)}: ${plural(files, 'file')}, checked as its reader will`)
    terminal.print(
      `verify:  npx odv verify ${out} --key attestation-p256.pub.pem --key log-ed25519.pub.pem   (keys that the reader has from another source, see odv keys)`,
    )
    return exitCode.good
  } finally {
    await embedded.close()
  }
}

type BundleEvidence = { list(prefix: string): AsyncIterable<string>; get(key: string): Promise<Uint8Array> }

async function writeBundle(evidence: BundleEvidence, prefix: string, directory: string): Promise<number> {
  let files = 0
  for await (const key of evidence.list(prefix)) {
    const path = join(directory, key.slice(prefix.length))
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, await evidence.get(key), { flag: 'wx' })
    files++
  }
  return files
}
