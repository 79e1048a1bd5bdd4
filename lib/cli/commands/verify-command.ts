import { BundleInvalid } from '../../errors.ts'
import { bundlePaths } from '../../export/bundle-paths.ts'
import { noneOfThisKind } from '../../export/checks/keys.ts'
import { logLines, notVerifiedText, runLines } from '../../export/log-lines.ts'
import { verifyLogScript, verifyScript } from '../../export/tools/generated.ts'
import { type BundleSummary, verifyBundle } from '../../export/verify-bundle.ts'
import { tool } from '../../tool.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { type PinOptions, readBundle, readPins } from '../read-bundle.ts'
import { bold, coloured, dim, plural, type Terminal } from '../terminal.ts'
import { visible } from '../visible.ts'

export type VerifyOptions = PinOptions & { bundle: string }

/** `odv verify`: checks a bundle offline; needs no state directory and no network. */
export async function verifyCommand(options: VerifyOptions, terminal: Terminal): Promise<ExitCode> {
  const { bundle, cwd } = options
  const pins = await readPins(options, bundle)
  try {
    const files = await readBundle(bundle, cwd)
    const summary = verifyBundle(files, pins)
    show(bundle, { ...summary, tools: toolsIn(files) }, terminal)
    // Anybody can write what nothing of the reader's own was held against.
    return summary.pinned && summary.companions ? exitCode.good : exitCode.incomplete
  } catch (error) {
    if (!(error instanceof BundleInvalid)) throw error
    terminal.emit({ kind: 'bundle', holds: false, check: error.check, message: error.message })
    terminal.print(`${coloured('residual', 'does not hold')} ${bundle}`)
    terminal.print(`    ${visible(error.message)}`)
    terminal.print(dim(`    ${adviceOn(error)}`))
    return exitCode.residual
  }
}

/** What a reader can do. Nothing makes such a bundle good. */
function adviceOn({ check, message }: BundleInvalid): string {
  if (check === 'layout' || check === 'manifest')
    return 'it may have been damaged on its way: get it again from whoever made it; until then rely on nothing in it'
  if (check === 'keys' && message.includes(noneOfThisKind))
    return 'nothing is said of the keys that you did not give: there are two, for attestations and for the log, and --key is given once for each'
  if (check === 'keys')
    return 'it is signed by others than those whose keys you gave: ask, by another way, which keys are right; until then rely on nothing in it'
  return 'it was not made like this: rely on nothing in it, keep it, and ask whoever made it'
}

/** Nobody runs a stranger's program: whether those in the bundle are the ones that this version writes. */
function toolsIn(files: ReadonlyMap<string, Uint8Array>): 'own' | 'other' {
  const own = [
    [bundlePaths.verifyScript, verifyScript],
    [bundlePaths.verifyLogScript, verifyLogScript],
  ] as const
  return own.every(([path, text]) => Buffer.from(text).equals(files.get(path)!)) ? 'own' : 'other'
}

const shownKey = ({ name, fingerprint, until }: BundleSummary['fingerprints'][number]) =>
  `  ${name}  ${fingerprint}${until === undefined ? '' : `, until entry ${until}`}`

function verdictOf({ pinned, companions }: BundleSummary): string {
  if (!pinned) return coloured('incomplete', 'agrees with itself, keys not checked')
  return companions
    ? coloured('verified', 'holds')
    : coloured('incomplete', 'holds, but for its report, which was not compared')
}

type Shown = BundleSummary & { tools: 'own' | 'other' }

function show(bundle: string, summary: Shown, terminal: Terminal): void {
  terminal.emit({ kind: 'bundle', holds: true, ...summary })
  terminal.print(`${verdictOf(summary)} ${bold(bundle)}${notVerifiedText(summary.runs)}`)
  for (const { name, count } of summary.checks) terminal.print(`    ${name.padEnd(12)} ${count}`)
  for (const { runId, storeId, verdict, reasons } of summary.stores)
    terminal.print(
      `  ${runId}  ${coloured(verdict)} ${storeId}${reasons.length > 0 ? `: ${visible(reasons.join('; '))}` : ''}`,
    )
  for (const line of runLines(summary.runs)) terminal.print(`  ${visible(line)}`)
  for (const line of logLines(summary)) terminal.print(`  ${line}`)
  for (const each of summary.timestamps ?? [])
    terminal.print(
      `  timestamp of ${plural(each.size, 'entry', 'entries')}, ${each.time}, by ${visible(each.authority)}${each.pinned ? '' : ` (not pinned: ${each.certificateSha256})`}`,
    )
  if (summary.leftOut !== undefined)
    terminal.print(`  timestamps that were kept and did not hold: ${summary.leftOut.length}`)
  if (summary.tools === 'other')
    terminal.warn(
      `WARNING: the programs in tools/ are not those of ${tool.name} ${tool.version}. Another version may have written them, or somebody who wants you to run them.`,
    )
  if (!summary.companions)
    terminal.warn(
      'WARNING: the report and the tables are of another version and were not compared with the evidence: believe the verdicts\n' +
        'above, or verify with the version that made the bundle.',
    )
  warnOfKeys(summary, terminal)
}

/** Without keys from another source a bundle vouches for its own. */
export function warnOfKeys({ pinned, fingerprints }: BundleSummary, terminal: Terminal): void {
  if (pinned) return
  terminal.warn(
    'WARNING: no --key was given. This shows only that the bundle agrees with itself: anybody can make such a bundle\n' +
      'with keys of their own. Compare the fingerprints below with ones that you have from another source:\n' +
      fingerprints.map(shownKey).join('\n'),
  )
}
