import { appendFileSync, chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { inSlicesOf, isMoment, openStore, type Place } from '../support/pipeline.ts'
import {
  csvRecords,
  digestsOf,
  jsonRecords,
  numbers,
  pending,
  somebodyElse,
  transferred,
  writeFiles,
} from '../support/sample-files.ts'

/** Backups in which records of subjects and of others are mixed: what is of others stays, byte for byte. */

const ours = jsonRecords(numbers(10).map(transferred))
const theirs = jsonRecords(numbers(30).map(somebodyElse))
/** Two of ours among three of theirs. */
const mixedPeople = [somebodyElse(1), transferred(1), somebodyElse(2), pending(1), transferred(2)]

const openRewriting = (rewrite = true) =>
  openStore({}, { id: 'ie', channel: { kind: 'delete-files', owner: 'user_id', ...(rewrite && { rewrite }) } })

const storeOf = (place: Place) => join(place.root, 'store')
const read = (place: Place, name: string) => readFileSync(join(storeOf(place), name))

describe.concurrent('the executor, where its channel says that it may rewrite', () => {
  for (const inSlices of [false, true])
    it(`leaves exactly what is of others, and deletes what is only of subjects${inSlices ? ', in slices' : ''}`, async () => {
      const place = await openRewriting()
      const csv = csvRecords(mixedPeople)
      const left = csv
        .split('\n')
        .filter((line) => !line.startsWith('71'))
        .join('\n')
      writeFiles(storeOf(place), {
        'ours.jsonl': ours,
        'theirs.jsonl': theirs,
        'mixed.jsonl': theirs + ours + theirs,
        'old/mixed.csv': csv,
        'old/mixed.csv.gz': gzipSync(csv),
        'old/mixed.csv.zst': zstdCompressSync(csv),
      })
      chmodSync(join(storeOf(place), 'mixed.jsonl'), 0o640)
      const before = digestsOf(storeOf(place))
      const ended = await place.run(inSlices ? { call: inSlicesOf(200) } : {})
      expect([ended.store, ended.why]).toEqual(['verified', ''])
      expect(await ended.acknowledgement(0)).toMatchObject({
        deleted: { versions: 1, bytes: ours.length },
        rewritten: { versions: 4, records: 10 + 3 * 2 },
        gone: 0,
        kept: [],
      })
      expect(read(place, 'mixed.jsonl').toString()).toBe(theirs + theirs)
      expect(statSync(join(storeOf(place), 'mixed.jsonl')).mode & 0o777).toBe(0o640)
      expect(read(place, 'old/mixed.csv').toString()).toBe(left)
      expect(gunzipSync(read(place, 'old/mixed.csv.gz')).toString()).toBe(left)
      expect(zstdDecompressSync(read(place, 'old/mixed.csv.zst')).toString()).toBe(left)
      const after = digestsOf(storeOf(place))
      expect(Object.keys(after).sort()).toEqual(
        Object.keys(before)
          .filter((name) => name !== 'ours.jsonl')
          .sort(),
      )
      expect(after['theirs.jsonl']).toBe(before['theirs.jsonl'])
    })

  const kept: Record<string, [files: Record<string, string | Uint8Array>, reason: RegExp]> = {
    'whose record of a subject names somebody who is not transferred yet': [
      { 'x.jsonl': `${theirs}${JSON.stringify({ user_id: transferred(1), sent_to: pending(1) })}\n` },
      /somebody whose transfer is not confirmed/,
    ],
    'whose record of a subject has another owner further inside': [
      { 'x.jsonl': `${theirs}${JSON.stringify({ user_id: transferred(1), reply: { user_id: somebodyElse(1) } })}\n` },
      /further inside/,
    ],
    'in which a subject is named by others alone': [
      { 'x.jsonl': `${JSON.stringify({ user_id: somebodyElse(1), friend: transferred(1) })}\n` },
      /none of its records/,
    ],
    'that is free text': [{ 'x.txt': `Letters of ${somebodyElse(1)} and ${transferred(1)}.\n` }, /neither JSON Lines/],
    'that lies in a snapshot': [{ '.snapshot/daily/x.jsonl': theirs + ours }, /read-only snapshot/],
    'with two headers, the second in another order': [
      { 'x.csv': `user_id,friend\n${transferred(1)},a\nfriend,user_id\n${transferred(2)},${somebodyElse(1)}\n` },
      /second header/,
    ],
  }
  for (const [what, [files, reason]] of Object.entries(kept))
    it(`keeps a file ${what}`, async () => {
      const place = await openRewriting()
      writeFiles(storeOf(place), files)
      const before = digestsOf(storeOf(place))
      const ended = await place.run()
      expect(digestsOf(storeOf(place))).toEqual(before)
      expect(ended.store).toBe('residual')
      expect((await ended.acknowledgement(0))?.kept.map((each) => each.reason).join()).toMatch(reason)
    })

  it('keeps one that changed after the scan', async () => {
    const place = await openRewriting()
    writeFiles(storeOf(place), { 'x.jsonl': theirs + ours })
    const more = jsonRecords([somebodyElse(77)])
    const ended = await place.run({
      before: (moment) =>
        isMoment(moment, { task: 'execute-deletion' })
          ? appendFileSync(join(storeOf(place), 'x.jsonl'), more)
          : undefined,
    })
    expect(read(place, 'x.jsonl').toString()).toBe(theirs + ours + more)
    expect((await ended.acknowledgement(0))?.rewritten).toBeUndefined()
    expect(ended.store).toBe('residual')
  })

  it('leaves a residual where the records of others name subjects', async () => {
    const place = await openRewriting()
    const friend = `${JSON.stringify({ user_id: somebodyElse(1), friend: transferred(3) })}\n`
    writeFiles(storeOf(place), { 'x.jsonl': ours + friend })
    const ended = await place.run()
    expect(read(place, 'x.jsonl').toString()).toBe(friend)
    expect(ended.store).toBe('residual')
  })
})

it('is not done where the channel does not say so', async () => {
  const place = await openRewriting(false)
  writeFiles(storeOf(place), { 'x.jsonl': theirs + ours })
  const before = digestsOf(storeOf(place))
  const ended = await place.run()
  expect(digestsOf(storeOf(place))).toEqual(before)
  expect(readdirSync(storeOf(place))).toEqual(['x.jsonl'])
  expect((await ended.acknowledgement(0))?.kept[0]?.reason).toMatch(/somebody who is not in the transfer manifest/)
})
