import { lstat, readdir, readFile } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { BundleInvalid, UsageInvalid } from '../../errors.ts'
import { type BundleSummary, verifyBundle } from '../../export/verify-bundle.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { bold, coloured, plural, type Terminal } from '../terminal.ts'

export type VerifyOptions = { bundle: string; keys: string[]; since?: string; cwd: string }

/** `odv verify`: checks a bundle offline; needs no state directory and no network. */
export async function verifyCommand(options: VerifyOptions, terminal: Terminal): Promise<ExitCode> {
  const { bundle, keys, since, cwd } = options
  const pinnedKeys = await Promise.all(keys.map((key) => readText(resolve(cwd, key), '--key')))
  const sinceText = since === undefined ? undefined : await readText(resolve(cwd, since), '--since')
  const directory = resolve(cwd, bundle)
  const root = await lstat(directory).catch(() => undefined)
  if (!root?.isDirectory()) throw new UsageInvalid(`verify ${bundle}: expected the directory of a bundle`)
  try {
    const summary = verifyBundle(await readBundle(directory), {
      ...(pinnedKeys.length > 0 && { pinnedKeys }),
      ...(sinceText !== undefined && { since: sinceText }),
    })
    show(bundle, summary, terminal)
    return exitCode.good
  } catch (error) {
    if (!(error instanceof BundleInvalid)) throw error
    terminal.emit({ kind: 'bundle', holds: false, check: error.check, message: error.message })
    terminal.print(`${coloured('residual', 'does not hold')} ${bundle}`)
    terminal.print(`    ${error.message}`)
    return exitCode.residual
  }
}

async function readBundle(directory: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(directory, path).split(sep).join('/')
    if (entry.isFile()) files.set(name, await readFile(path))
    else if (!entry.isDirectory()) throw new BundleInvalid('layout', `${name}: expected files and directories only`)
  }
  return files
}

async function readText(path: string, option: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new UsageInvalid(`${option} ${path}: expected a readable file, got ${cause.code}`, { cause })
  })
}

function show(bundle: string, summary: BundleSummary, terminal: Terminal): void {
  terminal.emit({ kind: 'bundle', holds: true, ...summary })
  terminal.print(
    summary.pinned
      ? `${coloured('verified', 'holds')} ${bold(bundle)}`
      : `${coloured('incomplete', 'agrees with itself, keys not checked')} ${bold(bundle)}`,
  )
  for (const { name, count } of summary.checks) terminal.print(`    ${name.padEnd(12)} ${count}`)
  for (const { runId, storeId, verdict, reasons } of summary.stores)
    terminal.print(`  ${runId}  ${coloured(verdict)} ${storeId}${reasons.length > 0 ? `: ${reasons.join('; ')}` : ''}`)
  terminal.print(`  log ${summary.origin}, ${plural(summary.size, 'entry', 'entries')}`)
  if (!summary.pinned)
    terminal.warn(
      'WARNING: no --key was given. This shows only that the bundle agrees with itself: anybody can make such a bundle\n' +
        'with keys of their own. Compare the fingerprints below with ones that you have from another source:\n' +
        summary.fingerprints.map(({ name, fingerprint }) => `  ${name}  ${fingerprint}`).join('\n'),
    )
}
