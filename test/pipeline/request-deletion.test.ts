import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { RequestedVersion } from '../../lib/deletion/request.ts'
import { EvidenceConflict, EvidenceMissing, StoreUnavailable } from '../../lib/errors.ts'
import type { Batch } from '../../lib/inventory/plan-batches.ts'
import { emptyHead } from '../../lib/log/merkle.ts'
import { foundKey, passKey, runKey, segmentKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import { createVersionList } from '../../lib/pipeline/evidence/version-list.ts'
import { planSegment } from '../../lib/pipeline/plan-segment.ts'
import { requestDeletion } from '../../lib/pipeline/request-deletion.ts'
import { scanBatch } from '../../lib/pipeline/scan-batch.ts'
import { settleSegment } from '../../lib/pipeline/settle-segment.ts'
import type { Evidence, Ports, RequestRecord } from '../../lib/ports.ts'
import { memoryLedger } from '../support/memory-ledger.ts'
import { deleting, type Hands, openStore, type Place } from '../support/pipeline.ts'
import { jsonRecords, somebodyElse, transferred, writeFiles } from '../support/sample-files.ts'

const ref = { runId: 'run-0', storeId: 'ie', pass: 0 }

describe('a report that comes after its pass was settled', () => {
  const bodies = {
    'a.jsonl': jsonRecords([transferred(1)]),
    'b.jsonl': jsonRecords([transferred(2)]),
    'c.jsonl': jsonRecords([somebodyElse(3)]),
  }
  async function open() {
    const place = await openStore(bodies, { id: 'ie', channel: { kind: 'none' } })
    return place
  }
  const documents = ({ paths }: Place, folder: string) => {
    const directory = join(paths.evidence, 'runs/run-0/stores/ie/pass-0', folder)
    return readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'))
  }
  /** The second batch, whose first call ends without a report, reports after `task`. */
  const late = (task: string): Hands => {
    let ports: Ports | undefined
    let payload: unknown
    return {
      call(name, given, input) {
        ports = given
        const { batch } = input as { batch?: Batch }
        if (name === 'plan-segment') return planSegment(given, input, { bytes: 1, versions: 1, slice: 2 ** 30 })
        if (name !== 'scan-batch' || batch?.batch !== 1) return undefined
        payload = input
        throw new Error('the call ended without an answer')
      },
      async after(moment) {
        if (moment.task === task && moment.pass === 0) await scanBatch(ports!, payload)
      },
    }
  }

  it('ends as a fault where its listing has fewer entries than were planned, instead of going on leg after leg', async () => {
    const place = await open()
    let fault: unknown
    const { verdict } = await place.run({
      call(name, given, input) {
        if (name !== 'scan-batch') return undefined
        const get = async (key: string) => {
          const bytes = await given.evidence.get(key)
          return key.includes('/opening/') ? bytes.subarray(bytes.indexOf(0x0a) + 1) : bytes
        }
        return scanBatch({ ...given, evidence: { ...given.evidence, get } }, input).catch((error) => {
          fault = error
          throw error
        })
      },
    })
    expect(verdict).toBe('incomplete')
    expect(fault).toMatchObject({
      name: 'EvidenceConflict',
      message: expect.stringMatching(/entries that were planned/),
    })
  })

  it.each(['settle-segment', 'settle-coverage', 'attest'])('is not asked to be deleted after %s', async (task) => {
    const place = await open()
    const hands = late(task)
    const { coverage } = await place.run(hands)
    expect(documents(place, 'batches')).toHaveLength(3)
    expect(await coverage(0)).toMatchObject({
      found: { versions: 1 },
      unverified: [{ reason: 'not-scanned', versions: 1 }],
    })
    const requested = documents(place, 'requested').join('').trim().split('\n')
    expect(requested.map((line) => (JSON.parse(line) as RequestedVersion).shownKey)).toEqual(['a.jsonl'])
  })

  it('contradicts what a settling that was killed at its last step had written', async () => {
    const place = await open()
    rmSync(join(place.root, 'store/a.jsonl'))
    let unreported: unknown
    const ended = await place.run({
      call(name, ports, input) {
        if (name === 'plan-segment') return planSegment(ports, input, { bytes: 1, versions: 1, slice: 2 ** 30 })
        if (name === 'scan-batch' && (input as { batch: Batch }).batch.batch === 0) {
          unreported = input
          throw new Error('the call ended without an answer')
        }
        if (name !== 'settle-segment') return undefined
        const put: Evidence['put'] = async (key, body) => {
          if (!key.endsWith('coverage.json') || unreported === undefined) return ports.evidence.put(key, body)
          await scanBatch(ports, unreported)
          unreported = undefined
          throw new StoreUnavailable('evidence: put: expected an answer, got none')
        }
        return settleSegment({ ...ports, evidence: { ...ports.evidence, put } }, input)
      },
    })
    expect([ended.store, ended.why]).toEqual(['incomplete', expect.stringContaining('EvidenceConflict in ScanStore')])
  })

  it('changes nothing of what the segment came to when that is settled again', async () => {
    const place = await open()
    const hands = late('settle-segment')
    const before: string[] = []
    let ports: Ports | undefined
    await place.run({
      ...hands,
      wrap: (given) => {
        ports = given
        return given
      },
      async after(moment) {
        if (moment.task === 'settle-segment' && moment.pass === 0)
          before.push(...documents(place, 'segments/000000000/found'))
        await hands.after!(moment)
        // Its reply was lost, say.
        if (moment.task === 'settle-segment' && moment.pass === 0)
          expect(await settleSegment(ports!, { ...ref, segment: 0 })).toEqual({ versions: 3 })
      },
    })
    expect(before).toHaveLength(1)
    expect(documents(place, 'segments/000000000/found')).toEqual(before)
  })
})

describe('a request of a store with a million batches', () => {
  const version = (seq: number): RequestedVersion =>
    ({
      ...{ seq, shownKey: `${'k'.repeat(100)}${seq}`, kind: 'object', versionId: 'v', size: 10 },
      ...{ findings: 1, subjects: 1, places: [{ place: 'content', path: [], record: seq, offset: 7 }] },
    }) as unknown as RequestedVersion

  /** Evidence of a settled pass whose lists are made as they are read; `read` are the keys that were asked for. */
  async function settled(segments: number, partsEach: number) {
    const read: string[] = []
    const text = (part: number) =>
      Array.from({ length: 1000 }, (_, line) => `${JSON.stringify(version(part * 1000 + line))}\n`).join('')
    const nowhere = { put: async (_: string, body: string) => ({ sha256: await sha256(body) }) } as unknown as Evidence
    const list = createVersionList(nowhere, String)
    for (let seq = 0; seq < partsEach * 1000; seq++) await list.add(version(seq))
    const found = await list.finish()
    const total = segments * found.versions
    const written = new Map<string, string>()
    const config = {
      manifest: '/ids.csv',
      stores: [{ id: 'ie', root: '/x', country: 'IE', channel: { kind: 'none' } }],
    }
    const documents: Record<string, unknown> = {
      [runKey('run-0', 'config.json')]: config,
      [passKey(ref, 'coverage.json')]: { found: { versions: total }, findings: total, subjects: 3 },
    }
    const evidence: Evidence = {
      has: async (key: string) => written.has(key),
      // Nothing was taken back.
      async *list() {},
      async get(key: string) {
        read.push(key)
        const part = /\/found\/(\d+)\.jsonl$/.exec(key)?.[1]
        if (part !== undefined) return Buffer.from(text(Number(part)))
        if (key === passKey(ref, 'segments.json'))
          return Buffer.from(JSON.stringify({ schemaVersion: 1, segments: Array(segments).fill({}) }))
        if (key.endsWith('/coverage.json') && key.includes('/segments/')) return Buffer.from(JSON.stringify({ found }))
        const known = written.get(key) ?? (key in documents ? JSON.stringify(documents[key]) : undefined)
        if (known === undefined) throw new EvidenceMissing(key)
        return Buffer.from(known)
      },
      async put(key: string, body: string) {
        // What is requested is kept by its digest alone.
        if (!key.includes('/requested/')) written.set(key, body)
        return { sha256: await sha256(body) }
      },
    } as unknown as Evidence
    return { evidence, read, written, total, found }
  }

  const ports = (evidence: Evidence) =>
    ({
      evidence,
      clock: () => new Date('2026-11-26T00:00:00Z'),
      runState: { getRequest: async () => undefined, putRequest: async (_: RequestRecord) => {} },
      anchor: { latest: async () => undefined },
      ledger: memoryLedger(),
    }) as unknown as Ports

  it('reads what was found, once, and neither plan nor reports', async () => {
    const { evidence, read, total } = await settled(3, 2)
    await requestDeletion(ports(evidence), ref)
    const lists = [0, 1, 2].flatMap((segment) => [0, 1].map((part) => foundKey({ ...ref, segment }, part)))
    expect(read.filter((key) => key.includes('/found/'))).toEqual(lists)
    expect(read.filter((key) => /\/batches/.test(key))).toEqual([])
    expect(total).toBe(6000)
    expect(read.length - lists.length).toBeLessThan(3 + 6)
  })

  it('takes no more memory for 100,000 versions than for 20,000', async () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const most = async (segments: number) => {
      const { evidence, written, total } = await settled(segments, 10)
      let used = 0
      let parts = 0
      const { get } = evidence
      evidence.get = async (key) => {
        if (key.includes('/found/') && ++parts % 10 === 5) {
          gc()
          used = Math.max(used, process.memoryUsage().heapUsed)
        }
        return get(key)
      }
      await requestDeletion(ports(evidence), ref)
      expect(JSON.parse(written.get(passKey(ref, 'request.json'))!)).toMatchObject({
        versions: total,
        bytes: 10 * total,
      })
      return used
    }
    const few = await most(2)
    expect((await most(10)) - few).toBeLessThan(2_000_000)
  })

  const lies: { name: string; change(evidence: Evidence): Evidence }[] = [
    {
      name: 'a list is another one',
      change: (evidence) =>
        changing(evidence, foundKey({ ...ref, segment: 1 }, 0), (text) => text.replace('"record":0', '"record":1')),
    },
    {
      name: 'a list has a version less',
      change: (evidence) =>
        changing(evidence, foundKey({ ...ref, segment: 1 }, 0), (text) => text.slice(text.indexOf('\n') + 1)),
    },
    {
      name: 'the coverage counts one more',
      change: (evidence) =>
        changing(evidence, passKey(ref, 'coverage.json'), (text) => text.replace('"versions":2000', '"versions":2001')),
    },
    {
      name: 'a segment lists none',
      change: (evidence) =>
        changing(evidence, segmentKey({ ...ref, segment: 0 }, 'coverage.json'), (text) => {
          const { found } = JSON.parse(text)
          return JSON.stringify({ found: { ...found, versions: 0, parts: 0 } })
        }),
    },
  ]
  it.each(lies)('is refused when $name', async ({ change }) => {
    const { evidence, written } = await settled(2, 1)
    await expect(requestDeletion(ports(change(evidence)), ref)).rejects.toThrow(EvidenceConflict)
    expect(written.has(passKey(ref, 'request.json'))).toBe(false)
  })
})

it('nothing is asked to be deleted once the log is an older one than when the run began', async () => {
  const place = await openStore({}, { id: 'ie', channel: deleting })
  const files = { 'theirs.jsonl': jsonRecords([transferred(1)]), 'others.jsonl': jsonRecords([somebodyElse(2)]) }
  writeFiles(join(place.root, 'store'), files)
  expect(await place.run()).toMatchObject({ store: 'verified' })
  writeFiles(join(place.root, 'store'), files)
  let isOlder = false
  const { why, acknowledgement } = await place.run({
    wrap: (ports) => ({
      ...ports,
      ledger: { ...ports.ledger, head: async () => (isOlder ? emptyHead : ports.ledger.head()) },
    }),
    before: ({ task }) => {
      isOlder = task === 'request-deletion'
    },
  })
  expect(why).toContain('failure: CheckpointRefused in RequestDeletion')
  expect(await acknowledgement(0)).toBeUndefined()
  expect(readdirSync(join(place.root, 'store')).toSorted()).toEqual(Object.keys(files).toSorted())
})

const changing = (evidence: Evidence, wanted: string, change: (text: string) => string): Evidence => ({
  ...evidence,
  async get(key) {
    const bytes = await evidence.get(key)
    return key === wanted ? Buffer.from(change(Buffer.from(bytes).toString())) : bytes
  },
})

async function sha256(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex')
}
