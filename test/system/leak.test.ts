import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type Ended, linesOf, odv, startOdv } from '../support/odv.ts'
import { configText, numbers, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'
import { findLeaks, type Leak, piecesOf } from '../support/search-bytes.ts'
import { someOf } from '../support/some-of.ts'

/** No identifier of anybody in the manifest leaves it: not in the state, a bundle, a log or what is printed. */

/** Of each shape some that are transferred and some that are not yet. */
const shapes: Record<string, (n: number) => string> = {
  decimal: (n) => `8${String(n).padStart(3, '0')}571930264817365`,
  uuid: (n) => `5e1f${String(n).padStart(4, '0')}-9b1c-4d7e-a3f2-6c0d8e5b7a91`,
  email: (n) => `Private.Person${n}@mail.secret-${n}.example`,
  handle: (n) => `quiet_heron_${n}`,
  dotted: (n) => `hushed.otter-${n}`,
}
const perShape = 8
const idsOf = (from: number) => Object.values(shapes).flatMap((make) => numbers(perShape, from).map(make))
const confirmed = idsOf(0)
const notYet = idsOf(100)
const all = [...confirmed, ...notYet]

/** What else an identifier may look like without its hyphens. */
const spellings = [...all, ...all.filter((id) => /^5e1f/.test(id)).map((id) => id.replaceAll('-', ''))]

const manifest = [
  'userId,transferredAt,batch',
  ...confirmed.map((id) => `${id},2026-01-01,wave-1`),
  ...notYet.map((id) => `${id},,wave-2`),
  '',
].join('\n')

const records = (ids: readonly string[]) =>
  ids.map((id) => `${JSON.stringify({ user_id: id, note: `for ${id}` })}\n`).join('')

/** A gzip member whose header names a file. */
function gzipNamed(name: string, body: string): Buffer {
  const member = gzipSync(body)
  const header = Buffer.from(member.subarray(0, 10))
  header[3] = 0x08
  return Buffer.concat([header, Buffer.from(`${name}\0`), member.subarray(10)])
}

/** Identifiers in contents, names of files and directories, headers, links, comments and broken places. */
function backups(place: string): void {
  const [decimal, uuid, email, handle, dotted] = Object.values(shapes).map((make) => make(1)) as [
    string,
    string,
    string,
    string,
    string,
  ]
  writeFiles(place, {
    'sg/all.jsonl': records(confirmed),
    'sg/not-yet.jsonl': records(notYet),
    'sg/text.txt': `Written to ${email}, of ${decimal}, ${handle} and ${dotted}.\n`,
    [`sg/${decimal}.jsonl`]: records([decimal]),
    [`sg/user=${uuid}/part-0.csv`]: `user_id\n${uuid}\n`,
    [`sg/${uuid.toUpperCase()}.txt`]: 'nothing in it\n',
    [`sg/${email}/${handle}/${dotted}.txt`]: 'nothing in it\n',
    [`sg/twice-${decimal}-${uuid}.txt`]: 'nothing in it\n',
    'sg/named.gz': gzipNamed(`${decimal}.csv`, records([handle])),
    'sg/cut.gz': gzipNamed(`${email}.csv`, records(confirmed)).subarray(0, -7),
    'sg/junk.gz': Buffer.concat([gzipSync(records([uuid])), Buffer.from(`\u0000\u0001${decimal}`)]),
    'sg/dump.sql.zst': zstdCompressSync(`INSERT INTO account VALUES ('${uuid}', '${email}');\n`),
    'sg/binary': Buffer.concat([Buffer.alloc(64, 0), Buffer.from(decimal), Buffer.from([0xff, 0xfe, 0x80])]),
    [`sg/.snapshot/of-${decimal}/all.jsonl`]: records(confirmed),
    'ie/ours.jsonl': records(confirmed),
    'ie/mixed.jsonl': records([...confirmed, ...notYet, 'somebody_else']),
    [`ie/${handle}.jsonl`]: records([handle]),
    'ie/broken.csv': `user_id,note\n${decimal},"${email}\n`,
    'ids.csv': manifest,
  })
  // Bytes that are no text beside an identifier.
  writeFileSync(Buffer.concat([Buffer.from(`${place}/sg/${decimal}`), Buffer.from([0xff, 0xfe])]), uuid)
}

const stores = [
  { id: 'sg', root: 'sg', country: 'SG', custodian: 'Example Pte', channel: { kind: 'manual', deadline: '10m' } },
  { id: 'ie', root: 'ie', country: 'IE', channel: { kind: 'delete-files', owner: 'user_id' } },
]

function makePlace(): string {
  const place = scratchDirectory()
  backups(place)
  writeFiles(place, { 'odv.json': configText({ manifest: 'ids.csv', identifierCase: 'fold', stores }) })
  return place
}

/** Everything that a command said, and all that is below the state directory and the bundle now. */
function leaksIn(place: string, ended: Record<string, Ended>, texts = spellings): Leak[] {
  const said = Object.entries(ended).flatMap(([command, { stdout, stderr }]) => [
    { where: `stdout of ${command}`, text: stdout },
    { where: `stderr of ${command}`, text: stderr },
  ])
  mkdirSync(join(place, '.odv'), { recursive: true })
  mkdirSync(join(place, 'bundle'), { recursive: true })
  return findLeaks([...said, ...piecesOf(join(place, '.odv')), ...piecesOf(join(place, 'bundle'))], texts)
}

describe.concurrent('the search for identifiers', () => {
  it('finds them in names, contents, base64, hex and in any case, and only these', () => {
    const place = scratchDirectory()
    const id = confirmed[0]!
    const nested = Buffer.from(JSON.stringify({ payload: Buffer.from(`x${id}`).toString('base64') })).toString('base64')
    writeFiles(place, {
      plain: `a ${id}`,
      [`name-${id}`]: '',
      base64: `{"payload":"${nested}"}`,
      hex: Buffer.from(id).toString('hex'),
      upper: confirmed.at(-1)!.toUpperCase(),
      other: 'nothing',
    })
    const found = findLeaks(piecesOf(place), spellings).map(({ where }) => where)
    expect([...new Set(found)].sort()).toEqual(['base64', 'hex', `name of name-${id}`, 'plain', 'upper'])
  })
})

describe.concurrent('no identifier is left behind', () => {
  // The first, since its retries take their time.
  it('by a store that vanishes while it is read', async () => {
    const place = makePlace()
    writeFiles(
      place,
      Object.fromEntries(numbers(400).map((n) => [`sg/${shapes.decimal!(0)}/${n}.jsonl`, records(confirmed)])),
    )
    const started = startOdv(place, ['run', '--json', '--store', 'sg', '--no-wait'])
    const began = () => started.child.exitCode !== null || piecesOfRun(place).length > 0
    while (!began()) await setTimeout(2)
    renameSync(join(place, 'sg'), join(place, 'gone'))
    const run = await started.ended
    expect(run.code, run.stderr).toBe(2)
    expect(leaksIn(place, { run })).toEqual([])
  })

  for (const json of someOf(2, [true, false]))
    it(`by a run with requests, answers and a filing (${json ? '--json' : 'for people'})`, async () => {
      const place = makePlace()
      const flags = json ? ['--json'] : []
      const waiting = await odv(place, 'run', '--no-wait', ...flags)
      expect(waiting.code, waiting.stderr).toBe(75)
      const status = await odv(place, 'status', '--json')
      const runId = String(linesOf(status, 'run')[0]!.run)
      const ended: Record<string, Ended> = {
        waiting,
        status,
        one: await odv(place, 'status', runId, ...flags),
        ack: await odv(place, 'ack', `${runId}-sg-0`, ...flags),
      }
      ended.run = await odv(place, 'run', '--resume', runId, ...flags)
      ended.export = await odv(place, 'export', '--out', 'bundle', ...flags)
      ended.verify = await odv(place, 'verify', 'bundle', ...flags)
      expect([ended.run.code, ended.export.code, ended.verify.code], ended.run.stderr).toEqual([1, 0, 2])
      expect(leaksIn(place, ended)).toEqual([])
    })

  for (const json of someOf(2, [true, false]))
    it(`by a scan (${json ? '--json' : 'for people'})`, async () => {
      const place = makePlace()
      const [decimal, uuid] = [shapes.decimal!(1), shapes.uuid!(1)]
      const paths = ['sg', 'ie', `sg/${decimal}.jsonl`, `sg/user=${uuid}`, `./sg/${uuid.toUpperCase()}.txt`]
      const scan = await odv(place, 'scan', '--manifest', 'ids.csv', ...(json ? ['--json'] : []), ...paths)
      expect(scan.code, scan.stderr).toBe(1)
      expect(scan.stdout).toContain('[identifier]')
      expect(leaksIn(place, { scan })).toEqual([])
    })

  const id = confirmed[3]!
  for (const [what, name, text] of someOf(3, [
    ['CSV', 'bad.csv', `userId,transferredAt\n${confirmed[0]},2026-01-01\n"${id},2026-01-01\n${confirmed[4]}\n`],
    ['CSV with bad times', 'bad.csv', `userId,transferredAt\n${id},${confirmed[1]}\n${confirmed[0]},2026-01-01\n`],
    ['CSV with bad identifiers', 'bad.csv', `userId\n${id} ${confirmed[1]}\n${confirmed[0]}\n`],
    ['CSV with identifiers as header', 'bad.csv', `${id},${confirmed[1]}\n${confirmed[0]},2026-01-01\n`],
    ['JSON Lines', 'bad.jsonl', `{"userId":"${confirmed[0]}"}\n{"userId":"${id}" ${confirmed[1]}\n{"${id}":1}\n`],
    ['plain lines', 'bad.txt', `${confirmed[0]}\n${id} ${confirmed[1]}\n`],
    ['gzip that is cut off', 'bad.gz', gzipNamed(`${id}.csv`, manifest).subarray(0, -9)],
  ] as const))
    it(`by a malformed manifest: ${what}`, async () => {
      const place = makePlace()
      writeFiles(place, { [name]: text })
      const [run, dry, scan] = await Promise.all([
        odv(place, 'run', '--manifest', name, '--json'),
        odv(place, 'run', '--manifest', name, '--dry-run'),
        odv(place, 'scan', '--manifest', name, 'sg'),
      ])
      expect([run.code, dry.code, scan.code], run.stderr).toEqual([64, 64, 64])
      expect(leaksIn(place, { run, dry, scan })).toEqual([])
    })

  it('by a run that is killed', async () => {
    const place = makePlace()
    const started = startOdv(place, ['run'])
    while (piecesOfRun(place).length === 0) await setTimeout(2)
    await setTimeout(150)
    started.kill()
    expect(leaksIn(place, { run: await started.ended })).toEqual([])
  })
})

/** The opening listings that were written so far. */
function piecesOfRun(place: string) {
  if (!existsSync(join(place, '.odv/evidence'))) return []
  return piecesOf(join(place, '.odv/evidence')).filter(({ where }) => /^runs\/.*\/opening\//.test(where))
}
