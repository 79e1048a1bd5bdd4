import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../lib/config.ts'
import type { ListPage, Ports, Store } from '../../lib/ports.ts'
import { asUnprivileged } from '../local/as-unprivileged.ts'
import { type Hands, isMoment, type Moment, openPlace, openStore, type Place } from '../support/pipeline.ts'
import { jsonRecords, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'
import { scratchDirectory } from '../support/scratch.ts'

/** Whatever was not seen must not end as clean: each of these runs would be verified if something were overlooked. */

const others = jsonRecords(numbers(40).map(somebodyElse))
const files = { 'a.jsonl': others, 'b.jsonl': others, 'c.jsonl': others }

const openSample = () => openStore()

async function run(spoil: (store: string) => void, hands: (place: Place) => Hands = () => ({})) {
  const place = await openSample()
  writeFiles(join(place.root, 'store'), files)
  spoil(join(place.root, 'store'))
  return place.run(hands(place))
}

describe('an access point of S3 Object Lambda, behind which a function may take identifiers out of what is read', () => {
  it.each([
    { bucket: 'masked-a1b2--ol-s3' },
    { bucket: 'masked', endpoint: 'https://masked-1.S3-object-lambda.ap-southeast-1.amazonaws.com', pathStyle: false },
  ])('is refused: %o', (s3) => {
    const stores = [{ id: 'sg', country: 'SG', s3: { ...s3, region: 'ap-southeast-1' } }]
    expect(() => parseConfig({ stores })).toThrow(/expected a bucket, got an access point of S3 Object Lambda/)
  })
})

describe.concurrent('content that cannot be read to its end', () => {
  const gzip = gzipSync(others)
  const zstd = zstdCompressSync(others)
  const unreadable: Record<string, [spoil: (store: string) => void, why: RegExp]> = {
    'a truncated gzip': [(store) => writeFileSync(join(store, 'd.gz'), gzip.subarray(0, -20)), /^truncated: 1 object/],
    'a gzip without its last byte': [(store) => writeFileSync(join(store, 'd'), gzip.subarray(0, -1)), /^truncated: 1/],
    'a gzip with a wrong checksum': [
      (store) => writeFileSync(join(store, 'd.gz'), Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(8, 7)])),
      /^corrupt: 1/,
    ],
    'a truncated zstd': [
      (store) => writeFileSync(join(store, 'd.zst'), zstd.subarray(0, -9)),
      /^(truncated|corrupt): 1/,
    ],
    'a rar, which is not read': [
      (store) =>
        writeFileSync(join(store, 'd'), Buffer.concat([Buffer.from('Rar!\u001a\u0007'), Buffer.alloc(400, 1)])),
      /^unsupported-format: 1/,
    ],
    'a zip that is cut off': [
      (store) => writeFileSync(join(store, 'd'), Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(400, 1)])),
      /^(truncated|corrupt|encrypted): 1/,
    ],
    'bytes that are no text': [
      (store) => writeFileSync(join(store, 'd.jsonl'), Buffer.from(numbers(512).map((n) => (n * 37) % 256))),
      /^(not-text|invalid-utf8): 1/,
    ],
    'a pipe': [(store) => void execFileSync('mkfifo', [join(store, 'pipe')]), /^special-file: 1/],
    'a symbolic link out of the store': [
      (store) => symlinkSync('/etc/hostname', join(store, 'link')),
      /^symbolic-link: 1/,
    ],
    'a symbolic link to nowhere': [(store) => symlinkSync('nothing', join(store, 'link')), /^symbolic-link: 1/],
    'a file whose name is no text': [
      (store) => writeFileSync(Buffer.concat([Buffer.from(`${store}/`), Buffer.from([0x66, 0xff, 0xfe])]), others),
      /^invalid-name: 1/,
    ],
    'a directory whose name is no text': [
      (store) => mkdirSync(Buffer.concat([Buffer.from(`${store}/`), Buffer.from([0xff, 0x66])])),
      /^invalid-name: 1/,
    ],
  }
  for (const [what, [spoil, why]] of Object.entries(unreadable))
    it(`is unverified: ${what}`, async () => {
      const ended = await run(spoil)
      expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(why)])
      expect((await ended.coverage(0))!.clean.versions).toBe(3)
    })
})

describe('what permissions hide', () => {
  for (const [what, hide] of Object.entries<(store: string) => void>({
    'a file': (store) => chmodSync(join(store, 'b.jsonl'), 0),
    'a directory': (store) => {
      writeFiles(store, { 'dir/d.jsonl': jsonRecords([transferred(1)]) })
      chmodSync(join(store, 'dir'), 0)
    },
  }))
    it(`is unverified: ${what}`, async () => {
      const store = join(scratchDirectory(), 'store')
      writeFiles(store, files)
      hide(store)
      const ended = await asUnprivileged(async () => {
        const place = await openPlace(() => ({ stores: [{ id: 'sg', root: store, country: 'SG' }] }))
        return place.run()
      })
      expect([ended.store, ended.why]).toEqual(['incomplete', 'access-denied: 1 object version'])
    })
})

/** A store that does not do what it should. */
const lying = (lie: (store: Store, opened: number) => Store) => (): Hands => {
  let opened = 0
  return {
    wrap: (ports: Ports) => ({
      ...ports,
      stores: { open: async (store) => lie(await ports.stores.open(store), opened++) },
    }),
  }
}

/** Lies in the first page that it lists, and never again. */
const inFirstPage = (lie: (page: ListPage) => ListPage) => {
  let listed = 0
  return (store: Store): Store => ({
    ...store,
    async list(cursor, limit, range) {
      const page = await store.list(cursor, limit, range)
      return listed++ === 0 ? lie(page) : page
    },
  })
}

describe.concurrent('a store that lies', () => {
  const lies: Record<string, [lie: (store: Store, opened: number) => Store, why: RegExp]> = {
    'leaves out the last version of its first listing': [
      inFirstPage((page) => ({ ...page, versions: page.versions.slice(0, -1) })),
      /appeared while scanning: 1 object version/,
    ],
    'lists a version twice': [
      (store) => ({
        ...store,
        async list(cursor, limit) {
          const { versions, mounts } = await store.list(cursor, limit)
          return { versions: [...versions, versions.at(-1)!], mounts }
        },
      }),
      /failure: .* in ScanStore/,
    ],
    'hands out the same page again and again': [
      (store) => ({
        ...store,
        list: async (_, limit) => ({ ...(await store.list(undefined, limit)), next: 'more' }),
      }),
      /failure: .* in ScanStore/,
    ],
    'lists out of order': [
      (store) => ({
        ...store,
        async list(cursor, limit) {
          const { versions, mounts } = await store.list(cursor, limit)
          return { versions: versions.reverse(), mounts }
        },
      }),
      /failure: .* in ScanStore/,
    ],
    'lists nothing in the end': [
      (store, opened) => ({
        ...store,
        async list(cursor, limit) {
          const page = await store.list(cursor, limit)
          return opened < 2 ? page : { versions: [], mounts: page.mounts }
        },
      }),
      /closing listing: empty/,
    ],
    'hands out fewer bytes than it listed': [
      (store) => ({
        ...store,
        async open(version) {
          const opened = await store.open(version)
          if (opened.kind === 'unreadable') return opened
          async function* shorter() {
            for await (const chunk of opened.kind === 'opened' ? opened.chunks : []) yield chunk.subarray(0, -40)
          }
          return { ...opened, chunks: shorter(), settle: async () => ({ kind: 'unchanged' }) }
        },
      }),
      /size-differs: 3 object versions/,
    ],
    'hands out nothing at all': [
      (store) => ({
        ...store,
        async open(version) {
          const opened = await store.open(version)
          async function* nothing() {}
          return opened.kind === 'unreadable'
            ? opened
            : { ...opened, chunks: nothing(), settle: async () => ({ kind: 'unchanged' }) }
        },
      }),
      /size-differs: 3 object versions/,
    ],
    'fails in the middle of a version': [
      (store) => ({
        ...store,
        async open(version) {
          const opened = await store.open(version)
          async function* failing(): AsyncGenerator<Uint8Array> {
            yield Buffer.from('{')
            throw Object.assign(new Error('medium'), { name: 'ReadFailed' })
          }
          return opened.kind === 'unreadable' ? opened : { ...opened, chunks: failing() }
        },
      }),
      /read-error: 3 object versions|not-scanned: 3 object versions/,
    ],
    'is not there when it is to be read': [
      (store) => ({
        ...store,
        open: async () => {
          throw Object.assign(new Error('gone'), { name: 'StoreUnavailable' })
        },
      }),
      /not-scanned: 3 object versions/,
    ],
  }
  for (const [what, [lie, why]] of Object.entries(lies))
    it(`is incomplete when it ${what}`, async () => {
      const ended = await run(() => {}, lying(lie))
      expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(why)])
    })
})

/** Somebody, or a crash of the disk, changes what one step left for the next. */
const passFile = (place: Place, name: string) => join(place.paths.evidence, 'runs/run-0/stores/sg/pass-0', name)
const batchFile = 'batches/000000000.jsonl'

const edit = (place: Place, name: string, change: (text: string) => string) =>
  writeFileSync(passFile(place, name), change(readFileSync(passFile(place, name), 'utf8')))

const editLines = (place: Place, name: string, change: (lines: string[]) => string[]) =>
  edit(place, name, (text) => `${change(text.trimEnd().split('\n')).join('\n')}\n`)

const afterTask = (task: Moment['task'], act: (place: Place) => void) => (place: Place) => ({
  after: (moment: Moment) => (isMoment(moment, { task }) ? act(place) : undefined),
})

const failing = (task: Moment['task'], name: string) => () => ({
  before(moment: Moment) {
    if (isMoment(moment, { task })) throw Object.assign(new Error('failed'), { name })
  },
})

type Line = Record<string, unknown>
const changeLine = (line: string, change: (value: Line) => Line) => JSON.stringify(change(JSON.parse(line) as Line))

describe.concurrent('a step that is not done, or not whole', () => {
  const gaps: Record<string, [hands: (place: Place) => Hands, why: RegExp]> = {
    'a batch that fails': [failing('scan-batch', 'Error'), /^not-scanned: 3 object versions; batches: 0 of 1 reported/],
    'a batch that runs out of time again and again': [failing('scan-batch', 'TimeoutError'), /^not-scanned: 3 object/],
    'a batch that ends without a report': [
      afterTask('scan-batch', (place) => rmSync(passFile(place, batchFile))),
      /^not-scanned: 3 object versions; batches: 0 of 1 reported/,
    ],
    'a report that was cut off in a line': [
      afterTask('scan-batch', (place) => edit(place, batchFile, (text) => text.slice(0, -30))),
      /failure: .* in ScanStore/,
    ],
    'a report that was cut off between lines': [
      afterTask('scan-batch', (place) => editLines(place, batchFile, (lines) => lines.slice(0, -2))),
      /failure: .* in ScanStore/,
    ],
    'an empty report': [
      afterTask('scan-batch', (place) => edit(place, batchFile, () => '')),
      /failure: .* in ScanStore/,
    ],
    'a report that leaves out a version': [
      afterTask('scan-batch', (place) =>
        editLines(place, batchFile, (lines) => [
          lines[0]!,
          ...lines.slice(2, -1),
          changeLine(lines.at(-1)!, (end) => ({ ...end, reports: 2 })),
        ]),
      ),
      /^not-scanned: 1 object version/,
    ],
    'a report that says one version twice instead': [
      afterTask('scan-batch', (place) =>
        editLines(place, batchFile, (lines) => [lines[0]!, lines[2]!, lines[2]!, lines[3]!, lines[4]!]),
      ),
      /contradictory: 1 object version; not-scanned: 1 object version/,
    ],
    'a report without controls': [
      afterTask('scan-batch', (place) =>
        editLines(place, batchFile, ([head, ...rest]) => [
          changeLine(head!, (each) => ({ ...each, positiveControls: { planted: 0, detected: 0, forms: [] } })),
          ...rest,
        ]),
      ),
      /control-missed: 3 object versions/,
    ],
    'a report with a control that was missed': [
      afterTask('scan-batch', (place) =>
        editLines(place, batchFile, ([head, ...rest]) => [
          changeLine(head!, (each) => {
            const controls = each.positiveControls as { detected: number }
            return { ...each, positiveControls: { ...controls, detected: controls.detected - 1 } }
          }),
          ...rest,
        ]),
      ),
      /control-missed: 3 object versions/,
    ],
    'a plan that leaves out a version': [
      afterTask('plan-batches', (place) =>
        editLines(place, 'batches.jsonl', ([batch]) => [changeLine(batch!, (each) => ({ ...each, to: 2 }))]),
      ),
      /failure: .* in ScanStore/,
    ],
    'a plan that leaves out a version and has another of its size twice': [
      afterTask('plan-batches', (place) =>
        editLines(place, 'batches.jsonl', ([batch]) => [
          changeLine(batch!, (each) => ({ ...each, from: 0, to: 2, versions: 2 })),
          changeLine(batch!, (each) => ({ ...each, batch: 1, from: 1, to: 2, versions: 1 })),
        ]),
      ),
      /failure: .* in ScanStore/,
    ],
    'an empty plan': [
      afterTask('plan-batches', (place) => edit(place, 'batches.jsonl', () => '')),
      /failure: .* in ScanStore/,
    ],
    'an inventory whose end is missing': [
      afterTask('take-inventory', (place) =>
        editLines(place, 'opening/000000000.jsonl', (lines) => lines.slice(0, -1)),
      ),
      /failure: .* in ScanStore/,
    ],
    'a closing listing that fails': [
      () => ({
        before(moment) {
          if (isMoment(moment, { task: 'take-inventory', listing: 'closing' })) throw new Error('failed')
        },
      }),
      /failure: .* in ScanStore/,
    ],
    'a coverage that cannot be settled': [failing('settle-coverage', 'Error'), /failure: .* in ScanStore/],
    'an attestation of the scan that fails': [
      () => {
        let calls = 0
        return {
          before(moment) {
            // The first one is the scope's.
            if (isMoment(moment, { task: 'attest' }) && calls++ === 1) throw new Error('failed')
          },
        }
      },
      /failure: .* in AttestScan/,
    ],
  }
  for (const [what, [hands, why]] of Object.entries(gaps))
    it(`is incomplete: ${what}`, async () => {
      const ended = await run(() => {}, hands)
      expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(why)])
    })

  for (const [what, hands, state] of [
    ['the index', failing('build-index', 'Error'), 'BuildIndex'],
    ['the scope, which is attested before anything is read', failing('attest', 'Error'), 'AttestScope'],
  ] as const)
    it(`is an incomplete run that says so: without ${what}`, async () => {
      const place = await openSample()
      writeFiles(join(place.root, 'store'), files)
      // The summary has to be attested: only the first attestation fails.
      let failed = false
      const { before } = hands()
      const ended = await place.run({
        before(moment) {
          if (failed) return
          try {
            before(moment)
          } catch (error) {
            failed = true
            throw error
          }
        },
      })
      expect(ended.verdict).toBe('incomplete')
      expect(ended.store).toBe('incomplete')
      expect(ended.summary.failure).toEqual({ state, error: 'Error' })
      expect(ended.result).toMatchObject({ status: 'FAILED', error: 'Error' })
    })

  it('is incomplete: a batch with the report of another run, which looked for somebody else', async () => {
    const place = await openSample()
    writeFiles(join(place.root, 'store'), { ...files, 'd.jsonl': jsonRecords([transferred(1)]) })
    const manifest = join(place.root, 'ids.csv')
    const whole = readFileSync(manifest)
    writeFileSync(manifest, `userId,transferredAt\n${transferred(50)},2026-01-01T00:00:00Z\n`)
    expect((await place.run()).store).toBe('verified')
    writeFileSync(manifest, whole)
    const reportOf = (run: string) => join(place.paths.evidence, `runs/${run}/stores/sg/pass-0`, batchFile)
    const ended = await place.run({
      after: (moment) =>
        isMoment(moment, { task: 'scan-batch' })
          ? writeFileSync(reportOf('run-1'), readFileSync(reportOf('run-0')))
          : undefined,
    })
    expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringContaining('EvidenceConflict')])
  })

  it('is incomplete: a verdict that was reached and never attested', async () => {
    const place = await openSample()
    writeFiles(join(place.root, 'store'), files)
    let decided = false
    const ended = await place.run({
      before(moment) {
        if (isMoment(moment, { task: 'decide-verdict' })) decided = true
        if (isMoment(moment, { task: 'close-run' })) decided = false
        if (decided && isMoment(moment, { task: 'attest' })) throw new Error('failed')
      },
    })
    expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringContaining('verdict: not attested')])
  })
})
