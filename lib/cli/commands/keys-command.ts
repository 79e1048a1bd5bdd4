import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { KeyChains, KeyKind } from '../../attestation/key-chain.ts'
import { KeyUnsafe, UsageInvalid } from '../../errors.ts'
import { bundlePaths, retiredKeyPath } from '../../export/bundle-paths.ts'
import { originOf } from '../../log/origin.ts'
import { formatVkey } from '../../log/vkey.ts'
import { readKeyChains } from '../../pipeline/key-chains.ts'
import { algorithms, ceremonyRecord, fingerprintsOf } from '../ceremony-record.ts'
import { type Deployment, type Place, withDeployment } from '../deployment.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { type Done, initKeys, placesOfFiles, rotateKeyFile } from '../key-ceremony.ts'
import { requireNewFile, writeNewFile } from '../new-file.ts'
import { bold, dim, type Terminal } from '../terminal.ts'

export type KeysOptions = { action: string; key?: string; out?: string; record?: string; place: Place; cwd: string }

/** `odv keys init | show | rotate`: the keys of a deployment, and the records that people sign about them. */
export async function keysCommand(options: KeysOptions, terminal: Terminal): Promise<ExitCode> {
  const { action, key, record, place, cwd } = options
  if (action === 'show') return show(options, terminal)
  if (record === undefined)
    throw new UsageInvalid(`keys ${action}: expected --record FILE, the record that those who are there will sign`)
  if (place.kind === 'aws' && action === 'rotate')
    throw new UsageInvalid(
      'keys rotate: expected a state directory: the keys of a stage are not changed by this version',
    )
  await requireNewFile(cwd, record, '--record')
  const tell = async (done: Done, isAgain = false) => {
    if (isAgain)
      terminal.warn('this change was made before and had no record: it is written now, and no further change was made')
    terminal.emit({ ...done.ceremony, kind: 'ceremony', did: done.ceremony.kind, chains: linesOf(done.chains) })
    print(done.chains, terminal)
    await writeNewFile(cwd, record, ceremonyRecord(done), '--record')
  }
  if (action === 'init') await tell(await (place.kind === 'aws' ? readFirstKeys(place) : initKeys(place)))
  else if (place.kind === 'machine') await rotateKeyFile(place, key === 'log' ? 'log' : 'attestation', tell)
  terminal.print(`record: ${record}; print it, compare it with this screen, and have it signed`)
  return exitCode.good
}

/**
 * The keys of a stage are made by its deployment; the ceremony is to look at them before anything is signed, and to have that recorded.
 * @throws KeyUnsafe when the log has entries already: others may rely on them
 */
function readFirstKeys(place: Place): Promise<Done> {
  return withDeployment(place, {}, async ({ ports, words }) => {
    if ((await ports.ledger.head()).size > 0)
      throw new KeyUnsafe(
        `keys init: expected a log without entries, got some: \`odv keys show${words.options} --record FILE\` writes the record of its keys`,
      )
    const chains = await readKeyChains(ports)
    return { ceremony: { kind: 'made' }, chains, protection: placesInKms(words), at: new Date().toISOString() }
  })
}

async function show({ out, record, place, cwd }: KeysOptions, terminal: Terminal): Promise<ExitCode> {
  if (record !== undefined) await requireNewFile(cwd, record, '--record')
  return withDeployment(place, {}, async ({ ports, words }) => {
    const chains = await readKeyChains(ports)
    print(chains, terminal)
    emit(chains, terminal)
    if (out !== undefined) {
      await writeKeys(chains, resolve(cwd, out))
      terminal.print(`written to ${out}; give them to auditors by another way than the bundle`)
    }
    if (record !== undefined) {
      const at = new Date().toISOString()
      const protection = place.kind === 'aws' ? placesInKms(words) : placesOfFiles(place)
      await writeNewFile(
        cwd,
        record,
        ceremonyRecord({ ceremony: { kind: 'shown' }, chains, protection, at }),
        '--record',
      )
      terminal.print(`record: ${record}`)
    }
    return exitCode.good
  })
}

const kinds = ['attestation', 'log'] as const

function print(chains: KeyChains, terminal: Terminal): void {
  for (const kind of kinds)
    terminal.print(
      `${bold(kind.padEnd(11))}  ${algorithms[kind].padEnd(11)}  ${printOf(kind, chains[kind].at(-1)!.pem)}`,
    )
  terminal.print(`${bold('vkey')}         ${vkeyOf(chains)}`)
  for (const kind of kinds)
    for (const { pem, until } of chains[kind].slice(0, -1))
      terminal.print(dim(`${kind.padEnd(11)}  until entry ${until}  ${printOf(kind, pem)}`))
}

const printOf = (kind: KeyKind, pem: string) => fingerprintsOf[kind](pem).openssh
const vkeyOf = ({ log }: KeyChains) => formatVkey(originOf(log[0]!.pem), log.at(-1)!.pem)

function emit(chains: KeyChains, terminal: Terminal): void {
  const [attestation, log] = [chains.attestation.at(-1)!.pem, chains.log.at(-1)!.pem]
  terminal.emit({
    kind: 'keys',
    attestation: { ...fingerprintsOf.attestation(attestation), pem: attestation },
    log: { ...fingerprintsOf.log(log), vkey: vkeyOf(chains), pem: log },
    chains: linesOf(chains),
  })
}

/** Every key that there was, oldest first. */
function linesOf(chains: KeyChains) {
  return kinds.flatMap((kind) =>
    chains[kind].map(({ pem, until }) => ({
      key: kind,
      ...fingerprintsOf[kind](pem),
      ...(until !== undefined && { until }),
    })),
  )
}

async function writeKeys(chains: KeyChains, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  const name = (path: string) => join(directory, path.split('/').at(-1)!)
  for (const kind of kinds) {
    const current = { attestation: bundlePaths.attestationKey, log: bundlePaths.logKey }[kind]
    await writeFile(name(current), chains[kind].at(-1)!.pem)
    for (const [i, { pem }] of chains[kind].slice(0, -1).entries())
      await writeFile(name(retiredKeyPath(kind, i + 1)), pem)
  }
}

const placesInKms = (words: Deployment['words']) => {
  const stage = words.options.trim()
  return {
    attestation: `KMS, in the account of the stage (${stage}): it cannot be copied; as deployed, the function \`attest\` alone may sign with it`,
    log: `KMS, in the account of the stage (${stage}): it cannot be copied; as deployed, the function \`sign-checkpoint\` alone may sign with it`,
    case: `the evidence bucket, wrapped by KMS (${stage})`,
  }
}
