import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildIndex } from '../../lib/pipeline/build-index.ts'
import { executeDeletion } from '../../lib/pipeline/execute-deletion.ts'
import { requestDeletion } from '../../lib/pipeline/request-deletion.ts'
import type { Ports } from '../../lib/ports.ts'
import type { TaskName } from '../support/machines.ts'
import { type Hands, isMoment, openPlace } from '../support/pipeline.ts'
import { jsonRecords, manifestText, numbers, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'

/** What was called once is called again, by whoever redrives an execution that was stopped or that failed: later than it was meant, or about something else. */

async function open(more: (root: string) => object = () => ({})) {
  const place = await openPlace((root) => ({
    ...more(root),
    stores: [{ id: 'ie', root: join(root, 'ie'), country: 'IE', channel: { kind: 'delete-files', owner: 'user_id' } }],
  }))
  writeFiles(join(place.root, 'ie'), {
    'x.jsonl': jsonRecords(numbers(3).map(transferred)),
    'others.jsonl': jsonRecords([somebodyElse(1)]),
  })
  return { ...place, isThere: () => existsSync(join(place.root, 'ie/x.jsonl')) }
}

/** Keeps what a task was called with first. */
function remembering(task: TaskName, answer?: () => never) {
  const first: { ports?: Ports; payload?: unknown } = {}
  const call: Hands['call'] = (name, ports, payload) => {
    if (name !== task) return undefined
    first.ports ??= ports
    first.payload ??= payload
    return answer?.()
  }
  return { first, call }
}

describe('a deletion that is redriven', () => {
  it('deletes nothing once its store has a verdict, and nothing is asked for any more', async () => {
    const place = await open()
    const { first, call } = remembering('execute-deletion', () => {
      throw new Error('the call ended without an answer')
    })
    const late: unknown[] = []
    const ended = await place.run({
      call,
      async after(moment) {
        if (!isMoment(moment, { task: 'decide-verdict' })) return
        const { ports, payload } = first
        late.push(
          await executeDeletion(ports!, payload).catch((error: unknown) => error),
          await requestDeletion(ports!, { runId: 'run-0', storeId: 'ie', pass: 0 }).catch((error: unknown) => error),
        )
      },
    })
    const refused = { name: 'EvidenceConflict', message: expect.stringContaining('expected a store without a verdict') }
    expect(late).toMatchObject([refused, refused])
    expect([ended.store, place.isThere()]).toEqual(['incomplete', true])
  })

  it('has no leg behind its last one', async () => {
    const place = await open()
    const { first, call } = remembering('execute-deletion')
    let more: unknown
    await place.run({
      call,
      async after(moment) {
        if (!isMoment(moment, { task: 'execute-deletion' })) return
        more = await executeDeletion(first.ports!, { ...(first.payload as object), leg: 1 }).catch((error) => error)
      },
    })
    expect(more).toMatchObject({ name: 'EvidenceConflict', message: expect.stringContaining('expected nothing left') })
    expect(place.isThere()).toBe(false)
  })
})

describe('a deletion', () => {
  const others: { name: string; request: object; payload?: object }[] = [
    { name: 'another request than that of its pass', request: {}, payload: { requestId: 'run-0-ie-1' } },
    { name: 'a request that its custodian was to answer', request: { channel: 'manual' } },
    { name: 'the request of another run', request: { runId: 'run-1' } },
    { name: 'the request of another store', request: { storeId: 'sg' } },
    { name: 'the request of another pass', request: { pass: 1 } },
  ]
  it.each(others)('deletes nothing because of $name', async ({ request, payload }) => {
    const place = await open()
    let refused: unknown
    const ended = await place.run({
      call(task, ports, input) {
        if (task !== 'execute-deletion') return undefined
        const get: Ports['evidence']['get'] = async (key) => {
          const bytes = await ports.evidence.get(key)
          if (!key.endsWith('/request.json')) return bytes
          return Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(bytes).toString()), ...request }))
        }
        const evidence = { ...ports.evidence, get }
        return executeDeletion({ ...ports, evidence }, { ...(input as object), ...payload }).catch((error: unknown) => {
          refused = error
          throw error
        })
      },
    })
    expect(refused).toMatchObject({ name: 'EvidenceConflict', message: expect.stringContaining('expected') })
    expect([ended.store, place.isThere()]).toEqual(['incomplete', true])
  })
})

describe('a scope that is decided again', () => {
  const salted = (root: string) => ({ hashedForms: [{ form: 'hmac-sha256', salt: join(root, 'salt') }] })
  async function again(change: (root: string) => void) {
    const place = await open(salted)
    writeFileSync(join(place.root, 'salt'), 'key')
    const { first, call } = remembering('build-index')
    const told: unknown[] = []
    await place.run({
      call,
      async after(moment) {
        if (!isMoment(moment, { task: 'build-index' }) || told.length > 0) return
        change(place.root)
        told.push(await buildIndex(first.ports!, first.payload).catch((error: unknown) => error))
      },
    })
    return told[0]
  }
  const refused = (why: string) => ({ name: 'EvidenceConflict', message: expect.stringContaining(why) })

  it('is the same', async () => {
    expect(await again(() => {})).toEqual({ subjects: manifestText.match(/^\d+,\d/gm)!.length })
  })

  it('is refused with another manifest', async () => {
    const change = (root: string) => writeFileSync(join(root, 'ids.csv'), `${manifestText}\n`)
    expect(await again(change)).toMatchObject(refused('the manifest that this run began with'))
  })

  it('is refused with another salt', async () => {
    const change = (root: string) => writeFileSync(join(root, 'salt'), 'another')
    expect(await again(change)).toMatchObject(refused('the salts that this run began with'))
  })
})
