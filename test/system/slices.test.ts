import { appendFileSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

import type { RequestedVersion } from '../../lib/deletion/request.ts'
import { ReadFailed } from '../../lib/errors.ts'
import type { Opened, Ports, Store } from '../../lib/ports.ts'
import { zipOf } from '../decode/archive/zip-writer.ts'
import { kind, lengths, list1, orcFile, type } from '../decode/columnar/orc-writer.ts'
import { bgzfBlock } from '../decode/compression/bgzf-block.ts'
import { type Hands, inSlicesOf, isMoment, openStore, type Place } from '../support/pipeline.ts'
import { type Files, jsonRecords, numbers, somebodyElse, transferred } from '../support/sample-files.ts'
import { someOf } from '../support/some-of.ts'

const sliceBytes = 600
const clean = jsonRecords(numbers(60).map((n) => somebodyElse(n)))
const withOne = jsonRecords(numbers(60).map((n) => (n === 40 ? transferred(3) : somebodyElse(n))))
const sizeOf = (text: string | Uint8Array) => Buffer.byteLength(text)
const slicesOf = (text: string | Uint8Array) => Math.ceil(sizeOf(text) / sliceBytes)

/** An ORC file with a stripe of its own for each of these records. */
const tableOf = (ids: readonly string[]) =>
  orcFile({
    types: [type.long, type.string],
    stripes: ids.map((id) => ({
      rows: 1,
      streams: [
        { kind: kind.data, column: 1, bytes: list1([1n], true) },
        { kind: kind.data, column: 2, bytes: Buffer.from(id) },
        { kind: kind.length, column: 2, bytes: lengths(id.length) },
      ],
    })),
  })

const archiveOf = (texts: readonly string[]) => zipOf(texts.map((data, n) => ({ name: `file-${n}`, data, method: 0 })))

const place = (files: Files, channel: Record<string, unknown> = { kind: 'none' }) =>
  openStore(files, { channel }, { homeCountry: 'US' })

const run = (at: Place, hands: Hands = {}) => at.run({ call: inSlicesOf(sliceBytes), ...hands })
const evidenceOf = (at: Place, path: string) => join(at.paths.evidence, 'runs/run-0/stores/sg/pass-0', path)
const report = (batch: number) => `batches/${String(batch).padStart(9, '0')}.jsonl`

type OpenedVersion = Extract<Opened, { kind: 'opened' }>
type Range = Parameters<Store['open']>[1]

const behindTheFirst = (range: Range) => range !== undefined && range.from > 400 && range.from < 900

/** A store that says something else of what it opens, or of some ranges of it. */
const opening =
  (change: (opened: OpenedVersion) => Opened, isTarget: (range: Range) => boolean = behindTheFirst) =>
  (ports: Ports) =>
    Object.create(ports, {
      stores: {
        value: {
          open: async (config: Parameters<Ports['stores']['open']>[0]): Promise<Store> => {
            const store = await ports.stores.open(config)
            return {
              ...store,
              async open(version, range) {
                const opened = await store.open(version, range)
                return opened.kind === 'opened' && isTarget(range) ? change(opened) : opened
              },
            }
          },
        },
      },
    })

describe('a large object', () => {
  const whole: { name: string; body: string | Uint8Array; clean: boolean }[] = [
    { name: 'text without anybody in it', body: clean, clean: true },
    { name: 'text in one line', body: clean.replaceAll('\n', ' '), clean: true },
    { name: 'text without anything to cut at', body: 'z'.repeat(2000), clean: true },
    { name: 'text of characters that every edge cuts', body: '\u{1f600}'.repeat(500), clean: true },
    { name: 'text with an identifier', body: withOne, clean: false },
    { name: 'text with an identifier at its very end', body: clean + transferred(3), clean: false },
    { name: 'a container', body: gzipSync(clean, { level: 0 }), clean: true },
    { name: 'a container with an identifier', body: gzipSync(withOne, { level: 0 }), clean: false },
    { name: 'a table', body: tableOf(numbers(40).map(somebodyElse)), clean: true },
    {
      name: 'a table with an identifier',
      body: tableOf([...numbers(40).map(somebodyElse), transferred(3)]),
      clean: false,
    },
    { name: 'an archive', body: archiveOf(numbers(40).map(somebodyElse)), clean: true },
    {
      name: 'an archive with an identifier',
      body: archiveOf([...numbers(40).map(somebodyElse), transferred(3)]),
      clean: false,
    },
    {
      name: 'an archive with text behind its end',
      body: Buffer.concat([archiveOf(numbers(40).map(somebodyElse)), Buffer.from('nothing\n')]),
      clean: true,
    },
    { name: 'binary data', body: Buffer.concat([Buffer.from(clean), Buffer.of(0), Buffer.from(clean)]), clean: false },
    { name: 'a file that begins like a format that is not read', body: `LZIP${'\x00x '.repeat(900)}`, clean: false },
    { name: 'a file of a known format', body: `PK\x03\x04 ${clean}`, clean: false },
  ]
  for (const { name, body, clean } of someOf(6, whole))
    it(`comes out in slices as it does whole: ${name}`, async () => {
      const files = { 'big.txt': body, 'small.txt': 'nothing\n' }
      const at = await place(files)
      const [sliced, atOnce] = [await run(at), await at.run()]
      const [ofSlices, ofWhole] = [await sliced.coverage(0), await atOnce.coverage(0)]
      expect(ofSlices?.batches).toEqual({ planned: slicesOf(body) + 1, reported: slicesOf(body) + 1 })
      const same = ['clean', 'found', 'foundPartly', 'unverified', 'bytesRead', 'decodedBytes', 'records'] as const
      for (const member of [...same, 'findings', 'subjects', 'inventorySha256'] as const)
        expect({ [member]: ofSlices?.[member] }).toEqual({ [member]: ofWhole?.[member] })
      expect([sliced.store, sliced.why]).toEqual([atOnce.store, atOnce.why])
      expect(sliced.store === 'verified').toBe(clean)
    })

  it('says of a finding in which record and at which byte of the whole it is', async () => {
    const at = await place({ 'big.txt': withOne })
    await run(at)
    const lines = readFileSync(evidenceOf(at, 'requested/000000000.jsonl'), 'utf8').trimEnd().split('\n')
    const requested = lines.map((line) => JSON.parse(line) as RequestedVersion)
    expect(requested.map(({ places }) => places)).toEqual([
      [
        {
          place: 'content',
          path: [],
          record: 41,
          offset: withOne.indexOf(transferred(3)),
          where: { field: 'user_id' },
        },
      ],
    ])
    expect(requested[0]?.sha256).toBeUndefined()
  })

  it('is a table of which each slice reads its own stripes', async () => {
    const body = tableOf(numbers(40).map((n) => (n % 9 === 0 ? transferred(n % 4) : somebodyElse(n))))
    const at = await place({ 'big.orc': body })
    await run(at)
    const reports = numbers(slicesOf(body)).map((batch) => readFileSync(evidenceOf(at, report(batch)), 'utf8'))
    expect(reports.every((text) => text.includes('"reading":"parts"'))).toBe(true)
    expect(reports.filter((text) => text.includes('"path":["orc","stripe-')).length).toBeGreaterThan(3)
    const [requested] = readFileSync(evidenceOf(at, 'requested/000000000.jsonl'), 'utf8').trimEnd().split('\n')
    expect(
      (JSON.parse(requested!) as RequestedVersion).places.map((each) => [
        each.place === 'content' && each.path,
        each.record,
      ]),
    ).toEqual([1, 10, 19, 28, 37].map((stripe) => [['orc', `stripe-${stripe}`, 'column-2'], 1]))
  })

  it('is a compressed text of which each slice reads its own frames', async () => {
    const ids = numbers(700).map((n) => (n % 90 === 0 ? transferred(n % 4) : somebodyElse(n)))
    const text = Buffer.from(jsonRecords(ids))
    const body = Buffer.concat(
      numbers(text.length / 900 + 1).map((n) => bgzfBlock(text.subarray(n * 900, (n + 1) * 900))),
    )
    const at = await place({ 'big.gz': body })
    const [sliced, atOnce] = [await at.run({ call: inSlicesOf(Math.ceil(body.length / 3)) }), await at.run()]
    const members = [
      'clean',
      'found',
      'foundPartly',
      'unverified',
      'bytesRead',
      'decodedBytes',
      'records',
      'findings',
      'subjects',
    ] as const
    const [ofSlices, ofWhole] = [await sliced.coverage(0), await atOnce.coverage(0)]
    for (const member of members) expect({ [member]: ofSlices?.[member] }).toEqual({ [member]: ofWhole?.[member] })
    expect(ofWhole).toMatchObject({ findings: 8, foundPartly: 0, unverified: [] })
    const reports = numbers(3).map((batch) => readFileSync(evidenceOf(at, report(batch)), 'utf8'))
    for (const each of reports) expect(each).toContain('"reading":"frames"')
    expect(ofSlices?.secondOpinion).toMatchObject({ versions: reports.length, mismatches: 0 })
    const [requested] = readFileSync(evidenceOf(at, 'requested/000000000.jsonl'), 'utf8').trimEnd().split('\n')
    expect((JSON.parse(requested!) as RequestedVersion).places.map(({ record }) => record)).toEqual(
      numbers(8).map((n) => n * 90 + 1),
    )
  })

  it('is counted once where its name holds an identifier', async () => {
    const at = await place({ [`${transferred(1)}.txt`]: clean })
    const ended = await run(at)
    expect(await ended.coverage(0)).toMatchObject({ findings: 1, subjects: 1, found: { versions: 1 } })
  })

  it('is counted once where its tags hold one, which every range of it is opened with', async () => {
    const tagged = opening(
      (opened) => ({ ...opened, labels: [{ place: 'tags', text: transferred(1) }] }),
      () => true,
    )
    const ended = await run(await place({ 'big.txt': clean }), { wrap: tagged })
    expect(await ended.coverage(0)).toMatchObject({ findings: 1, subjects: 1, found: { versions: 1 } })
  })
})

describe('a large object is not clean', () => {
  const afterBatch =
    (batch: number, act: (at: Place) => void) =>
    (at: Place): Hands => ({
      after: (moment) => {
        if (moment.task === 'scan-batch' && (moment as { batch?: { batch: number } }).batch?.batch === batch) act(at)
      },
    })
  const beforeSettling =
    (act: (at: Place) => void) =>
    (at: Place): Hands => ({
      before: (moment) => void (isMoment(moment, { task: 'settle-segment' }) && act(at)),
    })
  const rewrite = (at: Place, path: string, change: (text: string) => string) => {
    const file = evidenceOf(at, path)
    const text = readFileSync(file, 'utf8')
    rmSync(file)
    writeFileSync(file, change(text))
  }
  const count = slicesOf(clean)

  const traps: { name: string; hands: (at: Place) => Hands; why: RegExp }[] = [
    ...[0, 1, count - 1].map((batch) => ({
      name: `when slice ${batch + 1} was not reported`,
      hands: beforeSettling((at) => unlinkSync(evidenceOf(at, report(batch)))),
      why: /not-scanned: 1 object version.*batches: \d+ of \d+ reported/,
    })),
    {
      name: 'when one slice was reported twice and another never',
      hands: beforeSettling((at) => {
        const other = readFileSync(evidenceOf(at, report(2)), 'utf8')
        rewrite(at, report(3), () => other.replace(report(2), report(3)))
      }),
      why: /contradictory: 1 object version/,
    },
    {
      name: 'when a slice read less than it says',
      hands: beforeSettling((at) =>
        rewrite(at, report(1), (text) => text.replace(/"bytes":\d+,"decoded/, '"bytes":7,"decoded')),
      ),
      why: /contradictory: 1 object version/,
    },
    {
      name: 'when slices do not meet',
      hands: beforeSettling((at) =>
        rewrite(at, report(1), (text) =>
          text.replace(/"bytes":(\d+)(,"decoded.*)"end":(\d+)/, (_, bytes, between, end) =>
            [`"bytes":${Number(bytes) - 1}`, between, `"end":${Number(end) - 1}`].join(''),
          ),
        ),
      ),
      why: /contradictory: 1 object version/,
    },
    {
      name: 'when a slice was left to the first one, which did not read it',
      hands: beforeSettling((at) =>
        rewrite(at, report(2), (text) => text.replace('"reading":"as-is"', '"reading":"left"')),
      ),
      why: /contradictory: 1 object version/,
    },
    {
      name: 'when a report is about a slice of another version',
      hands: beforeSettling((at) => rewrite(at, report(2), (text) => text.replace(/"versionId":"/, '"versionId":"x'))),
      why: /not-scanned: 1 object version.*reported but not listed/,
    },
    {
      name: 'when the scanner was blind in one slice',
      hands: beforeSettling((at) => rewrite(at, report(2), (text) => text.replace(/"detected":\d+/, '"detected":1'))),
      why: /control-missed: 1 object version/,
    },
    {
      name: 'when a report of a slice does not have its shape',
      hands: beforeSettling((at) =>
        rewrite(at, report(2), (text) => text.replace('"reading":"as-is"', '"reading":"y"')),
      ),
      why: /EvidenceConflict/,
    },
    {
      name: 'when the plan leaves a slice out',
      hands: (at) => ({
        after: (moment) => {
          if (moment.task !== 'plan-batches') return
          rewrite(at, 'batches.jsonl', (text) => text.split('\n').toSpliced(1, 1).join('\n'))
        },
      }),
      why: /EvidenceConflict/,
    },
    {
      name: 'when it is written to between its slices',
      hands: afterBatch(1, (at) => appendFileSync(join(at.root, 'store/big.txt'), `${transferred(3)}\n`)),
      why: /changed: 1 object version/,
    },
    {
      name: 'when it is removed between its slices',
      hands: afterBatch(1, (at) => unlinkSync(join(at.root, 'store/big.txt'))),
      // Another slice may be under way just then.
      why: /(?:disappeared|changed): 1 object version/,
    },
  ]
  it.each(someOf(4, traps))('$name', async ({ hands, why }) => {
    const at = await place({ 'big.txt': clean, 'small.txt': 'nothing\n' })
    const ended = await run(at, hands(at))
    expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(why)])
  })

  const lies: { name: string; change: (opened: OpenedVersion) => Opened; why: RegExp }[] = [
    {
      name: 'hands out fewer bytes of a range',
      change: (opened) => ({
        ...opened,
        chunks: (async function* () {
          for await (const chunk of opened.chunks) yield chunk.subarray(0, -1)
        })(),
      }),
      why: /size-differs: 1 object version/,
    },
    {
      name: 'fails in the middle of a range',
      change: (opened) => ({
        ...opened,
        // biome-ignore lint/correctness/useYield: it fails before the first byte
        chunks: (async function* (): AsyncGenerator<Uint8Array> {
          throw new ReadFailed('medium')
        })(),
      }),
      why: /changed: 1 object version|read-error: 1 object version/,
    },
    {
      name: 'says that the version is another one now',
      change: (opened) => ({ ...opened, settle: async () => ({ kind: 'changed', detail: 'x' }) }),
      why: /changed: 1 object version/,
    },
    {
      name: 'cannot say everything of it',
      change: (opened) => ({ ...opened, gap: { reason: 'access-denied', detail: 'tags' } }),
      why: /access-denied: 1 object version/,
    },
  ]
  it.each(someOf(2, lies))('when the store $name', async ({ change, why }) => {
    const ended = await run(await place({ 'big.txt': clean, 'small.txt': 'nothing\n' }), { wrap: opening(change) })
    expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringMatching(why)])
  })
})

describe('where a call takes no longer than a function may', () => {
  /** A clock that goes on by so many seconds whenever it is asked. */
  const limited =
    (callSeconds: number, tick: number) =>
    (ports: Ports): Ports => {
      let seconds = Date.parse('2026-11-23T00:00:00Z') / 1000
      const clock = () => {
        seconds += tick
        return new Date(seconds * 1000)
      }
      return Object.create(ports, { callSeconds: { value: callSeconds }, clock: { value: clock } })
    }

  it('a container that does not fit into one is not clean but beyond the limit, and told so', async () => {
    const at = await place({ 'big.gz': gzipSync(clean, { level: 0 }), 'small.txt': 'nothing\n' })
    const ended = await run(at, { wrap: limited(180.0001, 0) })
    expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringContaining('limit: 1 object version')])
    const told = readFileSync(evidenceOf(at, report(0)), 'utf8')
    expect(told).toMatch(/a container cannot be cut: expected at most (?:499|500) bytes, which one call can read/)
  })

  it.each([
    { name: 'in slices or not', files: { 'big.txt': clean, 'small.txt': 'nothing\n' } },
    { name: 'a container or not', files: { 'small.gz': gzipSync('nothing\n'), 'small.txt': 'nothing\n' } },
  ])('what is not read in time is not clean but beyond the limit, $name', async ({ files }) => {
    const ended = await run(await place(files), { wrap: limited(900, 800) })
    expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringContaining('limit: 2 object versions')])
  })

  it('what fits into one is read', async () => {
    const at = await place({ 'big.txt': clean, 'big.gz': gzipSync(clean, { level: 0 }) })
    expect((await run(at, { wrap: limited(900, 0.01) })).store).toBe('verified')
  })
})
