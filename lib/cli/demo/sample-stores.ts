import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { UsageInvalid } from '../../errors.ts'
import { seededRandom } from './seeded-random.ts'

/** A person in the sample. Only those with `transferredAt` are confirmed in the manifest. */
type Person = { id: string; transferredAt: string }

const marker = '.odv-demo'

/**
 * Makes the sample below `root`, anew: a manifest, a configuration and three stores with small real backups.
 * @throws UsageInvalid when something else is there
 */
export async function makeSample(root: string): Promise<{ manifest: string; stores: string[] }> {
  // What cannot be listed, as a file, is somebody's as well.
  const there = await readdir(root).catch((error: NodeJS.ErrnoException): string[] | undefined =>
    error.code === 'ENOENT' ? [] : undefined,
  )
  if (there === undefined || (there.length > 0 && !there.includes(marker)))
    throw new UsageInvalid(`demo ${root}: expected a new directory or one of an earlier demo`)
  await rm(root, { recursive: true, force: true })

  const random = seededRandom(20_261_123)
  const transferred = people(3000, random, '2026-09-14T08:30:00Z')
  const pending = people(60, random, '')
  const others = people(2400, random, '')
  const files = {
    [marker]: 'made by odv demo; removed and made anew by the next one\n',
    'ids.csv': toManifest([...transferred, ...pending]),
    'odv.json': `${JSON.stringify(sampleConfig, null, 2)}\n`,
    ...singapore(transferred, [...others.slice(0, 1200), ...pending], random),
    ...ireland(transferred, others.slice(1200, 1800), random),
    ...brazil(others.slice(1800), random),
  }
  for (const [path, body] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), body)
  }
  return { manifest: 'ids.csv', stores: sampleConfig.stores.map((store) => store.root) }
}

const sampleConfig = {
  organization: 'example.com',
  homeCountry: 'US',
  manifest: 'ids.csv',
  obligation: { instrument: 'National Security Agreement (sample)', clause: '4.2', reference: 'CASE-0000' },
  stores: [
    {
      id: 'sg',
      root: 'stores/sg',
      country: 'SG',
      custodian: 'Sample Backup Pte',
      channel: { kind: 'manual', deadline: '10m' },
    },
    {
      id: 'ie',
      root: 'stores/ie',
      country: 'IE',
      custodian: 'Sample Archive Ltd',
      channel: { kind: 'delete-files', owner: 'user_id', rewrite: true },
    },
    { id: 'br', root: 'stores/br', country: 'BR', custodian: 'Sample Dados SA', channel: { kind: 'none' } },
  ],
}

/** Mixed records of everybody: the custodian has to take out the transferred ones and keep the rest. */
function singapore(transferred: Person[], others: Person[], random: () => number) {
  const mixed = shuffle([...transferred.slice(0, 1800), ...others], random)
  const [first, second] = [mixed.slice(0, 1500), mixed.slice(1500)]
  return {
    'stores/sg/2026-10/events.jsonl.gz': Buffer.concat([
      gzipSync(toJsonLines(first, random)),
      gzipSync(toJsonLines(second, random)),
    ]),
    'stores/sg/2026-10/profiles.csv': toCsv(mixed.slice(0, 900), random),
    'stores/sg/2026-10/app.sql.zst': zstdCompressSync(toSqlDump(mixed.slice(600, 1600), random)),
    'stores/sg/README.txt': 'Nightly backups of the Singapore region.\n',
  }
}

/** Files of transferred subjects only, which the built-in executor may delete, one of everybody, which it may rewrite, and a read-only snapshot. */
function ireland(transferred: Person[], others: Person[], random: () => number) {
  const carts = zstdCompressSync(toJsonLines(transferred.slice(1800, 2400), random))
  return {
    'stores/ie/carts.jsonl.zst': carts,
    'stores/ie/profiles-1.csv': toCsv(transferred.slice(2400, 2700), random),
    'stores/ie/profiles-2.csv.gz': gzipSync(toCsv(transferred.slice(2700), random)),
    'stores/ie/profiles-eu.csv': toCsv(others, random),
    'stores/ie/orders.jsonl.gz': gzipSync(
      toJsonLines(shuffle([...transferred.slice(1800, 2400), ...others], random), random),
    ),
    'stores/ie/.snapshot/daily.2026-11-01/carts.jsonl.zst': carts,
  }
}

/** Nobody who was transferred; but one backup was cut off while it was written. */
function brazil(others: Person[], random: () => number) {
  const dump = gzipSync(toSqlDump(others.slice(0, 300), random))
  return {
    'stores/br/events.jsonl': toJsonLines(others, random),
    'stores/br/app.sql.gz': dump.subarray(0, Math.floor(dump.length * 0.7)),
  }
}

function people(count: number, random: () => number, transferredAt: string): Person[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index % 3 === 2 ? toUuid(random) : toSnowflake(random),
    transferredAt,
  }))
}

const digitsOf = (count: number, base: number, random: () => number) =>
  Array.from({ length: count }, () => Math.floor(random() * base).toString(base)).join('')

const toSnowflake = (random: () => number) => `7${digitsOf(18, 10, random)}`

function toUuid(random: () => number): string {
  const hex = digitsOf(32, 16, random)
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join('-')
}

const toManifest = (listed: Person[]) =>
  ['userId,transferredAt,batch', ...listed.map(({ id, transferredAt }) => `${id},${transferredAt},wave-1`)]
    .join('\n')
    .concat('\n')

const cities = ['Austin', 'Boise', 'Chicago', 'Denver', 'El Paso', 'Fresno']
const city = (random: () => number) => cities[Math.floor(random() * cities.length)]!
const amount = (random: () => number) => (random() * 90 + 5).toFixed(2)

const toJsonLines = (listed: Person[], random: () => number) =>
  listed
    .map(
      ({ id }) => `${JSON.stringify({ event: 'purchase', user_id: id, city: city(random), amount: amount(random) })}\n`,
    )
    .join('')

const toCsv = (listed: Person[], random: () => number) =>
  ['user_id,city,balance', ...listed.map(({ id }) => `${id},${city(random)},${amount(random)}`)].join('\n').concat('\n')

const toSqlDump = (listed: Person[], random: () => number) =>
  [
    '-- PostgreSQL database dump (sample)',
    'CREATE TABLE public.account (id text NOT NULL, city text, balance numeric);',
    'COPY public.account (id, city, balance) FROM stdin;',
    ...listed.map(({ id }) => `${id}\t${city(random)}\t${amount(random)}`),
    '\\.',
    '',
  ].join('\n')

function shuffle<T>(values: T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
}

/**
 * What the sample's custodian in Singapore does when the request arrives: takes the lines of transferred subjects out of
 * every backup. Returns how many lines went.
 */
export async function actAsCustodian(root: string): Promise<number> {
  const transferred = await readTransferred(root)
  let removed = 0
  for (const path of await listFiles(join(root, 'stores/sg'))) {
    const body = await readFile(path)
    const lines = unpack(path, body).toString('utf8').split('\n')
    const kept = lines.filter((line) => !tokensOf(line).some((token) => transferred.has(token)))
    if (kept.length === lines.length) continue
    removed += lines.length - kept.length
    await writeFile(`${path}.new`, pack(path, Buffer.from(kept.join('\n'))))
    await rename(`${path}.new`, path)
  }
  return removed
}

/** Lines about people who were not transferred, in all stores: none of them may go. */
export async function countOthers(root: string): Promise<number> {
  const transferred = await readTransferred(root)
  let others = 0
  for (const path of await listFiles(join(root, 'stores'))) {
    if (path.includes('/br/app.sql.gz')) continue
    const tokens = unpack(path, await readFile(path))
      .toString('utf8')
      .split('\n')
      .flatMap(tokensOf)
    others += tokens.filter((token) => !transferred.has(token)).length
  }
  return others
}

async function readTransferred(root: string): Promise<Set<string>> {
  const rows = (await readFile(join(root, 'ids.csv'), 'utf8'))
    .split('\n')
    .slice(1)
    .map((row) => row.split(','))
  return new Set(rows.filter(([, transferredAt]) => transferredAt).map(([id]) => id!))
}

const tokensOf = (line: string): string[] =>
  line.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b7[0-9]{18}\b/g) ?? []

const unpack = (path: string, body: Buffer) =>
  path.endsWith('.gz') ? gunzipSync(body) : path.endsWith('.zst') ? zstdDecompressSync(body) : body

const pack = (path: string, body: Buffer) =>
  path.endsWith('.gz') ? gzipSync(body) : path.endsWith('.zst') ? zstdCompressSync(body) : body

async function listFiles(root: string): Promise<string[]> {
  const paths = (await readdir(root, { recursive: true })).map((path) => join(root, path)).sort()
  const stats = await Promise.all(paths.map((path) => stat(path)))
  return paths.filter((_, index) => stats[index]!.isFile())
}
