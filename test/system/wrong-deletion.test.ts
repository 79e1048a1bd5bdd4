import { appendFileSync, linkSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../lib/config.ts'
import { HomeCountryRefused } from '../../lib/errors.ts'
import type { Ports } from '../../lib/ports.ts'
import { type Hands, inSlicesOf, isMoment, openPlace, type Place } from '../support/pipeline.ts'
import {
  csvRecords,
  digestsOf,
  jsonRecords,
  manifestText,
  numbers,
  pending,
  somebodyElse,
  transferred,
  writeFiles,
} from '../support/sample-files.ts'

/** The built-in executor may delete a file that holds records of transferred subjects and nothing else. Nothing more. */

const ours = jsonRecords(numbers(10).map(transferred))

const deleting = (root: string) => ({
  id: 'ie',
  root: join(root, 'store'),
  country: 'IE',
  channel: { kind: 'delete-files', owner: 'user_id' },
})

const openDeleting = () => openPlace((root) => ({ stores: [deleting(root)] }))

const storeOf = (place: Place) => join(place.root, 'store')
const passFile = (place: Place, name: string) => join(place.paths.evidence, 'runs/run-0/stores/ie/pass-0', name)

/** Runs, and says which files are gone; every other file has to be what it was, to the byte. */
async function runAndCompare(place: Place, hands: Hands = {}) {
  const before = digestsOf(storeOf(place))
  const ended = await place.run(hands)
  const after = digestsOf(storeOf(place))
  const gone = Object.keys(before).filter((path) => !(path in after))
  expect(after).toEqual(Object.fromEntries(Object.entries(before).filter(([path]) => path in after)))
  return { ...ended, gone }
}

const reasonsOf = async ({ acknowledgement }: Awaited<ReturnType<Place['run']>>) =>
  (await acknowledgement(0))?.kept.map(({ reason }) => reason).join('; ')

/** A store that keeps tags beside its files, which it does not show. */
const withoutTags = (ports: Ports): Ports => ({
  ...ports,
  stores: {
    async open(store) {
      const reading = await ports.stores.open(store)
      return {
        list: reading.list,
        async open(version, range) {
          const opened = await reading.open(version, range)
          return opened.kind === 'unreadable'
            ? opened
            : { ...opened, gap: { reason: 'access-denied', detail: 'its tags' } }
        },
      }
    },
  },
})

describe.concurrent('the executor', () => {
  for (const inSlices of [false, true])
    it(`keeps what has tags that nobody could read while somebody is not transferred${inSlices ? ', in slices' : ''}`, async () => {
      const place = await openDeleting()
      writeFiles(storeOf(place), { 'events.jsonl': ours })
      const ended = await runAndCompare(place, { wrap: withoutTags, ...(inSlices && { call: inSlicesOf(200) }) })
      expect(ended.gone).toEqual([])
      expect(await reasonsOf(ended)).toContain('its metadata or tags could not be read')
    })

  it('deletes it where everybody of the manifest is transferred', async () => {
    const all = manifestText.replaceAll(/^\d+,,.*\n/gm, '')
    const place = await openPlace((root) => ({ stores: [deleting(root)] }), all)
    writeFiles(storeOf(place), { 'events.jsonl': ours })
    expect((await runAndCompare(place, { wrap: withoutTags })).gone).toEqual(['events.jsonl'])
  })

  it('deletes files of transferred subjects only, in every form that it reads, and nothing else', async () => {
    const place = await openDeleting()
    const gone = {
      'events.jsonl': ours,
      'events.csv': csvRecords(numbers(20).map(transferred)),
      'old/events.jsonl.gz': gzipSync(ours),
      'old/events.csv.zst': zstdCompressSync(csvRecords([transferred(3)])),
    }
    const kept = {
      'others.jsonl': jsonRecords(numbers(10).map(somebodyElse)),
      'not-yet.csv': csvRecords(numbers(5).map(pending)),
      'read me.txt': 'Backups of the night.\n',
      empty: '',
    }
    writeFiles(storeOf(place), { ...gone, ...kept })
    const ended = await runAndCompare(place)
    expect(ended.gone.sort()).toEqual(Object.keys(gone).sort())
    expect([ended.store, ended.why]).toEqual(['verified', ''])
    expect(await ended.acknowledgement(0)).toMatchObject({ deleted: { versions: 4 }, gone: 0, kept: [] })
  })

  const first = transferred(0)
  const kept: Record<string, [files: Record<string, string | Uint8Array>, reason: RegExp]> = {
    'records of somebody else among them': [
      { 'x.jsonl': ours + jsonRecords([somebodyElse(1)]) },
      /somebody who is not in the transfer manifest/,
    ],
    'a record of somebody who is not transferred yet': [
      { 'x.jsonl': ours + jsonRecords([pending(1)]) },
      /somebody who is not in the transfer manifest/,
    ],
    'somebody else in the last row of a compressed CSV': [
      { 'x.csv.gz': gzipSync(csvRecords([...numbers(20).map(transferred), somebodyElse(2)])) },
      /somebody who is not in the transfer manifest/,
    ],
    'somebody else in a second gzip member': [
      { 'x.jsonl.gz': Buffer.concat([gzipSync(ours), gzipSync(jsonRecords([somebodyElse(3)]))]) },
      /somebody who is not in the transfer manifest/,
    ],
    'transferred subjects in another column than the owner': [
      { 'x.csv': `user_id,sent_to\n${somebodyElse(1)},${first}\n` },
      /somebody who is not in the transfer manifest/,
    ],
    'transferred subjects inside of other fields': [
      { 'x.jsonl': `${JSON.stringify({ user_id: somebodyElse(1), friends: [{ user_id: first }] })}\n` },
      /somebody who is not in the transfer manifest/,
    ],
    'a record of a transferred subject that names somebody who is not transferred yet': [
      { 'x.jsonl': `${JSON.stringify({ user_id: first, sent_to: pending(1) })}\n` },
      /somebody whose transfer is not confirmed/,
    ],
    'an owner that only contains an identifier': [
      { 'x.jsonl': `${JSON.stringify({ user_id: `${first} and others` })}\n` },
      /somebody who is not in the transfer manifest/,
    ],
    'an owner beside an identifier of a shared record': [
      { 'x.jsonl': `${JSON.stringify({ user_id: [first, somebodyElse(1)] })}\n` },
      /neither text nor a whole number/,
    ],
    'records without an owner': [{ 'x.csv': `account,amount\n${first},1\n` }, /names the owner exactly once/],
    'two owner columns': [
      { 'x.csv': `user_id,user_id\n${first},${somebodyElse(1)}\n` },
      /names the owner exactly once/,
    ],
    'an owner twice in a record': [
      { 'x.jsonl': `{"user_id":"${first}","user_id":"${somebodyElse(1)}"}\n` },
      /does not name its owner exactly once/,
    ],
    'free text about them': [{ 'x.txt': `A letter about ${first}.\n` }, /neither JSON Lines nor CSV/],
    'an SQL dump of them': [
      { 'x.sql': `INSERT INTO account (user_id) VALUES ('${first}');\n` },
      /neither JSON Lines nor CSV/,
    ],
    'a quoted field that runs over other rows': [
      { 'x.csv': `user_id,note\n${first},"a\n${somebodyElse(1)},b"\n` },
      /more than one line/,
    ],
    'an identifier in the name alone': [
      { [`of-${first}.jsonl`]: jsonRecords([somebodyElse(1)]) },
      /somebody who is not in the transfer manifest/,
    ],
    'a read-only snapshot of them': [{ '.snapshot/daily/x.jsonl': ours }, /read-only snapshot/],
    'a read-only ZFS snapshot of them': [{ '.zfs/snapshot/daily/x.jsonl': ours }, /read-only snapshot/],
    'a damaged end': [
      { 'x.jsonl.gz': gzipSync(ours).subarray(0, -6) },
      /not an object that was read to its end|truncated/,
    ],
    'bytes behind the compressed records': [
      { 'x.jsonl.gz': Buffer.concat([gzipSync(ours), Buffer.from(jsonRecords([somebodyElse(4)]))]) },
      /./,
    ],
  }
  for (const [what, [files, reason]] of Object.entries(kept))
    it(`keeps a file with ${what}`, async () => {
      const place = await openDeleting()
      writeFiles(storeOf(place), files)
      const ended = await runAndCompare(place)
      expect(ended.gone).toEqual([])
      expect(ended.store).toBe('residual')
      expect(await reasonsOf(ended)).toMatch(reason)
    })

  it('asks for nothing where only people are found who are not transferred yet, or not in the manifest', async () => {
    const place = await openDeleting()
    writeFiles(storeOf(place), { a: jsonRecords(numbers(5).map(pending)), b: jsonRecords([somebodyElse(1)]) })
    const ended = await runAndCompare(place)
    expect([ended.store, ended.gone]).toEqual(['verified', []])
    expect(await ended.acknowledgement(0)).toBeUndefined()
  })

  it('keeps a link and what it points to', async () => {
    const place = await openDeleting()
    writeFiles(storeOf(place), { 'dir/others.jsonl': jsonRecords([somebodyElse(1)]) })
    symlinkSync('others.jsonl', join(storeOf(place), 'dir', `link-of-${transferred(1)}`))
    const ended = await runAndCompare(place)
    expect([ended.store, ended.gone]).toEqual(['residual', []])
  })

  it('deletes one name of a file with two, and the other one by its own name', async () => {
    const place = await openDeleting()
    writeFiles(storeOf(place), { 'a.jsonl': ours, 'others.jsonl': jsonRecords([somebodyElse(1)]) })
    linkSync(join(storeOf(place), 'a.jsonl'), join(storeOf(place), 'b.jsonl'))
    linkSync(join(storeOf(place), 'a.jsonl'), join(place.root, 'outside.jsonl'))
    const ended = await runAndCompare(place)
    expect([ended.store, ended.gone]).toEqual(['verified', ['a.jsonl', 'b.jsonl']])
    expect(readFileSync(join(place.root, 'outside.jsonl'), 'utf8')).toBe(ours)
  })
})

/** Between the scan and the deletion, somebody does something to the file. */
describe.concurrent('a file that is another one by the time of the deletion', () => {
  const theirs = jsonRecords(numbers(10).map(somebodyElse))
  const changes: Record<string, (path: string) => void> = {
    'has grown by a record of somebody else': (path) => appendFileSync(path, jsonRecords([somebodyElse(1)])),
    'has grown by a record of a transferred subject': (path) => appendFileSync(path, jsonRecords([transferred(1)])),
    'was exchanged': (path) => {
      writeFileSync(`${path}.new`, theirs)
      renameSync(`${path}.new`, path)
    },
    'was overwritten': (path) => writeFileSync(path, theirs),
    'was exchanged for a link to another file': (path) => {
      writeFileSync(`${path}.new`, ours)
      rmSync(path)
      symlinkSync(`${path}.new`, path)
    },
  }
  for (const [what, change] of Object.entries(changes))
    it(`is kept: it ${what}`, async () => {
      const place = await openDeleting()
      const path = join(storeOf(place), 'x.jsonl')
      writeFiles(storeOf(place), { 'x.jsonl': ours })
      let after: Record<string, string> = {}
      const ended = await place.run({
        before(moment) {
          if (!isMoment(moment, { task: 'execute-deletion' })) return
          change(path)
          after = digestsOf(storeOf(place))
        },
      })
      expect(digestsOf(storeOf(place))).toEqual(after)
      expect(await ended.acknowledgement(0)).toMatchObject({ deleted: { versions: 0 } })
      expect(ended.store).not.toBe('incomplete')
    })

  it('is not counted as deleted by us when somebody else removed it', async () => {
    const place = await openDeleting()
    writeFiles(storeOf(place), { 'x.jsonl': ours, y: theirs })
    const ended = await place.run({
      before: (moment) =>
        isMoment(moment, { task: 'execute-deletion' }) ? rmSync(join(storeOf(place), 'x.jsonl')) : undefined,
    })
    expect(ended.store).toBe('verified')
    expect(await ended.acknowledgement(0)).toMatchObject({ deleted: { versions: 0, bytes: 0 }, gone: 1 })
  })
})

/** Somebody with a hand on the evidence, but not on the code, tries to have another file deleted. */
describe.concurrent('a forged request', () => {
  const files = {
    'a.jsonl': ours,
    'b.jsonl': jsonRecords([transferred(11)]),
    'others.jsonl': jsonRecords([somebodyElse(1)]),
  }

  type Version = Record<string, unknown> & { shownKey: string }
  const rewrite = (place: Place, change: (versions: Version[]) => Version[]) => {
    const path = passFile(place, 'requested/000000000.jsonl')
    const versions = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Version)
    writeFileSync(
      path,
      change(versions)
        .map((version) => `${JSON.stringify(version)}\n`)
        .join(''),
    )
  }
  const forgeries: Record<string, (place: Place) => void> = {
    'that names another file': (place) => rewrite(place, ([version]) => [{ ...version!, shownKey: 'others.jsonl' }]),
    'that names one file more': (place) =>
      rewrite(place, (versions) => [...versions, { ...versions[0]!, shownKey: 'others.jsonl' }]),
    'that names one file less': (place) => rewrite(place, (versions) => versions.slice(1)),
    'with another digest': (place) =>
      rewrite(place, (versions) => versions.map((version) => ({ ...version, sha256: 'a'.repeat(64) }))),
    'that was emptied': (place) => rewrite(place, () => []),
  }
  for (const [what, forge] of Object.entries(forgeries))
    it(`${what} is refused`, async () => {
      const place = await openDeleting()
      writeFiles(storeOf(place), files)
      const ended = await runAndCompare(place, {
        before: (moment) => (isMoment(moment, { task: 'execute-deletion' }) ? forge(place) : undefined),
      })
      expect([ended.gone, ended.store]).toEqual([[], 'incomplete'])
      expect(ended.why).toContain('in ExecuteDeletion')
    })

  it('whose digest was forged as well deletes nothing that belongs to somebody else', async () => {
    const place = await openDeleting()
    writeFiles(storeOf(place), files)
    const ended = await runAndCompare(place, {
      async before(moment) {
        if (!isMoment(moment, { task: 'execute-deletion' })) return
        rewrite(place, (versions) => versions.map((version) => ({ ...version, shownKey: 'others.jsonl' })))
        const { createHash } = await import('node:crypto')
        const request = JSON.parse(readFileSync(passFile(place, 'request.json'), 'utf8'))
        request.versionsSha256 = createHash('sha256')
          .update(readFileSync(passFile(place, 'requested/000000000.jsonl')))
          .digest('hex')
        writeFileSync(passFile(place, 'request.json'), `${JSON.stringify(request, null, 1)}\n`)
      },
    })
    expect(ended.gone).toEqual([])
  })

  const others = { runId: 'run-1', storeId: 'sg', pass: 1, requestId: 'run-0-ie-1', channel: 'manual' }
  for (const [member, value] of Object.entries(others))
    it(`that says another ${member} is refused`, async () => {
      const place = await openDeleting()
      writeFiles(storeOf(place), files)
      const ended = await runAndCompare(place, {
        before(moment) {
          if (!isMoment(moment, { task: 'execute-deletion' })) return
          const request = JSON.parse(readFileSync(passFile(place, 'request.json'), 'utf8'))
          writeFileSync(passFile(place, 'request.json'), JSON.stringify({ ...request, [member]: value }))
        },
      })
      expect([ended.gone, ended.store]).toEqual([[], 'incomplete'])
      expect(ended.why).toContain('in ExecuteDeletion')
    })

  it('for a store without the channel is refused', async () => {
    const place = await openDeleting()
    writeFiles(storeOf(place), files)
    const config = join(place.paths.evidence, 'runs/run-0/config.json')
    const ended = await runAndCompare(place, {
      before(moment) {
        if (!isMoment(moment, { task: 'execute-deletion' })) return
        const value = JSON.parse(readFileSync(config, 'utf8'))
        value.stores[0].channel = { kind: 'none' }
        writeFileSync(config, JSON.stringify(value))
      },
    })
    expect([ended.gone, ended.store]).toEqual([[], 'incomplete'])
  })
})

describe.concurrent('a store in the home country', () => {
  const home = { id: 'us', root: '/srv/backups', country: 'US' }
  for (const [what, config] of Object.entries({
    'by default the United States': { stores: [home] },
    'with a deletion channel': { stores: [{ ...home, channel: { kind: 'delete-files', owner: 'user_id' } }] },
    'named by the configuration': { homeCountry: 'SG', stores: [{ ...home, country: 'SG' }] },
  }))
    it(`is refused: ${what}`, () => {
      expect(() => parseConfig(config)).toThrow(/may hold the only copy/)
    })

  it('is refused when it is a bucket of AWS, whichever of its hosts is named', () => {
    for (const endpoint of [
      'https://s3.us-east-1.amazonaws.com',
      'https://bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com:443/',
      'https://S3.DUALSTACK.us-east-1.AMAZONAWS.COM',
    ]) {
      const at = (s3: object) => ({ stores: [{ id: 'x', country: 'SG', s3: { bucket: 'backups', endpoint, ...s3 } }] })
      expect(() => parseConfig(at({ region: 'us-east-1' }))).toThrow(/may hold the only copy/)
      expect(() => parseConfig(at({}))).toThrow(/expected the Region of the bucket/)
    }
  })

  it('is refused when it has a channel and does not say where it is', () => {
    expect(() =>
      parseConfig({ stores: [{ id: 'x', root: '/x', channel: { kind: 'manual', deadline: '1d' } }] }),
    ).toThrow(/expected a country/)
  })

  const abroad = { id: 'x', country: 'SG', channel: { kind: 's3-delete-versions', owner: 'user_id' } }
  it.each(['s3.us-east-1.wasabisys.com', 'oss-us-west-1.aliyuncs.com', 'us-southeast-1.linodeobjects.com:443'])(
    'is refused when the host of another provider says so, whatever the configuration does: %s',
    (host) => {
      const s3 = { bucket: 'backups', endpoint: `https://${host}` }
      expect(() => parseConfig({ stores: [{ ...abroad, s3 }] })).toThrow(HomeCountryRefused)
      expect(() => parseConfig({ homeCountry: 'IE', stores: [{ ...abroad, s3 }] })).toThrow(
        /expected US, where .* is, got SG/,
      )
    },
  )

  it('is none when its host says nothing', () => {
    const s3 = { bucket: 'backups', endpoint: 'https://status-eastern.example.com', region: 'us-east-1' }
    expect(parseConfig({ stores: [{ ...abroad, s3 }] }).stores).toHaveLength(1)
  })

  for (const task of ['build-index', 'take-inventory', 'scan-batch', 'request-deletion', 'execute-deletion'] as const)
    it(`is refused when the run's own configuration is changed before ${task}`, async () => {
      const place = await openDeleting()
      writeFiles(storeOf(place), { 'x.jsonl': ours })
      const config = join(place.paths.evidence, 'runs/run-0/config.json')
      const before = digestsOf(storeOf(place))
      const original: { text?: string } = {}
      const ended = await place
        .run({
          before(moment) {
            if (!isMoment(moment, { task }) || original.text !== undefined) return
            original.text = readFileSync(config, 'utf8')
            writeFileSync(config, original.text.replace('"country": "IE"', '"country": "US"'))
          },
        })
        // Not even a summary is made of a run whose configuration is refused.
        .catch((error: Error) => error.name)
      expect(ended).toBe('EvidenceMissing')
      expect(original.text).toContain('"country": "IE"')
      expect(digestsOf(storeOf(place))).toEqual(before)
    })
})

it('a deletion that is repeated deletes nothing more', async () => {
  const place = await openDeleting()
  writeFiles(storeOf(place), { 'x.jsonl': ours, 'others.jsonl': jsonRecords([somebodyElse(1)]) })
  const first = await runAndCompare(place)
  writeFiles(storeOf(place), { 'x.jsonl': jsonRecords([somebodyElse(2)]) })
  const second = await runAndCompare(place)
  expect([first.gone, first.store]).toEqual([['x.jsonl'], 'verified'])
  expect([second.gone, second.store]).toEqual([[], 'verified'])
})

it('letters that may or may not be the same subject are not deleted before somebody says which', async () => {
  const handles = `${manifestText}Jane_Doe,2026-01-01T00:00:00Z,wave-1\n`
  const place = await openPlace((root) => ({ stores: [deleting(root)] }), handles)
  writeFiles(storeOf(place), { 'x.jsonl': jsonRecords(['jane_doe']) })
  const undecided = await runAndCompare(place)
  expect([undecided.verdict, undecided.gone]).toEqual(['incomplete', []])
  expect(undecided.summary.failure).toEqual({ state: 'BuildIndex', error: 'ConfigInvalid' })

  for (const [identifierCase, gone] of [
    ['exact', []],
    ['fold', ['x.jsonl']],
  ] as const) {
    const decided = await openPlace((root) => ({ identifierCase, stores: [deleting(root)] }), handles)
    writeFiles(storeOf(decided), { 'x.jsonl': jsonRecords(['jane_doe']), y: jsonRecords([somebodyElse(1)]) })
    const ended = await runAndCompare(decided)
    expect([ended.store, ended.gone]).toEqual(['verified', gone])
  }
})

describe('buckets that overlap', () => {
  const store = (id: string, s3: object) => ({ id, country: 'SG', s3: { bucket: 'backups', ...s3 } })
  const region = 'ap-southeast-1'
  const endpoint = 'https://oss.example.com'
  it.each([
    { name: 'the same bucket', one: { region }, other: { region } },
    { name: 'a prefix of it', one: { region }, other: { region, prefix: 'b/' } },
    { name: 'a prefix in another one', one: { region, prefix: 'b' }, other: { region, prefix: 'b/c/' } },
    { name: 'another host of AWS', one: { region }, other: { region, endpoint: `https://s3.${region}.amazonaws.com` } },
    { name: 'another spelling of the host', one: { endpoint }, other: { endpoint: 'https://OSS.example.com/' } },
    { name: 'the port that is meant anyway', one: { endpoint }, other: { endpoint: `${endpoint}:443` } },
    { name: 'the host as a root', one: { endpoint }, other: { endpoint: 'https://oss.example.com.:443/' } },
  ])('are refused, since one would be deleted from through the other: $name', ({ one, other }) => {
    for (const pair of [
      [one, other],
      [other, one],
    ])
      expect(() => parseConfig({ stores: pair.map((s3, n) => store(`s${n}`, s3)) })).toThrow(/expected it apart from/)
  })

  it('are none side by side, or with other providers', () => {
    const stores = [{ region, prefix: 'a/' }, { region, prefix: 'b/' }, { endpoint }, { endpoint: `${endpoint}:8443` }]
    expect(parseConfig({ stores: stores.map((s3, n) => store(`s${n}`, s3)) }).stores).toHaveLength(4)
  })
})

describe('a configuration of stores', () => {
  it.each([
    { what: 'one id for two', stores: [{ root: '/x' }, { root: '/y' }], says: 'expected every id once' },
    {
      what: 'two places',
      stores: [{ root: '/x', s3: { bucket: 'backups', region: 'ap-southeast-1' } }],
      says: 'either',
    },
    { what: 'no place', stores: [{}], says: 'either' },
    { what: 'files for a bucket', stores: [{ s3: {}, channel: 'delete-files' }], says: 'for a bucket' },
    { what: 'versions for a directory', stores: [{ root: '/x', channel: 's3-delete-versions' }], says: 'a directory' },
  ])('is refused with $what', ({ stores, says }) => {
    const given = stores.map(({ channel, s3, ...store }: { root?: string; s3?: object; channel?: string }) => ({
      ...{ id: 'x', country: 'SG', ...store },
      ...(s3 && { s3: { bucket: 'backups', region: 'ap-southeast-1', ...s3 } }),
      ...(channel !== undefined && { channel: { kind: channel, owner: 'user_id' } }),
    }))
    expect(() => parseConfig({ stores: given })).toThrow(says)
  })
})
