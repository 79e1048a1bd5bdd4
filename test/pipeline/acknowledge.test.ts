import { describe, expect, it } from 'vitest'
import { embeddedPorts } from '../../lib/cli/embedded-ports.ts'
import { acknowledge } from '../../lib/pipeline/acknowledge.ts'
import { formatDocument } from '../../lib/pipeline/evidence/documents.ts'
import { passKey, runKey, storeKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import { notifyCustodian } from '../../lib/pipeline/notify-custodian.ts'
import type { Ports, RequestRecord } from '../../lib/ports.ts'
import { type Hands, openStore } from '../support/pipeline.ts'
import { jsonRecords, transferred } from '../support/sample-files.ts'
import { sampleReport, sampleRequest } from '../support/sample-report.ts'

const ref = { runId: 'run-0', storeId: 'ie', pass: 0 }
const answerKey = passKey(ref, 'acknowledgement.json')

async function asked(hands: Hands) {
  const place = await openStore(
    { 'a.jsonl': jsonRecords([transferred(1)]) },
    { id: 'ie', channel: { kind: 'manual', deadline: '1d' } },
  )
  let requestId = ''
  const { store } = await place.run({
    ...hands,
    call(task, ports, payload) {
      if (task === 'notify-custodian') ({ requestId } = payload as { requestId: string })
      return hands.call?.(task, ports, payload)
    },
  })
  const ports = embeddedPorts(place.paths, { config: undefined, meter: { add() {} } })
  requestId ||= (await ports.runState.listRequests(ref.runId))[0]!.requestId
  return { ports, store, requestId }
}

const notAsked: Hands = {
  before({ task }) {
    if (task === 'notify-custodian') throw new Error('the function is not there')
  },
}

describe('an answer to a request', () => {
  it('is refused and not kept once its store is judged without one: nobody looks at the store again', async () => {
    const { ports, store, requestId } = await asked(notAsked)
    expect(store).not.toBe('verified')
    const answer = acknowledge(ports, { requestId, by: 'custodian' })
    await expect(answer).rejects.toMatchObject({ name: 'AnsweredTooLate', message: expect.stringContaining(requestId) })
    expect(await ports.evidence.has(answerKey)).toBe(false)
  })

  it.each([storeKey(ref.runId, ref.storeId, 'report.json'), runKey(ref.runId, 'summary.json')])(
    'is refused as well where %s is written while it is taken, and whenever it is repeated',
    async (key) => {
      const { ports, requestId } = await asked(notAsked)
      let taken = false
      const evidence: Ports['evidence'] = {
        ...ports.evidence,
        has: async (name) => (name === key ? taken : name === answerKey && taken),
        async put(name, text) {
          taken = true
          return ports.evidence.put(name, text)
        },
      }
      const answer = acknowledge({ ...ports, evidence }, { requestId, by: 'custodian' })
      await expect(answer).rejects.toMatchObject({ name: 'AnsweredTooLate' })
      const over = { ...ports.evidence, has: async (name: string) => name === key || name === answerKey }
      const again = acknowledge({ ...ports, evidence: over }, { requestId, by: 'custodian' })
      await expect(again).rejects.toMatchObject({ name: 'AnsweredTooLate' })
      expect(await ports.runState.getRequest(requestId)).not.toHaveProperty('acknowledgedAt')
    },
  )

  it('is refused where another request was answered in its place', async () => {
    const { ports, requestId } = await asked(notAsked)
    await ports.evidence.put(answerKey, JSON.stringify({ requestId: 'run-0-ie-9', by: 'custodian' }))
    await expect(acknowledge(ports, { requestId, by: 'custodian' })).rejects.toThrow('expected its own answer')
    expect(await ports.runState.getRequest(requestId)).not.toHaveProperty('acknowledgedAt')
  })

  it('is refused where the request waits for nobody', async () => {
    const { ports, requestId } = await asked(notAsked)
    const evidence: Ports['evidence'] = {
      ...ports.evidence,
      has: async () => false,
      get: async () => Buffer.from(JSON.stringify({ requestId, channel: 'delete-files' })),
    }
    const answer = acknowledge({ ...ports, evidence }, { requestId, by: 'custodian' })
    await expect(answer).rejects.toMatchObject({
      name: 'NotKnown',
      message: expect.stringContaining('channel delete-files'),
    })
    expect(await ports.evidence.has(answerKey)).toBe(false)
  })

  it('counts when it was first, and is told again after the verdict', async () => {
    const { ports, requestId } = await asked({
      call(task, given, payload) {
        if (task !== 'notify-custodian') return undefined
        const { requestId } = payload as { requestId: string }
        return acknowledge(given, { requestId, by: 'custodian' }).then(() => notifyCustodian(given, payload))
      },
    })
    expect(await acknowledge(ports, { requestId, by: 'custodian' })).toMatchObject({ by: 'custodian', first: false })
  })
})

describe('an answer counts, by what its run has,', () => {
  const { request, acknowledgement } = sampleRequest()
  const { requestId, runId, storeId, pass } = request
  const others = { ...request, requestId: 'other' }
  const given = acknowledgement!
  const answerOf = (id: string) => ({ ...given, requestId: id })
  const key = passKey({ runId, storeId, pass }, 'acknowledgement.json')
  const reportWith = (...requests: ReturnType<typeof sampleReport>['requests']) => ({
    [storeKey(runId, storeId, 'report.json')]: sampleReport({ runId, requests }),
  })
  const closed = { [runKey(runId, 'summary.json')]: {} }
  const stored = { [key]: answerOf(requestId) }

  /** What of a request is known, and of the documents of its run. */
  async function answer(documents: object, known: Partial<RequestRecord> | 'unknown' = {}) {
    const there = new Map(
      Object.entries({ [passKey({ runId, storeId, pass }, 'request.json')]: request, ...documents }),
    )
    const record = known === 'unknown' ? undefined : { requestId, runId, storeId, pass, ...known }
    const put: RequestRecord[] = []
    const woken: unknown[] = []
    const ports = {
      clock: () => new Date('2026-11-24T00:00:00Z'),
      evidence: {
        has: async (name: string) => there.has(name),
        get: async (name: string) => Buffer.from(formatDocument(there.get(name) as object)),
        async put(name: string, text: string) {
          const created = !there.has(name)
          if (created) there.set(name, JSON.parse(String(text)))
          return { created }
        },
      },
      runState: { getRequest: async () => record, putRequest: async (each: RequestRecord) => void put.push(each) },
      taskTokens: { succeed: async (...each: unknown[]) => void woken.push(each) },
    }
    const outcome = await acknowledge(ports as unknown as Ports, { requestId, by: 'custodian' }).then(
      ({ first, acknowledgedAt }) => ({ first, acknowledgedAt }),
      ({ name }: Error) => name,
    )
    return { outcome, put, woken, isStored: there.has(key) }
  }
  const at = '2026-11-24T00:00:00.000Z'
  const again = { first: false, acknowledgedAt: given.acknowledgedAt }

  it.each([
    { name: 'the first', documents: {}, outcome: { first: true, acknowledgedAt: at } },
    { name: 'a repeated one', documents: stored, outcome: again },
    {
      name: 'one that the report has, beside another request without any',
      documents: { ...stored, ...reportWith({ request: others }, { request, acknowledgement: given }) },
      outcome: again,
    },
    {
      name: 'one that the report has, also once its run is closed',
      documents: { ...stored, ...closed, ...reportWith({ request, acknowledgement: given }) },
      outcome: again,
    },
  ])('$name: the run is woken up and the request has its time', async ({ documents, outcome }) => {
    const { acknowledgedAt } = outcome
    expect(await answer(documents, { token: 't' })).toEqual({
      ...{ outcome, woken: [['t', { requestId }]], isStored: true },
      put: [{ requestId, runId, storeId, pass, token: 't', acknowledgedAt }],
    })
    expect((await answer(documents)).woken).toEqual([])
  })

  it.each([
    { name: 'once its store is judged', documents: reportWith({ request }), isStored: false },
    { name: 'once its run is closed', documents: closed, isStored: false },
    { name: 'that the report lacks', documents: { ...stored, ...reportWith({ request }) }, isStored: true },
    {
      name: 'that the report lacks, where another request has one',
      documents: {
        ...{ ...stored, ...closed },
        ...reportWith({ request }, { request: others, acknowledgement: answerOf('other') }),
      },
      isStored: true,
    },
    { name: 'that came before its run closed without a report', documents: { ...stored, ...closed }, isStored: true },
  ])('none $name', async ({ documents, isStored }) => {
    expect(await answer(documents, { token: 't' })).toEqual({
      outcome: 'AnsweredTooLate',
      put: [],
      woken: [],
      isStored,
    })
  })

  it('none to a request that nobody knows', async () => {
    expect(await answer({}, 'unknown')).toEqual({ outcome: 'NotKnown', put: [], woken: [], isStored: false })
  })
})
