import { createHash, createHmac } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { attestedIn } from '../support/attested.ts'
import type { TaskName } from '../support/machines.ts'
import { jsonLines, odv } from '../support/odv.ts'
import { inSlicesOf, openPlace } from '../support/pipeline.ts'
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

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (text: string) => createHmac('sha256', 'key').update(text).digest('base64')
const others = numbers(20).map((n) => sha256(somebodyElse(n)))
const files = {
  'clean.jsonl': jsonRecords([...others, sha256(pending(1))]),
  'found.jsonl': jsonRecords(others.with(7, sha256(transferred(3)))),
  'keyed.jsonl.gz': gzipSync(jsonRecords(others.map((_, n) => hmac(n === 4 ? transferred(5) : somebodyElse(n))))),
}
const hashedForms = (root: string) => [{ form: 'sha256' }, { form: 'hmac-sha256', salt: join(root, 'salt') }]

async function placeWith(config: (root: string) => Record<string, unknown>) {
  const at = await openPlace((root) => {
    mkdirSync(join(root, 'sg'))
    writeFileSync(join(root, 'salt'), 'key')
    const channel = { kind: 'delete-files', owner: 'user_id' }
    return {
      identifierCase: 'fold',
      stores: [{ id: 'sg', country: 'SG', root: join(root, 'sg'), channel }],
      ...config(root),
    }
  })
  writeFiles(join(at.root, 'sg'), files)
  return at
}

describe('a run that looks for hashed forms', () => {
  it.each([
    { name: 'at once', hands: {} },
    { name: 'in slices', hands: { call: inSlicesOf(1000) } },
  ])('finds digests, deletes nothing by them, and says in what forms it looked, $name', async ({ hands }) => {
    const at = await placeWith((root) => ({ hashedForms: hashedForms(root) }))
    const run = await at.run(hands)
    expect(run.store).toBe('residual')
    const coverage = (await run.coverage(1))!
    expect(coverage).toMatchObject({ clean: { versions: 1 }, found: { versions: 2 }, unverified: [] })
    const { forms, planted, detected } = coverage.positiveControls
    expect(detected).toBe(planted)
    expect(forms).toEqual(expect.arrayContaining(['plain/sha256/decimal', 'plain/hmac-sha256/decimal']))
    const scope = readFileSync(join(at.paths.root, 'evidence/runs', run.runId, 'scope.json'), 'utf8')
    expect(scope).toContain('sha256 as HMAC under a key, in hexadecimal digits or base64')
    expect(await admittedOfSalts(at.paths.root)).toEqual([
      'Nothing showed that the salt of this is the one that was used: sha256 as HMAC under a key, in hexadecimal digits or base64.',
    ])
    for (const [path, bytes] of Object.entries(files))
      expect(Buffer.from(bytes).equals(readFileSync(join(at.root, 'sg', path)))).toBe(true)
  })

  it('admits nothing of a salt that an example proves', async () => {
    const example = { identifier: 'tester@example.com', digest: hmac('tester@example.com') }
    const at = await placeWith((root) => ({ hashedForms: [{ ...hashedForms(root)[1]!, example }] }))
    expect((await at.run()).store).toBe('residual')
    expect(await admittedOfSalts(at.paths.root)).toEqual([])
  })

  it('without a word in the configuration they are not looked for, and the evidence says so', async () => {
    const at = await placeWith(() => ({}))
    const run = await at.run()
    expect(run.store).toBe('verified')
    expect((await run.coverage(0))!.positiveControls.forms).not.toContain('plain/sha256/decimal')
  })

  it('ends without a verdict over an index that looks for less than the configuration says', async () => {
    const at = await placeWith((root) => ({ hashedForms: hashedForms(root) }))
    const without = (task: TaskName, ports: object) => (task === 'build-index' ? lying(ports) : undefined)
    const lying = async (ports: object) => {
      const { buildIndex } = await import('../../lib/pipeline/build-index.ts')
      const own = ports as Parameters<typeof buildIndex>[0]
      const get = async (key: string) => {
        const bytes = await own.evidence.get(key)
        if (!key.endsWith('config.json')) return bytes
        return Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(bytes).toString()), hashedForms: [] }))
      }
      return buildIndex(
        { ...own, evidence: { ...own.evidence, get } },
        { runId: 'run-0', at: new Date().toISOString() },
      )
    }
    const run = await at.run({
      call: (task, ports, payload) => ('shard' in (payload as object) ? undefined : without(task, ports)),
    })
    expect(run.store).toBe('incomplete')
    expect(run.why).toContain('not-scanned: 3 object versions')
  })
})

describe('odv with hashed forms', () => {
  const place = scratchDirectory()
  writeFiles(place, {
    'ids.csv': manifestText,
    salt: 'key',
    'salt.txt': 'key\n',
    empty: '',
    ...prefixed('backups', files),
  })

  it('scan finds digests with an index that was built with them', async () => {
    const hashed = ['--hashed', 'sha256,hmac-sha256=salt']
    const built = await odv(place, 'index', 'build', '--manifest', 'ids.csv', '--out', 'ids.index', ...hashed)
    expect(built.code, built.stderr).toBe(0)
    expect(built.stdout).toContain('digests that stand for them: sha256, hmac-sha256')
    expect(built.stdout).toContain('nothing proves the salt of hmac-sha256 to be the right one')
    const { code, stdout, stderr } = await odv(place, 'scan', '--index', 'ids.index', '--json', 'backups')
    expect(code, stderr).toBe(1)
    const found = jsonLines({ stdout } as never).filter(({ kind }) => kind === 'finding')
    expect(found.map(({ object, record, form }) => [object, record, form])).toEqual([
      ['backups/found.jsonl', 8, 'sha256'],
      ['backups/keyed.jsonl.gz', 5, 'hmac-sha256'],
    ])
  })
})

describe('an example of an identifier that is nobody’s', () => {
  const place = scratchDirectory()
  const config = { hashedForms: [{ form: 'hmac-sha256', salt: 'salt' }], stores: [{ id: 'sg', root: 'backups' }] }
  writeFiles(place, {
    'ids.csv': manifestText,
    salt: 'key',
    'odv.json': JSON.stringify(config),
    ...prefixed('backups', files),
  })
  const build = ['index', 'build', '--manifest', 'ids.csv', '--out', 'ids.index', '--hashed', 'hmac-sha256=salt']
  const scan = ['scan', '--manifest', 'ids.csv', '--hashed', 'hmac-sha256=salt']
  const wrong = `tester:${sha256('tester')}`
  const somebodys = `${pending(1)}:${hmac(pending(1))}`

  it.each([
    { by: build, example: wrong, says: 'expected the digest that the form makes' },
    { by: build, example: somebodys, says: "expected one that is nobody's" },
    { by: [...scan, 'backups'], example: wrong, says: 'expected the digest that the form makes' },
    { by: [...scan, 'backups'], example: somebodys, says: "expected one that is nobody's" },
  ])('has to be right for odv $by.0: $says', async ({ by, example, says }) => {
    const { code, stdout, stderr } = await odv(place, ...by, '--hashed-example', `hmac-sha256=${example}`)
    expect(code).toBe(64)
    expect(stderr).toMatch(/hashedForms\.0: hmac-sha256: example: /)
    expect(stderr).toContain(says)
    for (const part of example.split(':')) expect(stdout + stderr).not.toContain(part)
  })

  it('proves the salt, and nothing is said of it', async () => {
    const example = ['--hashed-example', `hmac-sha256=tester:${hmac('tester')}`]
    const proven = await odv(place, ...scan, ...example, 'backups')
    expect(proven.code, proven.stderr).toBe(1)
    expect(proven.stdout).not.toContain('nothing proves')
  })

  it('is missed by a dry run', async () => {
    const { code, stdout, stderr } = await odv(place, 'run', '--manifest', 'ids.csv', '--dry-run')
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('nothing proves the salt of hmac-sha256 to be the right one')
  })
})

/** What the statements of a place admit of salts, each once; its export is verified. */
async function admittedOfSalts(state: string): Promise<string[]> {
  const { statements } = await attestedIn(state)
  const admitted = statements.map((statement) =>
    JSON.parse(statement).predicate.limitations.filter((each: string) => each.includes(' salt of ')),
  )
  expect(statements.length).toBeGreaterThan(2)
  for (const each of admitted) expect(each).toEqual(admitted[0])
  return admitted[0]!
}

function prefixed(folder: string, of: Record<string, string | Uint8Array>) {
  return Object.fromEntries(Object.entries(of).map(([path, bytes]) => [`${folder}/${path}`, bytes]))
}
