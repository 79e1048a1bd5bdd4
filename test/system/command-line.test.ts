import { createHash } from 'node:crypto'
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Ended, type JsonLine, jsonLines, linesOf, odv, verdictsOf } from '../support/odv.ts'
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
import { someOf } from '../support/some-of.ts'

/** What a user types and a script reads: exit codes, lines of JSON, refusals that name what is wrong. */

const theirs = jsonRecords(numbers(30).map(somebodyElse))
const ours = jsonRecords(numbers(10).map(transferred))
const stores = {
  'clean/a.jsonl': theirs,
  'clean/deep/b.jsonl.gz': gzipSync(theirs),
  'found/a.jsonl': theirs,
  'found/x.jsonl.gz': gzipSync(ours),
  'cut/a.jsonl': theirs,
  'cut/b.jsonl.gz': gzipSync(theirs).subarray(0, -9),
}

function makePlace(files: Record<string, string | Uint8Array> = {}): string {
  const place = scratchDirectory()
  writeFiles(place, { 'ids.csv': manifestText, ...stores, ...files })
  return place
}

const run = (place: string, ...args: string[]) => odv(place, 'run', '--manifest', 'ids.csv', '--json', ...args)
const scan = (place: string, ...args: string[]) => odv(place, 'scan', '--manifest', 'ids.csv', '--json', ...args)

describe.concurrent('odv run', () => {
  for (const [args, code, verdicts] of someOf(4, [
    [['clean'], 0, { clean: 'verified' }],
    [['clean', 'found'], 1, { clean: 'verified', found: 'residual' }],
    [['clean', 'cut'], 2, { clean: 'verified', cut: 'incomplete' }],
    [['found', 'cut', 'clean'], 1, { clean: 'verified', found: 'residual', cut: 'incomplete' }],
  ] as const))
    it(`ends with ${code} for ${args.join(', ')}, and logs one JSON object a line`, async () => {
      const place = makePlace()
      const ended = await run(place, ...args.flatMap((store) => ['--store', `${store}=${store}`]))
      expect([ended.code, verdictsOf(ended)], ended.stderr).toEqual([code, verdicts])
      const lines = jsonLines(ended)
      // Who has to go on with a run needs its name before it ends.
      expect(lines[0]).toEqual({ kind: 'run', run: lines.at(-1)!.run, resumed: false })
      for (const line of linesOf(ended, 'verdict'))
        expect(line).toEqual({
          kind: 'verdict',
          store: expect.any(String),
          verdict: expect.stringMatching(/^(verified|residual|incomplete)$/),
          reasons: expect.any(Array),
        })
      const count = (verdict: string) => Object.values(verdicts).filter((each) => each === verdict).length
      expect(lines.at(-1)).toMatchObject({
        kind: 'summary',
        verified: count('verified'),
        residual: count('residual'),
        incomplete: count('incomplete'),
      })
      const log = readFileSync(join(place, '.odv/log.jsonl'), 'utf8').trimEnd().split('\n')
      const tasks = log.map((line) => JSON.parse(line) as { task?: string }).map(({ task }) => task)
      expect(tasks).toEqual(expect.arrayContaining(['open-run', 'scan-batch', 'sign-checkpoint']))
    })

  it('looks at the stores of odv.json, and of these at the named ones', async () => {
    const place = makePlace({
      'odv.json': configText({
        manifest: 'ids.csv',
        stores: ['clean', 'found'].map((id) => ({ id, root: id, country: 'SG' })),
      }),
    })
    const [all, one] = await Promise.all([
      odv(place, 'run', '--json'),
      odv(place, 'run', '--json', '--store', 'clean', '--state', 'b'),
    ])
    expect(verdictsOf(all)).toEqual({ clean: 'verified', found: 'residual' })
    expect(verdictsOf(one)).toEqual({ clean: 'verified' })
    expect(all.stderr).not.toContain('not in this run')
    expect(one.stderr).toContain('not in this run: found, which the configuration has')
    expect(linesOf(one, 'summary')).toMatchObject([{ leftOut: ['found'] }])
    await odv(place, 'export', '--state', 'b', '--out', 'filing')
    expect(readFileSync(join(place, 'filing/methods-and-limitations.md'), 'utf8')).toContain(
      'stores that this run left out, and nothing is said about them: found.',
    )
  })

  it('--dry-run lists and writes nothing', async () => {
    const place = makePlace()
    const before = readdirSync(place, { recursive: true }).sort()
    const ended = await run(place, '--dry-run', '--store', 'found=found', '--store', 'cut=cut')
    expect(ended.code).toBe(0)
    expect(linesOf(ended, 'store')).toEqual([
      { kind: 'store', store: 'found', versions: 2, bytes: expect.any(Number), unreadable: 0, channel: 'none' },
      { kind: 'store', store: 'cut', versions: 2, bytes: expect.any(Number), unreadable: 0, channel: 'none' },
    ])
    expect(jsonLines(ended).at(-1)).toMatchObject({ kind: 'summary', dryRun: true, versions: 4 })
    expect(readdirSync(place, { recursive: true }).sort()).toEqual(before)
  })
})

describe.concurrent('odv scan', () => {
  for (const [paths, code, outcomes] of someOf(4, [
    [['clean'], 0, { clean: 2, found: 0, unverified: 0 }],
    [['clean', 'found'], 1, { clean: 3, found: 1, unverified: 0 }],
    [['clean', 'cut'], 2, { clean: 3, found: 0, unverified: 1 }],
    [['found', 'cut'], 1, { clean: 2, found: 1, unverified: 1 }],
    [['found/a.jsonl'], 0, { clean: 1, found: 0, unverified: 0 }],
    [['found/x.jsonl.gz', 'clean/a.jsonl'], 1, { clean: 1, found: 1, unverified: 0 }],
    [['cut/b.jsonl.gz'], 2, { clean: 0, found: 0, unverified: 1 }],
  ] as const))
    it(`ends with ${code} for ${paths.join(', ')}`, async () => {
      const place = makePlace()
      const ended = await scan(place, ...paths)
      expect(ended.code, ended.stderr).toBe(code)
      const lines = jsonLines(ended)
      const outcomesOf = (outcome: string) => lines.filter((line) => line.outcome === outcome)
      for (const line of linesOf(ended, 'outcome')) expectOutcome(line)
      for (const line of linesOf(ended, 'finding')) expect(line).toMatchObject(finding)
      for (const [outcome, versions] of Object.entries(outcomes)) {
        expect(outcomesOf(outcome)).toHaveLength(versions)
        expect(lines.at(-1)).toMatchObject({ kind: 'summary', [outcome]: { versions, bytes: expect.any(Number) } })
      }
      expect(linesOf(ended, 'finding').length).toBe(lines.at(-1)!.findings)
      expect(existsSync(join(place, '.odv'))).toBe(false)
    })

  const finding = {
    object: expect.any(String),
    path: expect.any(Array),
    record: expect.any(Number),
    offset: expect.any(Number),
  }

  function expectOutcome(line: JsonLine): void {
    const { reason, detail, ...rest } = line
    expect(rest).toEqual({
      kind: 'outcome',
      object: expect.any(String),
      outcome: expect.stringMatching(/^(clean|found|unverified)$/),
      subjects: expect.any(Number),
      findings: expect.any(Number),
      bytes: expect.any(Number),
    })
    expect([typeof reason, typeof detail]).toEqual(
      line.outcome === 'unverified' ? ['string', 'string'] : ['undefined', 'undefined'],
    )
  }

  it('says where: object, containers, record and offset', async () => {
    const ended = await scan(makePlace(), 'found')
    expect(linesOf(ended, 'finding')[1]).toEqual({
      kind: 'finding',
      object: 'found/x.jsonl.gz',
      place: 'content',
      path: ['gzip'],
      record: 2,
      offset: ours.indexOf(transferred(1)),
      where: { field: 'user_id' },
    })
  })
})

describe.concurrent('a usage or configuration error', () => {
  const config = (value: unknown) => ({ 'odv.json': typeof value === 'string' ? value : configText(value as object) })
  const store = { id: 'sg', root: 'clean', country: 'SG' }
  const errors: Record<string, [args: string[], named: RegExp, files?: Record<string, string>]> = {
    'no command': [[], /Usage/],
    'an unknown command': [['verfiy', 'bundle'], /odv verfiy: expected a command/],
    'an unknown option': [['run', '--manifst', 'ids.csv'], /--manifst/],
    'an option of another command': [['scan', '--manifest', 'ids.csv', '--resume', 'x', 'clean'], /--resume/],
    'an argument where none belongs': [['run', 'clean'], /odv run: expected options only/],
    'a run without a store': [['run', '--manifest', 'ids.csv'], /expected a store/],
    'a run without a manifest': [['run', '--store', 'x=clean'], /--manifest/],
    'a manifest that is not there': [['run', '--manifest', 'nothing.csv', '--store', 'x=clean'], /nothing\.csv/],
    'an empty manifest': [['run', '--manifest', 'empty.csv', '--store', 'x=clean'], /empty\.csv/, { 'empty.csv': '' }],
    'a manifest with a header only': [
      ['run', '--manifest', 'empty.csv', '--store', 'x=clean'],
      /at least one confirmed transfer/,
      { 'empty.csv': 'userId,transferredAt,batch\n' },
    ],
    'a manifest of which nobody is transferred yet': [
      ['run', '--manifest', 'later.csv', '--store', 'x=clean'],
      /at least one confirmed transfer, got 1 not yet transferred/,
      { 'later.csv': `userId,transferredAt\n${transferred(1)},2099-01-01\n` },
    ],
    'a malformed manifest, by line': [
      ['run', '--manifest', 'bad.csv', '--store', 'x=clean'],
      /line 3: expected[\s\S]*mend the manifest, try it with .* run --dry-run/,
      { 'bad.csv': `userId,transferredAt\n${transferred(1)},2026-01-01\nno id,2026-01-01\n` },
    ],
    'a malformed manifest for a scan': [
      ['scan', '--manifest', 'bad.csv', 'clean'],
      /line 2: expected/,
      { 'bad.csv': 'userId,transferredAt\nno id,2026-01-01\n' },
    ],
    'a malformed manifest for a dry run': [
      ['run', '--dry-run', '--manifest', 'bad.csv', '--store', 'x=clean'],
      /line 2: expected/,
      { 'bad.csv': 'userId,transferredAt\nno id,2026-01-01\n' },
    ],
    'a scan without a path': [['scan', '--manifest', 'ids.csv'], /at least one file or directory/],
    'a scan of what is no file': [
      ['scan', '--manifest', 'ids.csv', '/dev/null'],
      /expected a file or directory, got a pipe or a device/,
    ],
    'a scan without a manifest': [['scan', 'clean'], /--manifest/],
    'a scan of nothing that is there': [['scan', '--manifest', 'ids.csv', 'clean', 'nowhere'], /nowhere/],
    'a store that the configuration has, with a directory': [
      ['run', '--store', 'sg=clean'],
      /--store sg=clean: expected another id/,
      config({ stores: [store] }),
    ],
    'a store that the configuration does not know': [['run', '--manifest', 'ids.csv', '--store', 'sg'], /--store sg/],
    'a store with a name that is none': [['run', '--manifest', 'ids.csv', '--store', 'SG 1=clean'], /stores\.0\.id/],
    'a configuration that is not there': [['run', '--config', 'none.json', '--store', 'x=clean'], /none\.json/],
    'a configuration that is no JSON': [['run'], /odv\.json: expected JSON/, config('{')],
    'an unknown key': [['run'], /odv\.json: top level: .*"storez"/, config({ storez: [] })],
    'an unknown key of a store': [['run'], /stores\.0: .*"path"/, config({ stores: [{ ...store, path: 'x' }] })],
    'an unknown channel': [
      ['run'],
      /stores\.0\.channel/,
      config({ stores: [{ ...store, channel: { kind: 'email' } }] }),
    ],
    'a deadline that is none': [
      ['run'],
      /stores\.0\.channel\.deadline: expected a number and s, m, h or d, as in "14d"$/m,
      config({ stores: [{ ...store, channel: { kind: 'manual', deadline: 'soon' } }] }),
    ],
    'a channel that deletes without a field for owners': [
      ['run'],
      /stores\.0\.channel\.owner: expected the name of the field that says whose a record is, as in "user_id"/,
      config({ stores: [{ ...store, channel: { kind: 'delete-files' } }] }),
    ],
    'a store at home': [
      ['run'],
      /store sg: expected a country other than the home country US/,
      config({ stores: [{ ...store, country: 'US' }] }),
    ],
    'a store twice': [['run'], /got "sg" twice/, config({ stores: [store, store] })],
    'a state that is not there': [['status', '--state', 'nothing'], /nothing: expected the state of an earlier run/],
    'an export without a state': [['export', '--out', 'b'], /expected the state of an earlier run/],
    'an export without a place': [['export'], /--out/],
    'an export up to a day that there is not': [
      ['export', '--from', '2026-02-01', '--to', '2026-02-30', '--out', 'b'],
      /--to 2026-02-30: expected two dates/,
    ],
    'an export of a period that ends before it begins': [
      ['export', '--from', '2026-02-01', '--to', '2026-01-01', '--out', 'b'],
      /the first one before the other/,
    ],
    'an answer without a request': [['ack'], /expected one request/],
    'a bundle that is not there': [['verify', 'nothing'], /expected the directory of a bundle/],
    'a key that is not there': [['verify', 'clean', '--key', 'no.pem'], /--key .*no\.pem/],
    'a run that cannot be gone on with': [['run', '--resume', 'run-1'], /expected the state of an earlier run/],
    'a resumed run with other stores': [['run', '--resume', 'run-1', '--store', 'x=clean'], /--resume/],
  }
  for (const [what, [args, named, files]] of someOf(4, Object.entries(errors)))
    it(`ends with 64 and is named: ${what}`, async () => {
      const place = makePlace(files)
      const ended = await odv(place, ...args)
      expect(ended.code, ended.stderr).toBe(64)
      expect(`${ended.stdout}${ended.stderr}`).toMatch(named)
      expect(ended.stderr).not.toMatch(/^ {4}at /m)
    })

  it('is a line of JSON with --json', async () => {
    const ended = await odv(makePlace(), 'run', '--bogus', '--json')
    expect([ended.code, jsonLines(ended)]).toEqual([
      64,
      [{ kind: 'error', error: 'UsageInvalid', message: expect.stringContaining('--bogus'), exitCode: 64 }],
    ])
  })
})

describe.concurrent('help', () => {
  for (const command of someOf(3, [
    'run',
    'scan',
    'index',
    'status',
    'request',
    'ack',
    'export',
    'verify',
    'keys',
    'config',
    'demo',
  ]))
    it(`odv ${command} --help says what it does and how it ends`, async () => {
      const ended = await odv(scratchDirectory(), command, '--help')
      expect([ended.code, ended.stderr]).toEqual([0, ''])
      expect(ended.stdout).toMatch(new RegExp(`^odv ${command}: `))
    })

  it('has the table of exit codes', async () => {
    const { code, stdout } = await odv(scratchDirectory(), '--help')
    expect(code).toBe(0)
    for (const each of [0, 1, 2, 64, 70]) expect(stdout).toMatch(new RegExp(`^ {2}${each}\\b`, 'm'))
  })
})

describe.concurrent('from a request to a filing', () => {
  let place: string
  /** Where somebody else has run. */
  let other: string
  let runId: string
  const keys = ['--key', 'pinned/attestation-p256.pub.pem', '--key', 'pinned/log-ed25519.pub.pem']
  const steps: Record<string, Ended> = {}

  beforeAll(async () => {
    place = makePlace({
      'odv.json': configText({
        manifest: 'ids.csv',
        stores: [{ id: 'sg', root: 'found', country: 'SG', channel: { kind: 'manual', deadline: '1h' } }],
      }),
      'certificate.txt': 'We deleted it.\n',
    })
    other = makePlace()
    ;[steps.first] = await Promise.all([odv(place, 'run', '--no-wait', '--json'), run(other, '--store', 'x=clean')])
    const request = linesOf(steps.first, 'request')[0]!
    runId = String(request.request).replace(/-sg-0$/, '')
    steps.waiting = await odv(place, 'status', runId, '--json')
    steps.early = await odv(place, 'export', '--run', runId, '--out', 'early')
    steps.again = await odv(place, 'run', '--resume', runId, '--no-wait', '--json')
    writeFileSync(join(place, 'found/x.jsonl.gz'), gzipSync(theirs))
    steps.ack = await odv(place, 'ack', String(request.request), '--file', 'certificate.txt', '--json')
    steps.resumed = await odv(place, 'run', '--resume', runId, '--json')
    steps.status = await odv(place, 'status', '--json')
    steps.keys = await odv(place, 'keys', '--out', 'pinned', '--json')
    steps.export = await odv(place, 'export', '--out', 'bundle', '--json')
  })

  it('a run that shall not wait ends with 75 and says what it waits for', () => {
    expect(steps.first!.code).toBe(75)
    expect(linesOf(steps.waiting!, 'run')).toMatchObject([{ run: runId, state: 'running' }])
    expect(linesOf(steps.waiting!, 'request')).toMatchObject([{ request: `${runId}-sg-0`, store: 'sg' }])
  })

  it('who files a run that is not closed is told that nothing in it is verified', () => {
    expect(steps.early!.code, steps.early!.stderr).toBe(0)
    expect(steps.early!.stdout).toContain(`${runId}  incomplete: the run is not closed, so nothing in it is verified\n`)
  })

  it('who goes on with it is told what it waits for', () => {
    expect(steps.again!.code).toBe(75)
    expect(linesOf(steps.again!, 'request')).toEqual(linesOf(steps.first!, 'request'))
  })

  it('the answer is taken, the run goes on and ends with 0', () => {
    expect([steps.ack!.code, linesOf(steps.ack!, 'acknowledgement')]).toMatchObject([0, [{ by: 'custodian' }]])
    expect([steps.resumed!.code, verdictsOf(steps.resumed!)]).toEqual([0, { sg: 'verified' }])
    expect(linesOf(steps.status!, 'run')).toMatchObject([{ run: runId, state: 'finished' }])
  })

  it('the bundle holds against the pinned keys', async () => {
    expect([steps.keys!.code, steps.export!.code]).toEqual([0, 0])
    const ended = await odv(place, 'verify', 'bundle', ...keys, '--json')
    expect([ended.code, ended.stderr]).toEqual([0, ''])
    expect(linesOf(ended, 'bundle')).toMatchObject([{ holds: true, stores: [{ storeId: 'sg', verdict: 'verified' }] }])
  })

  it('without a key nobody is told that the bundle holds, and a warning says why', async () => {
    const ended = await odv(place, 'verify', 'bundle')
    expect(ended.code).toBe(2)
    // All of it is verified: nothing else stands there.
    expect(ended.stdout).toMatch(/^agrees with itself, keys not checked bundle\n/)
    expect(ended.stderr).toMatch(/WARNING: no --key was given/)
    expect(ended.stderr.match(/SHA256:[A-Za-z0-9+/]{43}/g)).toHaveLength(2)
  })

  for (const [what, damage, check] of someOf(2, [
    ['a changed envelope', (bundle: string) => flip(join(bundle, 'attestations/000000.dsse.json')), 'manifest'],
    [
      'a changed document whose digest was corrected',
      (bundle: string) => {
        const report = readdirSync(join(bundle, 'attestations')).find((name) => name.endsWith('store-report.json'))!
        const path = join(bundle, 'attestations', report)
        const was = sha256sumOf(bundle, `attestations/${report}`)
        writeFileSync(path, readFileSync(path, 'utf8').replace('"sg"', '"sx"'))
        const manifest = readFileSync(join(bundle, 'MANIFEST.sha256'), 'utf8')
        writeFileSync(join(bundle, 'MANIFEST.sha256'), manifest.replace(was, digestOf(path)))
      },
      'document',
    ],
    ['a file more', (bundle: string) => writeFileSync(join(bundle, 'more.txt'), ''), 'layout'],
  ] as const))
    it(`a bundle with ${what} does not hold, and the check is named`, async () => {
      const bundle = join(scratchDirectory(), 'bundle')
      cpSync(join(place, 'bundle'), bundle, { recursive: true })
      damage(bundle)
      const ended = await odv(place, 'verify', bundle, ...keys, '--json')
      expect(ended.code).toBe(1)
      expect(linesOf(ended, 'bundle')).toMatchObject([{ holds: false, check }])
      expect((await odv(place, 'verify', bundle, ...keys)).stdout).toMatch(new RegExp(`does not hold[^]*${check}: `))
    })

  it('does not hold against the keys of somebody else', async () => {
    await odv(other, 'keys', '--out', 'theirs')
    const ended = await odv(place, 'verify', 'bundle', '--key', join(other, 'theirs/log-ed25519.pub.pem'), '--json')
    expect([ended.code, linesOf(ended, 'bundle')]).toMatchObject([1, [{ holds: false, check: 'keys' }]])
  })

  it('tells who gave one key of two that the other is missing, and not that somebody else signed', async () => {
    const own = await odv(place, 'verify', 'bundle', '--key', keys.at(-1)!)
    expect(own.code).toBe(1)
    expect(own.stdout).toContain('--key is given once for each')
    expect(own.stdout).not.toContain('signed by others')
    await odv(other, 'keys', '--out', 'both')
    const theirs = ['attestation-p256', 'log-ed25519'].flatMap((name) => ['--key', join(other, `both/${name}.pub.pem`)])
    expect(await odv(place, 'verify', 'bundle', ...theirs)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('signed by others'),
    })
  })

  it('holds against a checkpoint that was kept, and not against one of another log', async () => {
    await odv(other, 'export', '--out', 'bundle')
    copyFileSync(join(other, 'bundle/log/checkpoint'), join(place, 'other-checkpoint'))
    copyFileSync(join(place, 'bundle/log/checkpoint'), join(place, 'kept-checkpoint'))
    const [kept, foreign] = await Promise.all(
      ['kept-checkpoint', 'other-checkpoint'].map((since) =>
        odv(place, 'verify', 'bundle', ...keys, '--since', since, '--json'),
      ),
    )
    expect([kept!.code, foreign!.code]).toEqual([0, 1])
    expect(linesOf(foreign!, 'bundle')).toMatchObject([{ holds: false, check: 'consistency' }])
  })

  it('refuses to overwrite an export, and to answer a request that there is not', async () => {
    const [again, unknown] = await Promise.all([
      odv(place, 'export', '--out', 'bundle'),
      odv(place, 'ack', 'run-nothing-sg-0'),
    ])
    expect([again.code, unknown.code]).toEqual([64, 64])
    expect(again.stderr).toMatch(/--out bundle: expected a new or empty directory/)
    expect(unknown.stderr).toMatch(/run-nothing-sg-0: expected a request/)
  })

  it('exports a period as well', async () => {
    const today = new Date().toISOString().slice(0, 10)
    const ended = await odv(place, 'export', '--from', today, '--to', today, '--out', 'day')
    expect(ended.code, ended.stderr).toBe(0)
    expect(ended.stdout).toContain('it may say of any store that data is still there')
    expect((await odv(place, 'verify', 'day', ...keys)).code).toBe(0)
  })
})

function flip(path: string): void {
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(path, bytes)
}

const sha256sumOf = (bundle: string, name: string): string =>
  readFileSync(join(bundle, 'MANIFEST.sha256'), 'utf8')
    .split('\n')
    .find((line) => line.endsWith(`  ${name}`))!
    .slice(0, 64)

const digestOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')
