import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { actAsCustodian, countOthers, makeSample } from '../demo/sample-stores.ts'
import type { Place, RunEvent } from '../deployment.ts'
import { type ExitCode, exitCode } from '../exit-code.ts'
import { bold, defaultState, dim, formatCount, type Terminal } from '../terminal.ts'
import { typedIn } from '../typed.ts'
import { exportCommand } from './export-command.ts'
import { keysCommand } from './keys-command.ts'
import { runCommand } from './run-command.ts'
import { verifyCommand } from './verify-command.ts'

/** `odv demo`, which `npm start` runs: the whole product on sample stores, with every command shown as it is used. */
export async function demoCommand(
  options: { directory: string; cwd: string; signal: AbortSignal },
  terminal: Terminal,
): Promise<ExitCode> {
  const { directory, signal } = options
  const cwd = resolve(options.cwd, directory)
  const typed = typedIn(cwd)
  const step = (title: string, command?: string) => {
    terminal.print(`\n${bold(title)}`)
    if (command !== undefined) terminal.print(dim(`$ ${command}`))
  }

  step('Three offshore stores with backups, and the list of subjects whose data is confirmed to be in the US')
  const { manifest, stores } = await makeSample(cwd)
  for (const path of [manifest, 'odv.json', ...stores]) terminal.print(`  ${join(directory, path)}`)
  const before = await countOthers(cwd)
  terminal.print(`  ${formatCount(before)} records belong to subjects who were not transferred: none of them may go`)

  step('The nightly job', `cd ${directory} && ${typed} run --nightly`)
  const place: Place = { kind: 'machine', state: defaultState, cwd }
  const custodian = createCustodian(cwd, terminal)
  const result = await runCommand(
    { place, stores: [], trigger: 'nightly', dryRun: false, wait: true, cwd, signal, onEvent: custodian.observe },
    terminal,
  )
  await custodian.done()
  if (result === exitCode.interrupted)
    terminal.warn(
      `demo: that is typed in ${directory}, where nobody plays the custodian then; odv demo makes all of it anew`,
    )
  if (result !== exitCode.residual) return result === exitCode.good ? exitCode.fault : result

  const after = await countOthers(cwd)
  terminal.print(
    `\nrecords of subjects who were not transferred: ${formatCount(before)} before, ${formatCount(after)} after`,
  )
  if (after !== before) return exitCode.fault

  step('What the agency gets', `${typed} export --out bundle`)
  const exported = await exportCommand({ out: 'bundle', place, cwd, signal }, terminal)
  step('Keys, which the auditor has from another source than the bundle', `${typed} keys --out auditor`)
  const shown = await keysCommand({ action: 'show', out: 'auditor', place, cwd, signal }, terminal)
  const keys = ['auditor/attestation-p256.pub.pem', 'auditor/log-ed25519.pub.pem']
  step('The auditor checks it, offline', `${typed} verify bundle ${keys.map((key) => `--key ${key}`).join(' ')}`)
  const verified = await verifyCommand({ bundle: 'bundle', keys, authorities: [], cwd }, terminal)

  step('Go on with')
  for (const [command, what] of [
    [`${typed} status`, 'the runs so far'],
    [`${typed} run`, 'the next night: what is gone stays gone, what is held is looked at again'],
    [`${typed} scan --manifest ids.csv stores/ie`, 'only look'],
    ['cat bundle/VERIFY.md', 'the same checks with openssl, jq and sha256sum'],
    [`${typed} --help`, 'everything else; on your own data: odv run --manifest ids.csv --store NAME=DIR'],
  ] as const)
    terminal.print(`  ${`cd ${directory} && ${command}`.padEnd(62)} ${dim(what)}`)
  return [exported, shown, verified].find((code) => code !== exitCode.good) ?? exitCode.good
}

/** Plays the custodian in Singapore: deletes when asked, and answers as a person would, with a command of its own. */
function createCustodian(cwd: string, terminal: Terminal) {
  let work = Promise.resolve()
  const act = async (requestId: string) => {
    const removed = await actAsCustodian(cwd)
    await writeFile(join(cwd, 'certificate.txt'), `We removed the records named in ${requestId}.\n`)
    terminal.print(
      `  ${dim('(the custodian in Singapore')} took out ${formatCount(removed)} records ${dim('and answers: odv ack … --file certificate.txt)')}`,
    )
    await ack(requestId)
  }
  const ack = (requestId: string) =>
    new Promise<void>((resolve, reject) => {
      const odv = fileURLToPath(new URL('../odv.mjs', import.meta.url))
      const child = spawn(process.execPath, [odv, 'ack', requestId, '--file', 'certificate.txt'], {
        cwd,
        stdio: 'ignore',
      })
      child.once('error', reject)
      child.once('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`demo: ack: expected exit code 0, got ${code}`)),
      )
    })
  return {
    observe(event: RunEvent) {
      if (event.kind === 'waiting') work = act(event.requestId)
    },
    done: () => work,
  }
}
