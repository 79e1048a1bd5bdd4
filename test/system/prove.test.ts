import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { callCommand } from '../../lib/cli/call-command.ts'
import { embeddedPorts } from '../../lib/cli/embedded-ports.ts'
import { parseCommand } from '../../lib/cli/parse-command.ts'
import { openTerminal } from '../../lib/cli/terminal.ts'
import { writeBundle } from '../../lib/cli/write-bundle.ts'
import { exportBundle } from '../../lib/pipeline/export-bundle.ts'
import { bundlePrefix } from '../../lib/pipeline/export-selection.ts'
import { openPlace } from '../support/pipeline.ts'
import { jsonRecords, pending, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'

/** A person asks: the answer as a file for that person, and everything around it without their identifier. */

const [gone, still, never] = [transferred(3), transferred(4), transferred(9)]

/** A place with a run and its bundle, and the commands as they are typed there. */
async function filed(watched: string) {
  const place = await openPlace((root) => ({
    homeCountry: 'US',
    stores: [
      { id: 'sg', root: join(root, 'sg'), country: 'SG', channel: { kind: 'delete-files', owner: 'user_id' } },
      { id: 'hk', root: join(root, 'hk'), country: 'HK' },
    ],
  }))
  writeFiles(place.root, {
    'sg/a.jsonl': jsonRecords([gone, gone]),
    'sg/b.jsonl': jsonRecords([somebodyElse(1)]),
    'hk/a.jsonl': jsonRecords([watched]),
    'gone.txt': `\n${gone}\n`,
    'still.txt': still,
    'never.txt': never,
    'nobody.txt': somebodyElse(1),
    'later.txt': pending(1),
    'two.txt': `${gone}\n${never}\n`,
    'bad.txt': `${gone} ${never}`,
  })
  const { runId } = await place.run()
  const ports = embeddedPorts(place.paths, { config: undefined, meter: { add() {} } })
  await exportBundle(ports, { exportId: 'export-1', selection: { runId } })
  await writeBundle(ports.evidence, bundlePrefix('export-1'), join(place.root, 'bundle'))
  ports.close()
  const said: string[] = []
  const odv = async (...argv: string[]) => {
    let stdout = ''
    const streams = {
      stdout: { write: (text: string) => (stdout += text) },
      stderr: { write: (text: string) => (stdout += text) },
    }
    const terminal = openTerminal({ json: argv.includes('--json'), ...streams, now: () => 0 })
    const aims = argv[0] === 'prove' ? ['--state', 'state'] : []
    const context = { cwd: place.root, signal: new AbortController().signal }
    const code = await callCommand(parseCommand([...argv, ...aims], place.root), context, terminal).catch(
      (error: Error) => {
        stdout += error.message
        return error.name
      },
    )
    said.push(stdout)
    return { code, stdout }
  }
  const prove = (from: string, ...more: string[]) => odv('prove', '--subject-from', from, '--bundle', 'bundle', ...more)
  await odv('keys', '--out', 'auditor', '--state', 'state')
  const pins = ['attestation-p256', 'log-ed25519'].flatMap((name) => ['--key', `auditor/${name}.pub.pem`])
  return { place, odv, prove, said, pins }
}

const quotesNobody = (said: readonly string[]) => {
  for (const id of [gone, still, never, pending(1), somebodyElse(1)]) expect(said.join('')).not.toContain(id)
}

it('answers a person with a proof that anybody checks, and prints no identifier', async () => {
  const { place, odv, prove, said, pins } = await filed(somebodyElse(2))
  const proved = await prove('gone.txt', '--json')
  expect(proved.code, proved.stdout).toBe(0)
  expect(JSON.parse(proved.stdout)).toMatchObject({ kind: 'proof', inScope: true, status: 'deleted', before: 1 })
  const proof = join(place.root, 'subject-proof.json')
  expect(statSync(proof).mode & 0o777).toBe(0o600)
  expect(readFileSync(proof, 'utf8')).toContain(gone)
  expect(readFileSync(proof).length).toBeLessThan(3000)
  expect((await prove('never.txt', '--out', 'never.json')).stdout).toContain(
    'not found in any offshore backup by this run, whatever an earlier one found',
  )
  const page = readFileSync(join(place.root, 'bundle/report.html'), 'utf8')
  expect(page).toMatch(
    /<b>\d+<\/b> not found by any scan of this run \(an earlier run may have found them\), <b>0<\/b> still there/,
  )

  const check = (file: string, ...more: string[]) => odv('verify-proof', file, '--bundle', 'bundle', ...more)
  const words =
    /found in 1 object version in offshore backups before; gone, as the last inventories, taken between 20\d\d-\d\d-\d\d /
  expect(await check('subject-proof.json', ...pins)).toEqual({ code: 0, stdout: expect.stringMatching(words) })
  expect((await check('never.json', ...pins)).code).toBe(0)
  expect(await check('subject-proof.json')).toEqual({ code: 2, stdout: expect.stringContaining('no --key was given') })
  expect(await check('gone.txt', ...pins)).toEqual({ code: 1, stdout: expect.stringContaining('does not hold') })
  const args = ['bundle/tools/verify.mjs', 'bundle', ...pins, '--proof']
  const script = promisify(execFile)
  const { stdout } = await script(process.execPath, [...args, 'subject-proof.json'], { cwd: place.root })
  expect(stdout).toMatch(/PROOF HOLDS .*\n {2}found in 1 object version in offshore backups before; gone, as the last /)
  await expect(script(process.execPath, [...args, 'never.txt'], { cwd: place.root })).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^DOES NOT HOLD {2}proof: subject proof: expected/),
  })

  // As VERIFY.md says it: nothing is typed without a proof, and one that does not hold is named.
  const text = readFileSync(join(place.root, 'bundle/VERIFY.md'), 'utf8')
  const block = /```sh\n(if \[ -n "\$\{PROOF.*?)```/s.exec(text)![1]!
  const typed = (PROOF?: string) => {
    const env = { ...process.env, KEYS: join(place.root, 'auditor'), ...(PROOF && { PROOF: join(place.root, PROOF) }) }
    return execFileSync('bash', ['-c', block], { cwd: join(place.root, 'bundle'), encoding: 'utf8', env })
  }
  expect(typed()).toBe('')
  expect(typed('subject-proof.json')).toMatch(
    /^proven {4}found in 1 object version in offshore backups before; gone, as /,
  )
  expect(typed('never.txt')).toBe(`NOT PROVEN  ${join(place.root, 'never.txt')}\n`)

  expect(await prove('gone.txt')).toEqual({ code: 'UsageInvalid', stdout: expect.stringContaining('a new file') })
  for (const from of ['nobody.txt', 'later.txt']) {
    const none = await prove(from, '--out', 'none.json')
    expect(none).toEqual({ code: 1, stdout: expect.stringContaining('not in scope') })
  }
  for (const [from, why] of [
    ['two.txt', 'expected one line'],
    ['bad.txt', 'expected a decimal number'],
    ['missing.txt', 'expected a readable file'],
  ] as const)
    expect(await prove(from, '--out', 'none.json')).toEqual({
      code: 'UsageInvalid',
      stdout: expect.stringContaining(why),
    })
  expect((await prove('gone.txt', '--out', 'none.json', '--run', 'run-9')).code).toBe('NotKnown')
  writeFileSync(join(place.root, 'bundle/report.html'), 'another one')
  expect(await prove('gone.txt', '--out', 'none.json')).toMatchObject({
    code: 'UsageInvalid',
    stdout: expect.stringMatching(/^--bundle: expected one that holds: .*report\.html/),
  })
  expect(existsSync(join(place.root, 'none.json'))).toBe(false)
  quotesNobody([...said, stdout])
})

it('says of a proof by a run which others of the bundle followed that it is of before them, and that one found data', async () => {
  const { place, odv, prove, said, pins } = await filed(somebodyElse(2))
  expect((await prove('never.txt', '--out', 'never.json')).code).toBe(0)
  const bundleOf = async (name: string) => {
    await place.run()
    const ports = embeddedPorts(place.paths, { config: undefined, meter: { add() {} } })
    await exportBundle(ports, { exportId: name, selection: { from: '2000-01-01', to: '2100-01-01' } })
    await writeBundle(ports.evidence, bundlePrefix(name), join(place.root, name))
    ports.close()
  }
  await bundleOf('verified-again')
  expect(await odv('verify-proof', 'never.json', '--bundle', 'verified-again', ...pins)).toEqual({
    code: 0,
    stdout: expect.stringMatching(
      /not found in any .* list; .* says anything: sg, hk; run \S+ of the bundle began later, of which this says nothing\n/,
    ),
  })
  writeFiles(place.root, { 'hk/b.jsonl': jsonRecords([never]) })
  await bundleOf('found-again')
  const later =
    /list; .*; but run \S+ of the bundle found data that this one did not see, and may have found theirs: ask for a proof by it\n/
  expect(await odv('verify-proof', 'never.json', '--bundle', 'found-again', ...pins)).toEqual({
    code: 2,
    stdout: expect.stringMatching(later),
  })
  const args = ['found-again/tools/verify.mjs', 'found-again', ...pins, '--proof', 'never.json']
  await expect(promisify(execFile)(process.execPath, args, { cwd: place.root })).rejects.toMatchObject({
    code: 2,
    stdout: expect.stringMatching(later),
  })
  quotesNobody(said)
})

it('says with its exit code that data is still there, or that nothing shows that it is gone', async () => {
  const { odv, prove, said, pins } = await filed(still)
  for (const [from, words] of [
    ['still', 'still there: found in 1 object version'],
    ['gone', 'found in 1 object version in offshore backups before; whether it is gone is not shown'],
    ['never', 'not found so far'],
  ] as const) {
    expect((await prove(`${from}.txt`, '--out', `${from}.json`)).code).toBe(0)
    const checked = await odv('verify-proof', `${from}.json`, '--bundle', 'bundle', ...pins)
    expect(checked).toEqual({ code: 2, stdout: expect.stringContaining(words) })
  }
  quotesNobody(said)
})

it('proves nothing by a run of which something was taken back, also with a bundle that was made before', async () => {
  const { place, odv, prove, said } = await filed(somebodyElse(2))
  writeFileSync(join(place.root, 'why.txt'), 'The share was not the one that was meant.')
  expect((await prove('gone.txt', '--out', 'before.json')).code).toBe(0)
  const because = ['--reason-file', 'why.txt', '--approved-by', 'Example Person', '--state', 'state']
  expect((await odv('correct', '--entry', '1', ...because)).code).toBe(0)
  expect(await prove('gone.txt', '--out', 'none.json')).toEqual({
    code: 'UsageInvalid',
    stdout: expect.stringContaining('part of it was taken back'),
  })
  expect(existsSync(join(place.root, 'none.json'))).toBe(false)
  quotesNobody(said)
})
