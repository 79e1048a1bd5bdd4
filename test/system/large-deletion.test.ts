import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { tooLate } from '../../lib/deletion/judge-ownership.ts'
import type { RequestedVersion } from '../../lib/deletion/request.ts'
import { executeDeletion } from '../../lib/pipeline/execute-deletion.ts'
import type { Ports, StoreDeletions } from '../../lib/ports.ts'
import { zipOf } from '../decode/archive/zip-writer.ts'
import { kind, lengths, list1, orcFile, type } from '../decode/columnar/orc-writer.ts'
import { bgzfBlock } from '../decode/compression/bgzf-block.ts'
import { zstdFrame } from '../decode/frames.ts'
import { odv } from '../support/odv.ts'
import { deleting, type Hands, inSlicesOf, isMoment, openStore, type Place } from '../support/pipeline.ts'
import { csvRecords, jsonRecords, numbers, somebodyElse, transferred } from '../support/sample-files.ts'

/** The built-in executor and versions that were read in slices: it has digests of pieces, and none of the whole. */

const ids = numbers(40).map((n) => transferred(n % 20))
const ours = jsonRecords(ids)
/** Half of it. */
const sliceBytes = Math.ceil(ours.length / 2)

async function openDeleting(files: Record<string, string | Uint8Array>) {
  const place = await openStore(files, { id: 'ie', channel: deleting })
  for (const name of Object.keys(files)) setBack(fileOf(place, name))
  return place
}

const fileOf = ({ root }: Place, name: string) => join(root, 'store', name)
const filesOf = ({ root }: Place) => readdirSync(join(root, 'store')).toSorted()
/** To a time that every file system keeps exactly. */
const setBack = (path: string) => utimesSync(path, 1_700_000_000, 1_700_000_000)
const passOf = ({ paths }: Place, path = '') => join(paths.evidence, 'runs/run-0/stores/ie/pass-0', path)
const run = (place: Place, bytes: number, hands: Hands = {}) => place.run({ call: inSlicesOf(bytes), ...hands })
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const requestedOf = (place: Place): Record<string, RequestedVersion> =>
  Object.fromEntries(
    readFileSync(passOf(place, 'requested/000000000.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RequestedVersion)
      .map((each) => [each.shownKey, each]),
  )

/** The pieces of a file, as long as those that were named, if it was read in several. */
function pinsOf(body: Uint8Array, { pieces, sha256 }: RequestedVersion) {
  expect([pieces!.length > 1, sha256]).toEqual([true, undefined])
  return pieces!.map(({ from, to }) => ({ from, to, sha256: sha256Of(body.subarray(from, to)) }))
}

const framed = (text: Buffer, bytes: number, frame: (part: Buffer) => Uint8Array) =>
  Buffer.concat(numbers(Math.ceil(text.length / bytes)).map((n) => frame(text.subarray(n * bytes, (n + 1) * bytes))))
/** Long enough for a text that begins 64 KiB behind a frame to be in several slices. */
const longIds = numbers(9000).map((n) => transferred(n % 20))
const long = Buffer.from(jsonRecords(longIds))

const table = orcFile({
  types: [type.long, type.string],
  stripes: ids.slice(0, 28).map((id) => ({
    rows: 1,
    streams: [
      { kind: kind.data, column: 1, bytes: list1([1n], true) },
      { kind: kind.data, column: 2, bytes: Buffer.from(id) },
      { kind: kind.length, column: 2, bytes: lengths(id.length) },
    ],
  })),
})
const archive = zipOf(ids.slice(0, 14).map((id, n) => ({ name: `${n}.jsonl`, data: jsonRecords([id]), method: 0 })))

describe('a large version of transferred people', () => {
  it('is deleted where all its pieces are what was scanned, and the next pass confirms it', async () => {
    const theirs = {
      'a.jsonl': long,
      'b.csv': Buffer.from(csvRecords(longIds)),
      'c.gz': framed(long, 30_000, (part) => bgzfBlock(part, 0)),
      'd.zst': framed(long, 90_000, (part) => zstdFrame([{ type: 'raw', bytes: part }])),
    }
    const others = { 'others.jsonl': jsonRecords(numbers(40).map(somebodyElse)) }
    const whole = { 'whole.gz': gzipSync(long, { level: 0 }) }
    const place = await openDeleting({ ...theirs, ...others, ...whole })
    const ended = await run(place, 150_000)
    expect([ended.store, ended.why]).toEqual(['verified', ''])
    expect(filesOf(place)).toEqual(['others.jsonl'])
    expect(await ended.acknowledgement(0)).toMatchObject({ deleted: { versions: 5 }, gone: 0, kept: [] })
    expect(await ended.coverage(1)).toMatchObject({ findings: 0, inventory: { versions: 1 } })

    const requested = requestedOf(place)
    for (const [name, body] of Object.entries(theirs))
      expect({ name, pieces: requested[name]!.pieces }).toEqual({ name, pieces: pinsOf(body, requested[name]!) })
    expect(requested['whole.gz']).toMatchObject({ sha256: sha256Of(whole['whole.gz']) })
    expect(requested['whole.gz']!.pieces).toBeUndefined()
    // What is written down before one is deleted has the digest that nobody had before.
    const intents = readdirSync(passOf(place, 'deletions')).map(
      (name) => JSON.parse(readFileSync(passOf(place, `deletions/${name}`), 'utf8')) as { sha256: string },
    )
    const digests = Object.values({ ...theirs, ...whole }).map(sha256Of)
    expect(intents.map(({ sha256 }) => sha256).toSorted()).toEqual(digests.toSorted())
  })

  it('is kept when any of its bytes has changed since, although size, time and owners are the same', async () => {
    const line = ours.split('\n')[0]!.length + 1
    const body = Buffer.from(ours)
    const slices = numbers(Math.ceil(body.length / sliceBytes))
    const changes: Record<string, (body: Buffer) => Buffer> = Object.fromEntries(
      slices.map((slice) => [
        `another-${slice}.jsonl`,
        (body) => {
          const record = body.indexOf('"71', slice * sliceBytes)
          body.write(
            transferred(
              Number(
                body
                  .subarray(record + 1, record + 20)
                  .toString()
                  .slice(-6),
              ) === 9
                ? 8
                : 9,
            ),
            record + 1,
          )
          return body
        },
      ]),
    )
    changes['lines-swapped.jsonl'] = (body) => {
      const [first, later] = [Buffer.from(body.subarray(0, line)), Buffer.from(body.subarray(5 * line, 6 * line))]
      return Buffer.concat([later, body.subarray(line, 5 * line), first, body.subarray(6 * line)])
    }
    const names = Object.keys(changes)
    const place = await openDeleting({
      ...Object.fromEntries(names.map((name) => [name, body])),
      'longer.jsonl': body,
      'shorter.jsonl': body,
      'same.jsonl': body,
      'one-more.jsonl': ours + jsonRecords([somebodyElse(1)]),
      'table.orc': table,
      'archive.zip': archive,
    })
    const changed: Record<string, Buffer> = {}
    const ended = await run(place, sliceBytes, {
      before: (moment) => {
        if (!isMoment(moment, { task: 'execute-deletion' })) return
        for (const [name, change] of Object.entries(changes)) {
          changed[name] = change(Buffer.from(body))
          expect([name, changed[name].length, changed[name].equals(body)]).toEqual([name, body.length, false])
          writeFileSync(fileOf(place, name), changed[name])
        }
        writeFileSync(fileOf(place, 'longer.jsonl'), ours + jsonRecords([transferred(1)]))
        truncateSync(fileOf(place, 'shorter.jsonl'), body.length - line)
        for (const name of filesOf(place)) setBack(fileOf(place, name))
      },
    })
    expect(filesOf(place)).toEqual(
      [...names, 'archive.zip', 'longer.jsonl', 'one-more.jsonl', 'shorter.jsonl', 'table.orc'].toSorted(),
    )
    for (const name of names) expect(readFileSync(fileOf(place, name)).equals(changed[name]!)).toBe(true)
    const { deleted, kept } = (await ended.acknowledgement(0))!
    expect([ended.store, deleted.versions]).toEqual(['residual', 1])
    expect(Object.fromEntries(kept.map(({ reason, versions }) => [reason, versions]))).toEqual({
      'its content is not the content that was scanned': names.length,
      'it is another version than the listed one': 2,
      'it holds a record of somebody who is not in the transfer manifest': 1,
      'it holds bytes beside its records': 2,
    })
    // What the executor cannot judge is pinned for whoever can.
    const requested = requestedOf(place)
    expect(requested['table.orc']!.pieces).toEqual(pinsOf(table, requested['table.orc']!))
    const given = await odv(place.root, 'request', 'run-0-ie-0', '--state', 'state', '--out', 'request.jsonl')
    expect([given.code, given.stderr]).toEqual([0, ''])
    const lines = readFileSync(join(place.root, 'request.jsonl'), 'utf8').trimEnd().split('\n').slice(1)
    expect(Object.fromEntries(lines.map((line) => JSON.parse(line)).map(({ key, pieces }) => [key, pieces]))).toEqual(
      Object.fromEntries(Object.entries(requested).map(([key, { pieces }]) => [key, pieces])),
    )
    // Of so short an archive the first slice has all.
    expect(requested['archive.zip']!.pieces).toEqual([{ from: 0, to: archive.length, sha256: sha256Of(archive) }])
  })

  it('is kept when a slice of it has no digest, as in reports of earlier versions', async () => {
    const place = await openDeleting({ 'all.jsonl': ours, 'one.jsonl': ours })
    const count = Math.ceil(ours.length / sliceBytes)
    const ended = await run(place, sliceBytes, {
      before: (moment) => {
        if (!isMoment(moment, { task: 'settle-segment', pass: 0 })) return
        for (const name of readdirSync(passOf(place, 'batches'))
          .toSorted()
          .slice(0, count + 1)) {
          const path = passOf(place, `batches/${name}`)
          const text = readFileSync(path, 'utf8')
          const without = text.replace(/,"sha256":"[0-9a-f]{64}"/g, '')
          expect(without).not.toBe(text)
          rmSync(path)
          writeFileSync(path, without)
        }
      },
    })
    expect(Object.values(requestedOf(place)).map(({ pieces, sha256 }) => [pieces, sha256])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ])
    expect([ended.store, filesOf(place)]).toEqual(['residual', ['all.jsonl', 'one.jsonl']])
    expect(await ended.acknowledgement(0)).toMatchObject({
      deleted: { versions: 0 },
      kept: [{ versions: 2, reason: expect.stringMatching(/in slices without a digest of each/) }],
    })
  })
})

describe('where a call takes no longer than a function may', () => {
  /** Whenever this judgement begins, counted from 1, it takes so long that nobody reads on. */
  function slowFor(which: (judgement: number) => boolean): NonNullable<Hands['wrap']> {
    let [passed, judgements] = [0, 0]
    return (ports): Ports => {
      const storeDeletions: StoreDeletions = {
        async open(...store) {
          const deletion = await ports.storeDeletions.open(...store)
          return {
            ...deletion,
            deleteVersions: (condemned) =>
              deletion.deleteVersions(
                condemned.map(({ version, judge }) => ({
                  version,
                  judge: (chunks) => {
                    if (which(++judgements)) passed += 800_000
                    return judge(chunks)
                  },
                })),
              ),
          }
        },
      }
      return Object.create(ports, {
        callSeconds: { value: 900 },
        clock: { value: () => new Date(Date.now() + passed) },
        storeDeletions: { value: storeDeletions },
      }) as Ports
    }
  }

  it('what a whole call does not suffice for is kept, and says so', async () => {
    const place = await openDeleting({ 'big.jsonl': ours })
    const ended = await run(place, sliceBytes, { wrap: slowFor(() => true) })
    expect([ended.store, filesOf(place)]).toEqual(['residual', ['big.jsonl']])
    expect(await ended.acknowledgement(0)).toMatchObject({
      deleted: { versions: 0 },
      kept: [{ versions: 1, reason: tooLate }],
    })
  })

  it('what the rest of a call does not suffice for has all of the next one', async () => {
    const place = await openDeleting({
      'a.jsonl': ours,
      'b.jsonl': ours,
      'c.jsonl': ours,
      'others.jsonl': jsonRecords([somebodyElse(1)]),
    })
    const ended = await place.run({
      wrap: slowFor((judgement) => judgement === 2),
      call: (task, ports, payload) =>
        task === 'execute-deletion' ? executeDeletion(ports, payload, { versions: 1, bytes: 1 }) : undefined,
    })
    expect([ended.store, filesOf(place)]).toEqual(['verified', ['others.jsonl']])
    expect(await ended.acknowledgement(0)).toMatchObject({ deleted: { versions: 3 }, gone: 0, kept: [] })
    expect(readdirSync(passOf(place, 'deletion-legs'))).toHaveLength(2)
  })

  it('what is judged together with something long is not kept for it: it has the next call, also where all are kept', async () => {
    const others = { 'd.jsonl': ours + jsonRecords([somebodyElse(1)]), 'e.jsonl': jsonRecords([somebodyElse(1)]) }
    const place = await openDeleting({ 'a.jsonl': ours, 'b.jsonl': ours, 'c.jsonl': ours, ...others })
    const ended = await place.run({ wrap: slowFor((judgement) => judgement === 2 || judgement === 6) })
    expect([ended.store, filesOf(place)]).toEqual(['residual', ['d.jsonl', 'e.jsonl']])
    const { deleted, kept } = (await ended.acknowledgement(0))!
    expect([deleted.versions, kept]).toEqual([3, [expect.objectContaining({ versions: 1 })]])
    expect(kept[0]!.reason).not.toBe(tooLate)
  })
})
