import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { jsonLines, linesOf, odv, program } from '../support/odv.ts'
import { jsonRecords, manifestText, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

const place = scratchDirectory()
const theirs = jsonRecords(numbers(30).map(somebodyElse))
writeFiles(place, {
  'ids.csv': manifestText,
  'bad.csv': 'userId,transferredAt\n12,2026-01-01T00:00:00Z\n',
  'backups/clean.jsonl': theirs,
  'backups/found.jsonl.gz': gzipSync(jsonRecords(numbers(10).map(transferred))),
  'backups/cut.jsonl.gz': gzipSync(theirs).subarray(0, -9),
})

/** An index in the place, changed at one byte behind its filter. */
function damage(name: string): void {
  const bytes = readFileSync(join(place, 'ids.index'))
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(join(place, name), bytes)
}

describe('odv index', () => {
  beforeAll(async () => {
    const built = await odv(place, 'index', 'build', '--manifest', 'ids.csv', '--out', 'ids.index', '--json')
    expect(built.code, built.stderr).toBe(0)
    expect(jsonLines(built)).toMatchObject([{ kind: 'index', bytes: statSync(join(place, 'ids.index')).size }])
    damage('damaged.index')
  })

  it('builds a file that only its owner can read, and leaves nothing else', () => {
    expect(statSync(join(place, 'ids.index')).mode & 0o777).toBe(0o600)
    expect(readdirSync(place).toSorted()).toEqual([
      '.odv',
      'backups',
      'bad.csv',
      'damaged.index',
      'ids.csv',
      'ids.index',
    ])
  })

  it('lets a scan say the same as one that reads the manifest', async () => {
    const [read, opened] = await Promise.all([
      odv(place, 'scan', '--manifest', 'ids.csv', '--json', 'backups'),
      odv(place, 'scan', '--index', 'ids.index', '--json', 'backups'),
    ])
    expect([read.code, opened.code], opened.stderr).toEqual([1, 1])
    expect(jsonLines(opened)).toEqual(jsonLines(read))
    expect(linesOf(opened, 'outcome').map(({ outcome }) => outcome)).toEqual(['clean', 'unverified', 'found'])
    // The state of the scan lay beside the key, and is gone.
    expect(readdirSync(join(place, '.odv')).filter((name) => name.startsWith('scan-'))).toEqual([])
  })

  it('shows what an index was built from, and names nobody', async () => {
    const [shown, lines] = await Promise.all([
      odv(place, 'index', 'show', 'ids.index'),
      odv(place, 'index', 'show', 'ids.index', '--json'),
    ])
    expect([shown.code, lines.code], shown.stderr).toEqual([0, 0])
    expect(jsonLines(lines)).toMatchObject([{ kind: 'index', caseRule: 'fold', subjects: expect.any(Number) }])
    for (const text of [shown.stdout, lines.stdout])
      for (const number of numbers(10)) expect(text).not.toContain(transferred(number))
  })

  const refusals: { name: string; args: string[]; message: RegExp }[] = [
    {
      name: 'a malformed manifest',
      args: ['index', 'build', '--manifest', 'bad.csv', '--out', 'new'],
      message: /line 2/,
    },
    {
      name: 'a file that exists',
      args: ['index', 'build', '--manifest', 'ids.csv', '--out', 'ids.index'],
      message: /expected a new file/,
    },
    {
      name: 'a directory that does not',
      args: ['index', 'build', '--manifest', 'ids.csv', '--out', 'no/x'],
      message: /expected a directory/,
    },
    { name: 'no manifest', args: ['index', 'build', '--out', 'new'], message: /--manifest/ },
    { name: 'no file to write', args: ['index', 'build', '--manifest', 'ids.csv'], message: /--out/ },
    {
      name: 'a rule for case that is none',
      args: ['index', 'build', '--manifest', 'ids.csv', '--out', 'new', '--identifier-case', 'x'],
      message: /fold or exact/,
    },
    { name: 'no action', args: ['index'], message: /expected build, add, or show FILE/ },
    { name: 'nothing to show', args: ['index', 'show'], message: /expected build, add, or show FILE/ },
    {
      name: 'a damaged index to show',
      args: ['index', 'show', 'damaged.index'],
      message: /damaged\.index: subject index: .*undamaged/,
    },
    {
      name: 'a damaged index for a scan',
      args: ['scan', '--index', 'damaged.index', 'backups'],
      message: /subject index: .*undamaged/,
    },
    {
      name: 'an index that is none',
      args: ['scan', '--index', 'ids.csv', 'backups'],
      message: /subject index: .*undamaged/,
    },
    {
      name: 'an index that is not there',
      args: ['scan', '--index', 'none', 'backups'],
      message: /none: expected an index, got nothing there/,
    },
    {
      name: 'a manifest and an index',
      args: ['scan', '--index', 'ids.index', '--manifest', 'ids.csv', 'backups'],
      message: /--index FILE instead/,
    },
    {
      name: 'a key without an index',
      args: ['scan', '--manifest', 'ids.csv', '--state', '.odv', 'backups'],
      message: /expected --index with --state/,
    },
    {
      name: 'a state directory in what is scanned',
      args: ['scan', '--index', 'ids.index', '.'],
      message: /apart from what is scanned/,
    },
    {
      name: 'no key',
      args: ['scan', '--index', 'ids.index', '--state', 'elsewhere', 'backups'],
      message: /expected a key file/,
    },
    { name: 'a deployment', args: ['index', 'show', 'ids.index', '--aws'], message: /expected no --aws/ },
  ]
  it.each(refusals)('refuses, with exit code 64: $name', async ({ args, message }) => {
    const ended = await odv(place, ...args)
    expect([ended.code, ended.stderr]).toEqual([64, expect.stringMatching(message)])
    expect(existsSync(join(place, 'new'))).toBe(false)
  })

  it('takes away what builds that were killed left beside it, and nothing that may still be written', async () => {
    const other = scratchDirectory()
    const [old, fresh] = ['a', 'b'].map((digit) => `.tmp-${digit.repeat(24)}`) as [string, string]
    writeFiles(other, { 'ids.csv': manifestText, [old]: 'x', [fresh]: 'x', '.tmp-notes': 'x' })
    for (const name of [old, '.tmp-notes']) utimesSync(join(other, name), 0, Date.now() / 1000 - 2 * 60 * 60)
    const built = await odv(other, 'index', 'build', '--manifest', 'ids.csv', '--out', 'ids.index')
    expect(built.code, built.stderr).toBe(0)
    expect(readdirSync(other).toSorted()).toEqual(['.odv', fresh, '.tmp-notes', 'ids.csv', 'ids.index'])
  })

  it('says what to do where there is no room for the index', () => {
    // A limit of the shell stands for a full disk.
    const limited = ['-c', 'trap "" XFSZ; ulimit -f 1; exec "$0" "$@"', process.execPath, program]
    const args = ['index', 'build', '--manifest', 'ids.csv', '--out', 'new']
    const { status, stderr } = spawnSync('sh', [...limited, ...args], { cwd: place, encoding: 'utf8' })
    expect([status, stderr]).toEqual([
      70,
      expect.stringMatching(
        /^odv: index build: --out new: expected room and the right to write there, got EFBIG; nothing was written: make room/,
      ),
    ])
    expect(readdirSync(place).filter((name) => name.startsWith('.tmp-') || name === 'new')).toEqual([])
  })

  it('refuses an index that was built with another case key', async () => {
    const other = scratchDirectory()
    copyFileSync(join(place, 'ids.csv'), join(other, 'ids.csv'))
    const built = await odv(other, 'index', 'build', '--manifest', 'ids.csv', '--out', 'ids.index')
    expect(built.code, built.stderr).toBe(0)
    const shown = await odv(other, 'index', 'show', join(place, 'ids.index'))
    expect([shown.code, shown.stderr]).toEqual([
      64,
      expect.stringMatching(
        /case key: expected the one it was built with, got another; --state DIR is the state directory/,
      ),
    ])
    const nowhere = await odv(other, 'scan', '--index', 'ids.index', '--state', 'none', '.')
    expect([nowhere.code, nowhere.stderr]).toEqual([
      64,
      expect.stringMatching(/case\.key: expected a key file, got nothing there; --state DIR is the state directory/),
    ])
  })
})
