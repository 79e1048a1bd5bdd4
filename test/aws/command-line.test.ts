import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { SFNClient } from '@aws-sdk/client-sfn'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyFingerprint } from '../../lib/attestation/envelope.ts'
import { stepFunctionsExecutions } from '../../lib/aws/step-functions-executions.ts'
import { ServiceRefused } from '../../lib/errors.ts'
import { ed25519Fingerprint } from '../../lib/log/vkey.ts'
import { type Deployment, openDeployment } from '../support/deployment.ts'
import { openDirectories } from '../support/directory-functions.ts'
import { type Ministack, onMinistack, startMinistack, withoutMinistack } from '../support/ministack.ts'
import { type Ended, type JsonLine, jsonLines, linesOf, odv, startOdv, verdictsOf } from '../support/odv.ts'
import {
  configText,
  jsonRecords,
  manifestText,
  numbers,
  somebodyElse,
  transferred,
  writeFiles,
} from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'
import { quarterOf } from '../support/some-of.ts'
import { deployStack, type Stack } from '../support/stack.ts'

/** `odv --aws`: what a person types against a deployed stage, in processes of their own. */

const theirs = jsonRecords(numbers(30).map(somebodyElse))
const ours = jsonRecords(numbers(10).map(transferred))

const { isLeftOut, note } = quarterOf(0)

describe.skipIf(withoutMinistack || isLeftOut)(`odv --aws ${onMinistack}${note}`, () => {
  let server: Ministack
  let stack: Stack
  let deployment: Deployment
  let place: string
  let env: Record<string, string>

  beforeAll(async () => {
    server = await startMinistack({ strict: true })
    // One key of each kind is deployed that nobody vouched for yet.
    stack = await deployStack(server, 'cli', { attestationKeys: '2', logKeys: '2' })
    deployment = await openDeployment(server, stack)
    await deployment.rewrite(600)
    await openDirectories(server, 'cli')
    env = {
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
      AWS_REGION: server.region,
      NODE_EXTRA_CA_CERTS: server.certificate!,
      ODV_STAGE: 'cli',
    }
    place = scratchDirectory()
    writeFiles(place, {
      'ids.csv': manifestText,
      'bad.csv': 'userId,transferredAt\nno id,2026-01-01\n',
      'clean/a.jsonl': theirs,
      'asked/a.jsonl': theirs,
      'asked/ours.jsonl': ours,
      'buckets.json': configText({
        organization: 'example.com',
        manifest: 'manifests/not-there',
        stores: [{ id: 'sg', country: 'SG', s3: { bucket: 'backups-sg', region: 'ap-southeast-1' } }],
      }),
      'directories.json': configText({ manifest: 'ids.csv', stores: [{ id: 'sg', root: 'clean', country: 'SG' }] }),
      'home.json': configText({
        manifest: 'manifests/x',
        stores: [{ id: 'us', country: 'US', s3: { bucket: 'backups-us', region: 'us-east-1' } }],
      }),
    })
  })

  afterAll(async () => {
    stack?.close()
    await server?.stop()
  })

  const start = (...args: string[]) => startOdv(place, args, env)
  const aws = (...args: string[]): Promise<Ended> => start('--aws', ...args).ended

  /** Stores are directories here, which nobody hands in by the command line. */
  const verify = (stores: Record<string, unknown>[]) =>
    deployment.handIn(
      'config/odv.json',
      JSON.stringify({
        manifest: 'manifests/ids.csv',
        stores: stores.map(({ id, ...more }) => ({ id, root: join(place, id as string), country: 'SG', ...more })),
      }),
    )

  it('writes the record of the keys before the first entry of the log', async () => {
    const made = await aws('keys', 'init', '--record', 'ceremony.md', '--json')
    expect([made.code, made.stderr]).toEqual([0, ''])
    const [attestation, log] = await deployment.publicKeys()
    writeFiles(place, { 'first/attestation.pem': attestation!, 'first/log.pem': log! })
    const record = readFileSync(join(place, 'ceremony.md'), 'utf8')
    expect(record).toContain(keyFingerprint(attestation!))
    expect(record).toContain(ed25519Fingerprint(log!))
    expect(record).toMatch(/the function `attest` alone may sign/)
  })

  describe('odv config', () => {
    for (const [what, args, says] of [
      ['a manifest that is not there', ['buckets.json'], /manifests\/not-there: expected a key below manifests\//],
      ['a directory as a store', ['directories.json'], /store sg: expected a bucket/],
      ['a store at home', ['home.json'], /expected a country other than the home country US/],
      ['a file that is not there', ['nothing.json'], /nothing\.json: expected a configuration file/],
      ['a malformed manifest', ['buckets.json', '--manifest', 'bad.csv'], /line 2: expected/],
      [
        'a new manifest without a configuration',
        ['--manifest', 'ids.csv'],
        /expected a configuration in the deployment/,
      ],
    ] as const)
      it(`refuses ${what}`, async () => {
        const ended = await aws('config', ...args)
        expect([ended.code, ended.stderr]).toEqual([64, expect.stringMatching(says)])
      })

    it('puts a configuration and its manifest there, and replaces only what was seen', async () => {
      const first = await aws('config', 'buckets.json', '--manifest', 'ids.csv', '--json')
      expect(first.code, first.stderr).toBe(0)
      const [{ version, manifest }] = linesOf(first, 'configuration') as [JsonLine]
      expect(manifest).toMatch(/^manifests\/\d{4}-\d\d-\d\d-[0-9a-f]{32}$/)
      const shown = await aws('config', '--json')
      expect(linesOf(shown, 'configuration')).toMatchObject([{ version, config: { manifest, stores: [{ id: 'sg' }] } }])

      const unseen = await aws('config', 'buckets.json', '--manifest', 'ids.csv')
      expect([unseen.code, unseen.stderr]).toEqual([64, expect.stringContaining(`expected --replaces ${version}`)])
      writeFileSync(join(place, 'ids-2.csv'), manifestText.replace('wave-1', 'wave-3'))
      const later = await aws('config', '--manifest', 'ids-2.csv', '--json')
      const [{ version: second }] = linesOf(later, 'configuration') as [JsonLine]
      expect([later.code, second === version]).toEqual([0, false])
      const outdated = await aws('config', 'buckets.json', '--manifest', 'ids.csv', '--replaces', String(version))
      expect(outdated.code).toBe(64)
      const seen = await aws('config', 'buckets.json', '--manifest', 'ids.csv', '--replaces', String(second), '--json')
      expect(linesOf(seen, 'configuration')).toMatchObject([{ version, manifest }])
    })
  })

  describe('a run', () => {
    let runId: string
    const steps: Record<string, Ended> = {}

    beforeAll(async () => {
      await deployment.handIn('manifests/ids.csv', manifestText)
      await verify([{ id: 'clean' }, { id: 'asked', channel: { kind: 'manual', deadline: '1h' } }])
      const first = start('run', '--aws', '--json')
      let said = ''
      for await (const chunk of first.child.stdout!) {
        said += chunk
        if (said.includes('"kind":"request"')) break
      }
      first.kill('SIGINT')
      const [code] = (await once(first.child, 'exit')) as [number]
      steps.interrupted = { ...(await first.ended), code, stdout: said }
      runId = String(jsonLines({ stdout: said.slice(0, said.indexOf('\n')) })[0]!.run)
      steps.again = await aws('run', '--resume', runId, '--no-wait', '--json')
      steps.status = await aws('status', runId, '--json')
      steps.rotated = await aws('keys', 'rotate', 'log', '--record', 'log.md', '--json')
      steps.request = await aws('request', `${runId}-asked-0`, '--out', 'request.jsonl')
      rmSync(join(place, 'asked/ours.jsonl'))
      const resumed = start('--aws', 'run', '--resume', runId, '--json')
      steps.ack = await aws('ack', `${runId}-asked-0`, '--file', 'ids.csv', '--json')
      steps.resumed = await resumed.ended
      steps.finished = await aws('run', '--resume', runId, '--json')
    })

    it('goes on when the process that started it is interrupted', () => {
      expect(steps.interrupted!.code).toBe(130)
      expect(steps.interrupted!.stderr).toContain(`odv.mjs run --resume ${runId} --aws --stage cli`)
      expect(linesOf(steps.status!, 'run')).toMatchObject([{ run: runId, state: 'running' }])
    })

    it('ends --no-wait with 75 when it waits for its custodian', () => {
      expect([steps.again!.code, jsonLines(steps.again!).at(-1)]).toEqual([75, { kind: 'waiting', run: runId }])
      expect(linesOf(steps.status!, 'request')).toMatchObject([{ request: `${runId}-asked-0`, store: 'asked' }])
    })

    it('gives the request with its names', () => {
      expect(steps.request!.code, steps.request!.stderr).toBe(0)
      const [head, version] = readFileSync(join(place, 'request.jsonl'), 'utf8').trimEnd().split('\n')
      expect([JSON.parse(head!), JSON.parse(version!)]).toMatchObject([{ versions: 1 }, { key: 'ours.jsonl' }])
    })

    it('does not mind that the key of the log is changed while it waits', () => {
      expect([steps.rotated!.code, steps.rotated!.stderr]).toEqual([0, ''])
      const [{ chains, ...changed }] = linesOf(steps.rotated!, 'ceremony') as [JsonLine]
      expect(changed).toMatchObject({ did: 'changed', key: 'log', number: 1 })
      const lines = chains as { key: string; openssh: string; until?: number }[]
      expect(lines.map(({ key, until }) => [key, until])).toEqual([
        ['attestation', undefined],
        ['log', changed.seq],
        ['log', undefined],
      ])
      const record = readFileSync(join(place, 'log.md'), 'utf8')
      expect(record).toContain('the log key was changed (change 1)')
      expect(record).toContain(ed25519Fingerprint(readFileSync(join(place, 'first/log.pem'), 'utf8')))
      for (const { openssh } of lines) expect(record).toContain(openssh)
    })

    it('goes on to its verdict when another process answers', () => {
      expect([steps.ack!.code, linesOf(steps.ack!, 'acknowledgement')]).toMatchObject([0, [{ by: 'custodian' }]])
      expect([steps.resumed!.code, verdictsOf(steps.resumed!)], steps.resumed!.stderr).toEqual([
        0,
        { clean: 'verified', asked: 'verified' },
      ])
      expect(jsonLines(steps.resumed!).at(-1)).toMatchObject({ kind: 'summary', run: runId, attested: true })
    })

    it('shows its result again when it has ended', () => {
      expect([steps.finished!.code, verdictsOf(steps.finished!)]).toEqual([0, verdictsOf(steps.resumed!)])
    })

    it('is exported as a bundle that holds offline against the keys of the stage', async () => {
      const keys = await aws('keys', '--out', 'pinned')
      const again = await aws('keys', 'init', '--record', 'again.md')
      expect([again.code, again.stderr]).toEqual([64, expect.stringContaining('expected a log without entries')])
      const exported = await aws('export', '--out', 'bundle', '--json')
      expect([keys.code, exported.code], exported.stderr).toEqual([0, 0])
      expect(linesOf(exported, 'export')).toMatchObject([{ run: runId }])
      const pinned = ['attestation-p256', 'log-ed25519'].flatMap((name) => ['--key', `pinned/${name}.pub.pem`])
      const verified = await odv(place, 'verify', 'bundle', ...pinned, '--json')
      expect([verified.code, verified.stderr]).toEqual([0, ''])
      expect(linesOf(verified, 'bundle')).toMatchObject([{ holds: true, stores: [{}, {}] }])

      writeFiles(place, { 'asking.txt': transferred(3), 'nobody.txt': somebodyElse(3) })
      const prove = (from: string) => aws('prove', '--subject-from', from, '--bundle', 'bundle', '--json')
      const proved = await prove('asking.txt')
      expect([proved.code, proved.stderr]).toEqual([0, ''])
      expect(linesOf(proved, 'proof')).toMatchObject([{ run: runId, inScope: true, status: 'deleted', before: 1 }])
      const checked = await odv(place, 'verify-proof', 'subject-proof.json', '--bundle', 'bundle', ...pinned)
      expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining('gone, as the last inventories')])
      expect(linesOf(await prove('nobody.txt'), 'proof')).toEqual([{ kind: 'proof', run: runId, inScope: false }])
    })

    it('is over when the other key is changed, which is done once however often it is typed', async () => {
      const keys = (...args: string[]) => aws('keys', ...args, '--json')
      const rotated = await keys('rotate', 'attestation', '--record', 'attestation.md')
      const again = await keys('rotate', 'attestation', '--record', 'attestation-again.md')
      expect([rotated.code, rotated.stderr]).toEqual([0, ''])
      expect([again.code, again.stderr]).toEqual([
        0,
        expect.stringContaining('this is the last change, recorded again'),
      ])
      const [one, other] = [rotated, again].map((ended) => linesOf(ended, 'ceremony')[0])
      expect(one).toMatchObject({ key: 'attestation', number: 1 })
      expect(other).toEqual(one)
      expect(linesOf(await keys(), 'keys')).toMatchObject([{ chains: [{}, {}, {}, {}], next: [] }])
      const kms = new KMSClient(server)
      for (const KeyId of [deployment.outputs.AttestationKeyArn!, deployment.outputs.LogKeyArn!]) {
        const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }))
        expect(KeyMetadata!.KeyState).toBe('Disabled')
      }
    })

    it('is not for who takes the role of a key ceremony, who may have keys changed', async () => {
      const RoleArn = 'arn:aws:iam::000000000000:role/odv-cli-key-ceremony'
      const { Credentials } = await new STSClient(server).send(
        new AssumeRoleCommand({ RoleArn, RoleSessionName: 'ceremony' }),
      )
      const credentials = {
        accessKeyId: Credentials!.AccessKeyId!,
        secretAccessKey: Credentials!.SecretAccessKey!,
        sessionToken: Credentials!.SessionToken!,
      }
      const executions = stepFunctionsExecutions(
        new SFNClient({ ...server, credentials }),
        deployment.arnOf('rotate-key').replace(/-rotate-key$/, ''),
      )
      const change = { key: 'attestation', number: 1 }
      expect(await executions.start('rotate-key', 'once-more', change)).toBe('started')
      const execution = `${deployment.arnOf('rotate-key').replace(':stateMachine:', ':execution:')}:once-more`
      expect(await deployment.end(execution, 120)).toEqual({ status: 'SUCCEEDED', output: { retired: 'disabled' } })
      expect(await executions.find('rotate-key', 'once-more')).toEqual({ state: 'succeeded' })
      await expect(executions.start('verify-run', 'mine', { trigger: 'on-demand' })).rejects.toThrow(ServiceRefused)
    })

    it('is incomplete once one of its entries is taken back in words that name nobody', async () => {
      writeFiles(place, { 'why.txt': 'The share was another one.\n' })
      const correct = (reason: string) =>
        aws('correct', '--entry', '1', '--reason-file', reason, '--approved-by', 'Example Person', '--json')
      // MiniStack does not hand on the name of an error; its log does.
      const named = { entry: 1, explanation: `It is about ${transferred(3)}.`, approvedBy: 'Example Person' }
      await expect(deployment.invoke('propose-correction', named)).rejects.toMatchObject({ name: 'InputInvalid' })
      const done = await correct('why.txt')
      expect([done.code, linesOf(done, 'correction')], done.stderr).toMatchObject([0, [{ run: runId }]])
      expect(linesOf(await correct('why.txt'), 'correction')).toEqual(linesOf(done, 'correction'))
      const shown = await aws('run', '--resume', runId, '--json')
      expect([shown.code, Object.values(verdictsOf(shown))]).toEqual([2, expect.arrayContaining(['incomplete'])])
      expect(jsonLines(shown).at(-1)).toMatchObject({ kind: 'summary', verdict: 'incomplete', attested: true })
    })

    it('is verified by who knows the first keys alone, as it was exported before and behind all changes', async () => {
      const exported = await aws('export', '--out', 'after', '--run', runId, '--json')
      expect(exported.code, exported.stderr).toBe(0)
      const pins = ['attestation', 'log'].flatMap((name) => ['--key', `first/${name}.pem`])
      const verify = promisify(execFile)
      for (const [bundle, result] of [
        ['bundle', 'verified'],
        ['after', 'incomplete'],
      ] as const) {
        const args = [`${bundle}/tools/verify.mjs`, bundle, ...pins, '--json']
        const { stdout } = await verify(process.execPath, args, { cwd: place }).catch((error) => error)
        expect(stdout).toContain(result)
      }
    })
  })

  it('prints the lines of an embedded run, and ends with its code', async () => {
    writeFiles(place, { 'found/a.jsonl': theirs, 'found/ours.jsonl': ours })
    await verify([{ id: 'clean' }, { id: 'found' }])
    const [there, here] = await Promise.all([
      aws('run', '--json'),
      odv(place, 'run', '--json', '--manifest', 'ids.csv', '--store', 'clean=clean', '--store', 'found=found'),
    ])
    expect([there.code, here.code], there.stderr).toEqual([1, 1])
    const shapes = (ended: Ended) =>
      jsonLines(ended)
        .filter(({ kind }) => kind !== 'cost')
        .map(({ kind, store, pass, verdict, versions, found, findings, subjects, ...more }) =>
          JSON.stringify([kind, store, pass, verdict, versions, found, findings, subjects, Object.keys(more)]),
        )
        .sort()
    expect(shapes(there)).toEqual(shapes(here))
    expect(linesOf(there, 'cost')).toMatchObject([{ estimated: false }])
  })

  it('estimates with --dry-run what a run would cost, and attests nothing', async () => {
    await verify([{ id: 'clean' }])
    const ended = await aws('run', '--dry-run', '--json')
    expect(ended.code, ended.stderr).toBe(0)
    expect(linesOf(ended, 'store')).toMatchObject([{ store: 'clean', versions: 1, channel: 'none' }])
    expect(linesOf(ended, 'cost')).toMatchObject([{ estimated: true, usd: expect.any(Number), unlisted: [] }])
    expect(jsonLines(ended).at(-1)).toMatchObject({ kind: 'summary', dryRun: true, versions: 1 })
  })

  it('ends with the code of what failed, and says where more is said', async () => {
    await deployment.handIn('manifests/ids.csv', 'userId,transferredAt\nno id,2026-01-01\n')
    const ended = await aws('run', '--json')
    expect(ended.stderr).toMatch(/failed in BuildIndex; the log group \/aws\/lambda\/odv-cli-build-index says why/)
    expect(jsonLines(ended).slice(-2)).toMatchObject([
      { kind: 'summary', verdict: 'incomplete', attested: true },
      { kind: 'error', exitCode: ended.code },
    ])
  })

  describe('a usage error', () => {
    const errors: Record<string, [args: string[], says: RegExp, more?: Record<string, string>]> = {
      'a stage that is not there': [['status', '--stage', 'nope'], /odv-nope: expected a deployment of this name/],
      'a run of a stage that is not there': [
        ['run', '--stage', 'nope'],
        /odv-nope: expected a deployment of this name/,
      ],
      'keys of a stage that is not there': [['keys', '--stage', 'nope'], /odv-nope: expected a deployment/],
      'an answer to a stage that is not there': [['ack', 'x', '--stage', 'nope'], /odv-nope-acknowledge/],
      'a configuration of a stage that is not there': [
        ['config', '--stage', 'nope'],
        /odv-nope: expected a deployment/,
      ],
      'a stage with a name that is none': [['status', '--stage', 'A B'], /--stage: expected/],
      'a run that is not there': [['run', '--resume', 'run-nothing'], /run-nothing: expected a run of this deployment/],
      'a request that is not there': [['request', 'nothing', '--out', 'r'], /nothing: expected a request/],
      'a store on the command line': [['run', '--store', 'sg'], /expected no --config, --manifest or --store/],
      'a state directory as well': [['status', '--state', '.odv'], /either --state .* or --aws/],
      'a command of this machine': [['verify', 'bundle'], /odv verify: expected no --aws/],
      'no Region': [['status'], /expected a Region/, { AWS_REGION: '' }],
      'no credentials': [
        ['status'],
        /credentials: expected some, got none; log in/,
        {
          AWS_ACCESS_KEY_ID: '',
          AWS_SECRET_ACCESS_KEY: '',
          AWS_EC2_METADATA_DISABLED: 'true',
          AWS_SHARED_CREDENTIALS_FILE: '/nothing',
          AWS_CONFIG_FILE: '/nothing',
        },
      ],
    }
    for (const [what, [args, says, more]] of Object.entries(errors))
      it(`ends with 64 and is named: ${what}`, async () => {
        const ended = await startOdv(place, ['--aws', ...args, '--json'], { ...env, ...more }).ended
        expect([ended.code, ended.stderr]).toEqual([64, expect.stringMatching(says)])
        expect(jsonLines(ended).at(-1)).toMatchObject({ kind: 'error', exitCode: 64 })
        expect(ended.stderr).not.toMatch(/^ {4}at /m)
      })
  })
})
