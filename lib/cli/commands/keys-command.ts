import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { KeyChains, KeyKind } from '../../attestation/key-chain.ts'
import { UsageInvalid } from '../../errors.ts'
import { bundlePaths, retiredKeyPath } from '../../export/bundle-paths.ts'
import { makeDirectory } from '../../local/publish-file.ts'
import { originOf } from '../../log/origin.ts'
import { formatVkey } from '../../log/vkey.ts'
import { readKeyChains } from '../../pipeline/keys/key-chains.ts'
import { type Deployment, type Place, withDeployment } from '../deployment.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { algorithms, ceremonyRecord, fingerprintsOf } from '../keys/ceremony-record.ts'
import { type Done, initKeys, placesOfFiles, rotateKeyFile } from '../keys/key-ceremony.ts'
import { placesInKms, readFirstKeys, rotateStageKey } from '../keys/stage-keys.ts'
import { requireDirectory, requireNewFile, writeNewFile } from '../new-file.ts'
import { bold, dim, type Terminal } from '../terminal.ts'

export type KeysOptions = {
  action: string
  key?: string
  out?: string
  record?: string
  place: Place
  cwd: string
  signal: AbortSignal
}

/** `odv keys init | show | rotate`: the keys of a deployment, and the records that people sign about them. */
export async function keysCommand(options: KeysOptions, terminal: Terminal): Promise<ExitCode> {
  const { action, key, record, place, cwd, signal } = options
  if (action === 'show') return show(options, terminal)
  if (record === undefined)
    throw new UsageInvalid(`keys ${action}: expected --record FILE, the record that those who are there will sign`)
  await requireNewFile(cwd, record, '--record')
  const tell = async (done: Done, note?: string) => {
    if (note !== undefined) terminal.warn(note)
    terminal.emit({ ...done.ceremony, kind: 'ceremony', did: done.ceremony.kind, chains: linesOf(done.chains) })
    print(done.chains, noNext, terminal)
    await writeNewFile(cwd, record, ceremonyRecord(done), '--record')
  }
  if (action === 'init') await tell(await (place.kind === 'aws' ? readFirstKeys(place) : initKeys(place)))
  else {
    const kind = key === 'log' ? 'log' : 'attestation'
    const isDone = await (place.kind === 'aws'
      ? withDeployment(place, {}, (deployment) => rotateStageKey(deployment, kind, signal, tell))
      : rotateKeyFile(place, kind, signal, tell))
    if (!isDone) {
      terminal.warn(`keys rotate ${kind}: interrupted; the same command goes on with it`)
      return exitCode.interrupted
    }
  }
  terminal.print(`record: ${record}; print it, compare it with this screen, and have it signed`)
  return exitCode.good
}

async function show({ out, record, place, cwd }: KeysOptions, terminal: Terminal): Promise<ExitCode> {
  if (record !== undefined) await requireNewFile(cwd, record, '--record')
  if (out !== undefined) await requireDirectory(cwd, out, '--out')
  return withDeployment(place, {}, async (deployment) => {
    const { ports, words } = deployment
    const chains = await readKeyChains(ports)
    const next = await readNextKeys(deployment, chains)
    print(chains, next, terminal)
    emit(chains, next, terminal)
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
        ceremonyRecord({ ceremony: { kind: 'shown' }, chains, next, protection, at }),
        '--record',
      )
      terminal.print(`record: ${record}`)
    }
    return exitCode.good
  })
}

const kinds = ['attestation', 'log'] as const
type NextKeys = Record<KeyKind, string[]>
const noNext: NextKeys = { attestation: [], log: [] }

/** Keys (PEM) that are there and were never in force: nothing that they sign counts. */
async function readNextKeys({ ports, hasKey }: Deployment, chains: KeyChains): Promise<NextKeys> {
  const signers = { attestation: ports.attestationSigner, log: ports.logSigner }
  const read = async (kind: KeyKind) => {
    const pems: string[] = []
    for (let number = chains[kind].length + 1; await hasKey(kind, number); number += 1)
      pems.push(await signers[kind].numbered(number).publicKey())
    return pems
  }
  return { attestation: await read('attestation'), log: await read('log') }
}

function print(chains: KeyChains, next: NextKeys, terminal: Terminal): void {
  for (const kind of kinds)
    terminal.print(
      `${bold(kind.padEnd(11))}  ${algorithms[kind].padEnd(11)}  ${printOf(kind, chains[kind].at(-1)!.pem)}`,
    )
  terminal.print(`${bold('vkey')}         ${vkeyOf(chains)}`)
  for (const kind of kinds)
    for (const { pem, until } of chains[kind].slice(0, -1))
      terminal.print(dim(`${kind.padEnd(11)}  until entry ${until}  ${printOf(kind, pem)}`))
  for (const kind of kinds)
    for (const pem of next[kind]) terminal.print(dim(`${kind.padEnd(11)}  not in force yet  ${printOf(kind, pem)}`))
}

const printOf = (kind: KeyKind, pem: string) => fingerprintsOf[kind](pem).openssh
const vkeyOf = ({ log }: KeyChains) => formatVkey(originOf(log[0]!.pem), log.at(-1)!.pem)

function emit(chains: KeyChains, next: NextKeys, terminal: Terminal): void {
  const [attestation, log] = [chains.attestation.at(-1)!.pem, chains.log.at(-1)!.pem]
  terminal.emit({
    kind: 'keys',
    attestation: { ...fingerprintsOf.attestation(attestation), pem: attestation },
    log: { ...fingerprintsOf.log(log), vkey: vkeyOf(chains), pem: log },
    chains: linesOf(chains),
    next: kinds.flatMap((kind) => next[kind].map((pem) => ({ key: kind, ...fingerprintsOf[kind](pem) }))),
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
  await makeDirectory(directory, 0o777)
  const name = (path: string) => join(directory, path.split('/').at(-1)!)
  for (const kind of kinds) {
    const current = { attestation: bundlePaths.attestationKey, log: bundlePaths.logKey }[kind]
    await writeFile(name(current), chains[kind].at(-1)!.pem)
    for (const [i, { pem }] of chains[kind].slice(0, -1).entries())
      await writeFile(name(retiredKeyPath(kind, i + 1)), pem)
  }
}
