import { describe, expect, it } from 'vitest'
import { followRun } from '../../lib/cli/deployed/follow-run.ts'
import type { RunEvent } from '../../lib/cli/deployment.ts'
import { EvidenceMissing } from '../../lib/errors.ts'
import { batchKey, partKey, passKey, runKey, storeKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import type { Evidence, RequestRecord, RunState } from '../../lib/ports.ts'

/** A run is told by the documents that are there, whenever somebody looks, and with few requests. */

const runId = 'run-1'
const ref = (pass: number, storeId = 'sg') => ({ runId, storeId, pass })

function openFollowed(stores: string[] = ['sg']) {
  const documents = new Map<string, string>()
  const requests = new Map<string, RequestRecord>()
  const calls: string[] = []
  const read: string[] = []
  const evidence: Evidence = {
    put: () => Promise.reject(new Error('expected nobody to write')),
    async has(key) {
      calls.push(key)
      return documents.has(key)
    },
    async get(key) {
      calls.push(key)
      read.push(key)
      const text = documents.get(key)
      if (text === undefined) throw new EvidenceMissing(key)
      return Buffer.from(text)
    },
    async *list(prefix, after = '') {
      calls.push(prefix)
      yield* [...documents.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
    },
  }
  const runState = { getRequest: async (id: string) => requests.get(id) } as RunState
  const ports = { evidence, runState }
  const events: RunEvent[] = []
  const followed = followRun(ports, runId, (event) => events.push(event))
  const put = (key: string, value: unknown = {}) => documents.set(key, JSON.stringify(value))
  const open = () => {
    const config = { stores: stores.map((id) => ({ id, root: `/${id}` })) }
    put(runKey(runId, 'config.json'), config)
    put(runKey(runId, 'manifest.json'))
    for (const id of stores) put(passKey(ref(0, id), 'segments.json'), { segments: [{}] })
  }
  const planned = (of: ReturnType<typeof ref>, batches: string, archived = '') => {
    documents.set(passKey(of, 'archived.jsonl'), archived)
    documents.set(passKey(of, 'batches.jsonl'), batches)
  }
  return {
    documents,
    planned,
    requests,
    calls,
    read,
    put,
    open,
    followed,
    /** What is told by one look. */
    async look() {
      events.length = 0
      calls.length = 0
      await followed.poll()
      return events.map((event) =>
        'ref' in event ? `${event.ref.storeId}/${event.ref.pass} ${event.kind}` : event.kind,
      )
    },
  }
}

const plan = (sizes: number[]) =>
  sizes.map((bytes, batch) => `${JSON.stringify({ batch, versions: 1, bytes })}\n`).join('')

describe('a run that is followed by its documents', () => {
  it('has nothing to tell before it is open', async () => {
    const { look, open } = openFollowed()
    expect(await look()).toEqual([])
    open()
    expect(await look()).toEqual(['manifest'])
    expect(await look()).toEqual([])
  })

  it('counts batches once, in whatever order they report, and reads none of them', async () => {
    const { planned, documents, look, open, followed, read } = openFollowed()
    open()
    planned(ref(0), plan([1, 10, 100, 1000]))
    await look()
    const seen: number[] = []
    for (const batch of [2, 0, 3, 1]) {
      documents.set(batchKey(ref(0), batch), 'not read')
      await look()
      await look()
      seen.push(followed.progress().bytes)
    }
    expect(seen).toEqual([100, 101, 1101, 1111])
    expect(followed.progress().versions).toBe(4)
    expect(read.filter((key) => key.includes('/batches/'))).toEqual([])
  })

  it('counts full pages while a store is listed, and what was planned then', async () => {
    const { planned, documents, look, open, followed, read } = openFollowed()
    open()
    for (const page of [0, 1, 2]) documents.set(partKey({ ...ref(0), segment: 0 }, 'opening', page), 'not read')
    expect(await look()).toEqual(['manifest', 'sg/0 listing'])
    expect(followed.progress().listed).toBe(4000)
    planned(ref(0), plan([1, 2, 3]))
    await look()
    expect(followed.progress().listed).toBe(3)
    expect(read.filter((key) => key.includes('/opening/'))).toEqual([])
  })

  it('tells everything at once to whoever looks late', async () => {
    const { planned, documents, put, look, open } = openFollowed()
    open()
    for (const pass of [0, 1]) {
      put(passKey(ref(pass), 'segments.json'), { segments: [{}] })
      planned(ref(pass), plan([1]))
      documents.set(batchKey(ref(pass), 0), '')
      put(passKey(ref(pass), 'coverage.json'))
    }
    put(passKey(ref(0), 'request.json'), { requestId: 'q', channel: 'manual' })
    put(passKey(ref(0), 'acknowledgement.json'))
    put(storeKey(runId, 'sg', 'report.json'))
    expect(await look()).toEqual([
      'manifest',
      ...['planned', 'scanning', 'settled', 'requested', 'answered'].map((kind) => `sg/0 ${kind}`),
      ...['planned', 'scanning', 'settled'].map((kind) => `sg/1 ${kind}`),
    ])
  })

  it('waits only when every store that is not finished waits for its custodian', async () => {
    const { planned, put, requests, look, open, followed } = openFollowed(['ie', 'sg'])
    open()
    for (const id of ['ie', 'sg']) planned(ref(0, id), '')
    put(passKey(ref(0), 'coverage.json'))
    put(passKey(ref(0), 'request.json'), { requestId: 'q', channel: 'manual' })
    await look()
    // The run has not handed the request over yet.
    expect(followed.isWaiting()).toBe(false)
    requests.set('q', { requestId: 'q', ...ref(0), token: 't' })
    expect(await look()).toEqual(['sg/0 waiting'])
    expect(followed.isWaiting()).toBe(false)
    put(storeKey(runId, 'ie', 'report.json'))
    await look()
    expect(followed.isWaiting()).toBe(true)
    put(passKey(ref(0), 'acknowledgement.json'))
    expect(await look()).toEqual(['sg/0 answered'])
    expect(followed.isWaiting()).toBe(false)
  })

  for (const [what, channel] of [
    ['a built-in channel', 's3-delete-versions'],
    ['no channel', 'none'],
  ])
    it(`waits for no custodian with ${what}`, async () => {
      const { planned, put, requests, look, open, followed } = openFollowed()
      open()
      planned(ref(0), '')
      put(passKey(ref(0), 'coverage.json'))
      put(passKey(ref(0), 'request.json'), { requestId: 'q', channel })
      requests.set('q', { requestId: 'q', ...ref(0) })
      await look()
      await look()
      expect(followed.isWaiting()).toBe(false)
    })

  it('costs a handful of requests a look, however many batches there are', async () => {
    const { planned, documents, look, open, calls } = openFollowed()
    open()
    planned(ref(0), plan(Array.from({ length: 5000 }, () => 1)))
    for (let batch = 0; batch < 4000; batch++) documents.set(batchKey(ref(0), batch), '')
    await look()
    documents.set(batchKey(ref(0), 4000), '')
    await look()
    expect(calls.length).toBeLessThanOrEqual(3)
    await look()
    expect(calls.length).toBeLessThanOrEqual(4)
  })

  it('waits for copies of what is archived, and not any more once they are there or a batch has reported', async () => {
    const { planned, documents, put, look, open, followed } = openFollowed()
    open()
    planned(ref(0), plan([1, 1]), '{"segment":0,"part":0,"sums":[]}\n')
    expect(await look()).toEqual(['manifest', 'sg/0 planned', 'sg/0 scanning'])
    expect(followed.isWaiting()).toBe(false)
    put(passKey(ref(0), 'restore.json'))
    expect(await look()).toEqual(['sg/0 restoring'])
    expect(followed.isWaiting()).toBe(true)
    expect(await look()).toEqual([])
    put(passKey(ref(0), 'restored.json'))
    expect(await look()).toEqual(['sg/0 restored'])
    expect(followed.isWaiting()).toBe(false)
    documents.set(batchKey(ref(0), 0), '')
    expect(await look()).toEqual([])
    expect(followed.progress().versions).toBe(1)
  })

  it('asks no more for a restore that nobody wants once a batch has reported', async () => {
    const { planned, documents, look, open, calls } = openFollowed()
    open()
    planned(ref(0), plan([1, 1]), '{"segment":0,"part":0,"sums":[]}\n')
    await look()
    documents.set(batchKey(ref(0), 0), '')
    await look()
    await look()
    await look()
    expect(calls.filter((key) => key.includes('restore'))).toEqual([])
  })
})
