import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from '../support/pipeline.ts'
import { jsonRecords, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'

const directory = `users/${transferred(3)}`

async function placeWith(channel: object) {
  const place = await openStore({ 'a.jsonl': jsonRecords(numbers(9).map(somebodyElse)) }, { channel })
  return place
}

it('is residual: a directory with nothing in it that is called like a subject', async () => {
  const place = await placeWith({ kind: 'none' })
  mkdirSync(join(place.root, 'store', directory), { recursive: true })
  expect((await place.run()).store).toBe('residual')
  rmSync(join(place.root, 'store', directory), { recursive: true })
  expect((await place.run()).store).toBe('verified')
})

it('is residual: what is left of the directory of a subject once its files are deleted', async () => {
  const place = await placeWith({ kind: 'delete-files', owner: 'user_id' })
  writeFiles(join(place.root, 'store'), { [`${directory}/x.jsonl`]: jsonRecords([transferred(3)]) })
  const ended = await place.run()
  expect([ended.store, await ended.acknowledgement(0)]).toMatchObject(['residual', { deleted: { versions: 1 } }])
})
