import { resolve } from 'node:path'
import { BundleInvalid, UsageInvalid } from '../../errors.ts'
import { verifyFiling } from '../../export/verify-bundle.ts'
import { checkSubjectProof, showsGone } from '../../export/verify-subject-proof.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { type PinOptions, readBundle, readPins, readText } from '../read-bundle.ts'
import { coloured, type Terminal } from '../terminal.ts'
import { visible } from '../visible.ts'
import { warnOfKeys } from './verify-command.ts'

export type VerifyProofOptions = PinOptions & { proof: string; bundle?: string }

/**
 * `odv verify-proof`: checks one subject's proof against a bundle, which is verified first, and says what it shows. Nobody is named:
 * whom it is about stands in the proof.
 */
export async function verifyProofCommand(options: VerifyProofOptions, terminal: Terminal): Promise<ExitCode> {
  const { bundle, cwd } = options
  if (bundle === undefined) throw new UsageInvalid('verify-proof: expected --bundle DIR')
  const proof = await readText(resolve(cwd, options.proof), 'PROOF')
  const pins = await readPins(options, bundle)
  try {
    const files = await readBundle(bundle, cwd)
    const filing = verifyFiling(files, pins)
    const { summary } = filing
    const shown = checkSubjectProof(filing, Buffer.from(proof))
    const { pinned, fingerprints } = summary
    terminal.emit({ kind: 'proof', holds: true, pinned, fingerprints, ...shown })
    const word = summary.pinned ? coloured('verified', 'holds') : coloured('incomplete', 'agrees, keys not checked')
    terminal.print(`${word} ${options.proof}, of run ${shown.runId}`)
    terminal.print(`    ${shown.words}`)
    warnOfKeys(summary, terminal)
    // A proof that holds and shows that data is there, or does not show that it is gone, is no success; nor is anybody's proof.
    return summary.pinned && showsGone(shown) ? exitCode.good : exitCode.incomplete
  } catch (error) {
    if (!(error instanceof BundleInvalid)) throw error
    terminal.emit({ kind: 'proof', holds: false, check: error.check, message: error.message })
    terminal.print(`${coloured('residual', 'does not hold')} ${error.check === 'proof' ? options.proof : bundle}`)
    terminal.print(`    ${visible(error.message)}`)
    return exitCode.residual
  }
}
