import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { attestationKeyFingerprint, logKeyFingerprint } from '../../export/key-fingerprint.ts'
import { originOf } from '../../log/origin.ts'
import { formatVkey } from '../../log/vkey.ts'
import { type Place, withDeployment } from '../deployment.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { bold, type Terminal } from '../terminal.ts'

/** `odv keys`: the public keys that auditors pin, and their fingerprints; `--out` writes them to files. */
export async function keysCommand(
  options: { out?: string; place: Place; cwd: string },
  terminal: Terminal,
): Promise<ExitCode> {
  return withDeployment(options.place, {}, async ({ ports: { attestationSigner, logSigner } }) => {
    const [attestation, log] = [await attestationSigner.publicKey(), await logSigner.publicKey()]
    const vkey = formatVkey(originOf(log), log)
    const prints = { attestation: attestationKeyFingerprint(attestation), log: logKeyFingerprint(log) }
    terminal.print(`${bold('attestation')}  ECDSA P-256  ${prints.attestation.openssh}`)
    terminal.print(`${bold('log')}          Ed25519      ${prints.log.openssh}`)
    terminal.print(`${bold('vkey')}         ${vkey}`)
    terminal.emit({
      kind: 'keys',
      attestation: { ...prints.attestation, pem: attestation },
      log: { ...prints.log, vkey, pem: log },
    })
    if (options.out !== undefined) {
      const directory = resolve(options.cwd, options.out)
      await mkdir(directory, { recursive: true })
      await writeFile(join(directory, 'attestation-p256.pub.pem'), attestation)
      await writeFile(join(directory, 'log-ed25519.pub.pem'), log)
      terminal.print(`written to ${options.out}; give them to auditors by another way than the bundle`)
    }
    return exitCode.good
  })
}
