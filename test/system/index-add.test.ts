import { createHash, createHmac, hash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { callCommand } from '../../lib/cli/call-command.ts'
import { parseCommand } from '../../lib/cli/parse-command.ts'
import { openTerminal } from '../../lib/cli/terminal.ts'
import { jsonLines, linesOf, odv } from '../support/odv.ts'
import {
  jsonRecords,
  manifestText,
  numbers,
  pending,
  somebodyElse,
  transferred,
  writeFiles,
} from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

const place = scratchDirectory()
const sent = (id: string) => `${id},2026-02-01T00:00:00Z,wave-2\n`
/** The same manifest a month later: two of those who were pending are transferred, and two others. */
const laterText =
  manifestText.replaceAll(/^72.*(?:0|1),,wave-2\n/gm, '') +
  [pending(0), pending(1), 'new.one@example.org', 'new_two'].map(sent).join('')
writeFiles(place, {
  'ids.csv': manifestText,
  'later.csv': laterText,
  'last.csv': `${laterText}${sent('third_one')}`,
  'back.csv': manifestText.replace('2026-01-01T00:00:00Z', ''),
  'backups/clean.jsonl': jsonRecords(numbers(30).map(somebodyElse)),
  'backups/base.jsonl.gz': gzipSync(jsonRecords(numbers(10).map(transferred))),
  'backups/later.jsonl': jsonRecords([pending(0), 'New.One@example.org', pending(4), transferred(3)]),
  'backups/new_two.txt': 'third%5Fone new%5Ftwo\n',
})

/** The same as `odv`, in this process: what it printed, and how it ended. */
const call = (...argv: string[]) => callAt(place, ...argv)
async function callAt(cwd: string, ...argv: string[]): Promise<{ code: number; stdout: string }> {
  let stdout = ''
  const stream = { write: (text: string) => (stdout += text) }
  const terminal = openTerminal({ json: argv.includes('--json'), stdout: stream, stderr: stream, now: () => 0 })
  const { signal } = new AbortController()
  const code = await callCommand(parseCommand(argv, cwd), { cwd, signal }, terminal)
  return { code, stdout }
}

const add = (bases: string[], manifest: string, out: string, ...more: string[]) =>
  call('index', 'add', ...bases.flatMap((base) => ['--base', base]), '--manifest', manifest, '--out', out, ...more)

function damage(name: string, out: string): void {
  const bytes = readFileSync(join(place, name))
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(join(place, out), bytes)
}

describe('odv index add', () => {
  beforeAll(async () => {
    await call('index', 'build', '--manifest', 'ids.csv', '--out', 'ids.index')
    const added = await add(['ids.index'], 'later.csv', 'later.index', '--json')
    expect(jsonLines(added)).toMatchObject([{ kind: 'index', rows: 27, subjects: 4, duplicates: 20 }])
    await add(['ids.index', 'later.index'], 'last.csv', 'last.index')
    await call('index', 'build', '--manifest', 'ids.csv', '--out', 'other.index')
    damage('ids.index', 'damaged.index')
    damage('later.index', 'damaged-later.index')
  })

  it('writes a file that only its owner can read, and leaves nothing else', () => {
    expect(statSync(join(place, 'later.index')).mode & 0o777).toBe(0o600)
    expect(readdirSync(place).filter((name) => !/index|csv/.test(name))).toEqual(['.odv', 'backups'])
  })

  it('lets a scan with all of them say what one says that reads the manifest', async () => {
    const indexes = ['ids.index', 'later.index', 'last.index'].flatMap((file) => ['--index', file])
    const [read, opened] = await Promise.all([
      odv(place, 'scan', '--manifest', 'last.csv', '--json', 'backups'),
      odv(place, 'scan', ...indexes, '--json', 'backups'),
    ])
    expect([read.code, opened.code], opened.stderr).toEqual([1, 1])
    expect(jsonLines(opened)).toEqual(jsonLines(read))
    const outcomes = linesOf(opened, 'outcome').map(({ outcome, findings, subjects }) => [outcome, findings, subjects])
    expect(outcomes).toEqual([
      ['found', 10, 10],
      ['clean', 0, 0],
      ['found', 3, 3],
      ['found', 3, 2],
    ])
    // The name of an object holds one of what was added last but one.
    expect(opened.stdout).not.toMatch(/new_two|new\.one|third/i)
    expect(readdirSync(join(place, '.odv')).filter((name) => name.startsWith('scan-'))).toEqual([])
  })

  it('lets a scan say which manifests it looks by, since one of them may be an old one', async () => {
    const { stdout } = await odv(place, 'scan', '--index', 'ids.index', '--index', 'later.index', 'backups')
    const digests = ['ids.csv', 'later.csv'].map((file) => hash('sha256', readFileSync(join(place, file)), 'hex'))
    const from = (rows: number, digest?: string) =>
      `in scope, from a manifest of ${rows} rows with SHA-256 ${digest}, ${rows === 25 ? 5 : 3} rows not transferred by then\n`
    expect(stdout).toContain(
      `ids.index: 20 subjects ${from(25, digests[0])}later.index: 4 subjects more ${from(27, digests[1])}`,
    )
  })

  it('says how much more is in scope, and nobody of them', async () => {
    const { stdout } = await add(['ids.index'], 'later.csv', 'again.index')
    expect(stdout).toMatch(/4 subjects more in scope, from 27 rows/)
    expect(stdout).toMatch(/20 lines \(2, 3, 4, 5, 6, …\): listed before/)
    expect(stdout).toMatch(/odv scan --index ids\.index --index again\.index PATH…/)
    expect(stdout).not.toMatch(/new|7[123]0000/)
  })

  it('shows what an index adds to, and of several that they are one', async () => {
    const shown = await call('index', 'show', 'ids.index', 'later.index', 'last.index')
    expect(shown.stdout).toMatch(/together: 25 subjects\n$/)
    const [first, second] = jsonLines(await call('index', 'show', 'ids.index', 'later.index', '--json'))
    expect(first).not.toHaveProperty('base')
    expect(second).toMatchObject({ base: first!.footerSha256, subjects: 4, pending: 3 })
    const alone = await call('index', 'show', 'later.index')
    expect(alone.stdout).toContain(`adds to  ${String(first!.footerSha256)}`)
  })

  const scan = (...files: string[]) => ['scan', ...files.flatMap((file) => ['--index', file]), 'backups']
  const adding = (base: string, manifest: string, ...more: string[]) => [
    'index',
    'add',
    '--base',
    base,
    '--manifest',
    manifest,
    '--out',
    'new',
    ...more,
  ]
  const refusals: { name: string; args: string[]; message: RegExp }[] = [
    {
      name: 'a scan with what was added alone',
      args: scan('later.index'),
      message: /later\.index: .*before it, got none$/,
    },
    {
      name: 'a scan without what was added first',
      args: scan('ids.index', 'last.index'),
      message: /2 of 2: .*got another$/,
    },
    { name: 'a scan in another order', args: scan('later.index', 'ids.index'), message: /1 of 2: .*got none$/ },
    {
      name: 'a scan with one twice',
      args: scan('ids.index', 'later.index', 'later.index'),
      message: /3 of 3: .*each index once/,
    },
    { name: 'a scan with another base', args: scan('other.index', 'later.index'), message: /2 of 2: .*got another$/ },
    {
      name: 'a scan with a damaged one',
      args: scan('ids.index', 'damaged-later.index'),
      message: /damaged-later\.index: .*undamaged/,
    },
    {
      name: 'a scan with a damaged base',
      args: scan('damaged.index', 'later.index'),
      message: /damaged\.index: .*undamaged/,
    },
    {
      name: 'showing what is not one',
      args: ['index', 'show', 'ids.index', 'last.index'],
      message: /2 of 2: .*got another$/,
    },
    {
      name: 'a base that is damaged',
      args: adding('damaged.index', 'later.csv'),
      message: /damaged\.index: subject index: .*undamaged/,
    },
    {
      name: 'a base that adds to another',
      args: adding('later.index', 'last.csv'),
      message: /later\.index: .*before it, got none$/,
    },
    {
      name: 'a base that is none',
      args: adding('ids.csv', 'later.csv'),
      message: /ids\.csv: subject index: .*undamaged/,
    },
    {
      name: 'a base that is not there',
      args: adding('none', 'later.csv'),
      message: /none: expected an index, got nothing there/,
    },
    {
      name: 'no base',
      args: ['index', 'add', '--manifest', 'later.csv', '--out', 'new'],
      message: /expected --base FILE/,
    },
    {
      name: 'a base to build',
      args: ['index', 'build', '--base', 'ids.index', '--manifest', 'later.csv', '--out', 'new'],
      message: /no --base/,
    },
    {
      name: 'no manifest',
      args: ['index', 'add', '--base', 'ids.index', '--out', 'new'],
      message: /index add: expected --manifest/,
    },
    {
      name: 'a file that exists',
      args: [...adding('ids.index', 'later.csv').slice(0, -1), 'ids.csv'],
      message: /index add: --out ids\.csv: expected a new file/,
    },
    {
      name: 'another rule for case',
      args: adding('ids.index', 'later.csv', '--identifier-case', 'exact'),
      message: /expected fold, as the base has it/,
    },
    {
      name: 'a transfer that is not confirmed any more',
      args: adding('ids.index', 'back.csv'),
      message: /got 1 such row.*line 2: .*the index that is added to confirms it/s,
    },
    {
      name: 'a state directory without a key',
      args: adding('ids.index', 'later.csv', '--state', 'elsewhere'),
      message: /expected a key file/,
    },
  ]
  it.each(refusals)('refuses: $name', async ({ args, message }) => {
    await expect(call(...args)).rejects.toThrow(message)
    expect([existsSync(join(place, 'new')), existsSync(join(place, 'elsewhere'))]).toEqual([false, false])
  })
})

describe('odv index add with hashed forms', () => {
  const hashedPlace = scratchDirectory()
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const hmac = (text: string) => createHmac('sha256', 'a salt of ours').update(text).digest('base64')
  const forms = ['--hashed', 'sha256,hmac-sha256=salt']
  const here = (...argv: string[]) => callAt(hashedPlace, ...argv)
  const adding = (...more: string[]) =>
    here('index', 'add', '--base', 'ids.index', '--manifest', 'later.csv', '--out', 'later.index', ...more)

  beforeAll(async () => {
    writeFiles(hashedPlace, {
      'ids.csv': manifestText,
      'later.csv': laterText,
      salt: 'a salt of ours',
      'other-salt': 'a salt of others',
      'backups/base.jsonl': jsonRecords([sha256(transferred(3)), hmac(transferred(4)), sha256(somebodyElse(5))]),
      'backups/later.jsonl': jsonRecords([hmac(pending(0)), sha256('new_two'), sha256(pending(4))]),
    })
    await here('index', 'build', '--manifest', 'ids.csv', '--out', 'ids.index', ...forms)
  })

  it.each([
    ['without them', []],
    ['under another salt', ['--hashed', 'sha256,hmac-sha256=other-salt']],
    ['in another order', ['--hashed', 'hmac-sha256=salt,sha256']],
  ])('is refused %s', async (_how, given) => {
    await expect(adding(...given)).rejects.toThrow('--hashed: expected the hashed forms of the base')
  })

  it('has the digests of whom it adds, and a scan with both finds all', async () => {
    await adding(...forms)
    const found = await here('scan', '--index', 'ids.index', '--index', 'later.index', '--json', 'backups')
    expect(linesOf(found, 'outcome').map(({ findings, subjects }) => [findings, subjects])).toEqual([
      [2, 2],
      [2, 2],
    ])
    expect(
      linesOf(found, 'finding')
        .map(({ form }) => form)
        .toSorted(),
    ).toEqual(['hmac-sha256', 'hmac-sha256', 'sha256', 'sha256'])
  })
})
