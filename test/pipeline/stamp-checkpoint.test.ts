import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { httpAuthorities } from '../../lib/ask-authority.ts'
import { parseConfig } from '../../lib/config.ts'
import { stampCheckpoint } from '../../lib/pipeline/stamp-checkpoint.ts'
import type { KeptTimestamp, TimestampRef } from '../../lib/timestamp/kept-timestamp.ts'
import { authorityServer, reply } from '../support/authority-server.ts'
import { failedRun, sampleKeys, sampleLog } from '../support/sample-bundle.ts'
import { type TimestampAuthority, timestampAuthority, withoutOpenssl } from '../support/timestamp-authority.ts'

const log = sampleLog(sampleKeys())
failedRun(log, 'run-0')
const note = log.checkpoint()

let authority: TimestampAuthority
let other: TimestampAuthority
beforeAll(() => {
  authority = timestampAuthority()
  other = timestampAuthority({ name: 'other' })
})

const servers: Awaited<ReturnType<typeof authorityServer>>[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})
const serve = async (answer: Parameters<typeof authorityServer>[0]) => {
  const server = await authorityServer(answer)
  servers.push(server)
  return server
}

/** The ports of the task, with what the configuration names and what was kept before. */
function portsOf(timestamps: { name: string; url: string }[], { milliseconds = 60_000, now = Date.now() } = {}) {
  const kept = new Map<string, KeptTimestamp>()
  const config = parseConfig({
    timestamps: timestamps.map((each) => ({ ...each, certificate: authority.certificate('root') })),
  })
  const keyOf = ({ size, authority: by }: TimestampRef) => `${size} ${by}`
  const ports = {
    authorities: httpAuthorities({ milliseconds }),
    clock: () => new Date(now),
    random: (bytes: number) => new Uint8Array(randomBytes(bytes)),
    anchor: { latest: async () => note },
    evidence: { get: async () => new TextEncoder().encode(JSON.stringify(config)) },
    timestamps: {
      add: async (each: KeptTimestamp) => void kept.set(keyOf(each), kept.get(keyOf(each)) ?? each),
      list: async () => [...kept.values()],
      get: async (ref: TimestampRef) => kept.get(keyOf(ref))!,
    },
  } as unknown as Parameters<typeof stampCheckpoint>[0]
  return { ports, kept }
}
const stamp = (ports: Parameters<typeof stampCheckpoint>[0]) => stampCheckpoint(ports, { runId: 'run-1' })

describe.skipIf(withoutOpenssl)('a checkpoint', () => {
  it('is timestamped, over HTTP, by an authority that OpenSSL is, once', async () => {
    const server = await serve((query, response) => reply(response, authority.answer(query)))
    const { ports, kept } = portsOf([{ name: 'own', url: server.url }])
    expect(await stamp(ports)).toEqual({ size: 1, kept: ['own'], failed: [] })
    const [own] = kept.values()
    expect(authority.accepts(own!.response, Buffer.from(note))).toBe(true)
    expect(own!.certificate).toBe(authority.certificate('root'))
    expect(await stamp(ports)).toEqual({ size: 1, kept: [], failed: [] })
    expect(server.seen.asked).toBe(1)
  })

  it('is asked about by nobody where the configuration names nobody, and without a checkpoint', async () => {
    expect(await stamp(portsOf([]).ports)).toEqual({ size: 0, kept: [], failed: [] })
    const { ports } = portsOf([{ name: 'own', url: 'http://127.0.0.1:1/' }])
    expect(await stamp({ ...ports, anchor: { latest: async () => undefined } })).toMatchObject({ size: 0 })
  })

  const failures: { what: string; answer: (query: Uint8Array, response: ServerResponse) => void; why: string }[] = [
    { what: 'is down', answer: (_, response) => response.writeHead(503).end(), why: 'status 503' },
    {
      what: 'redirects',
      answer: (_, response) => response.writeHead(302, { location: '/x' }).end(),
      why: 'no connection',
    },
    { what: 'hangs up', answer: (_, response) => response.destroy(), why: 'no connection' },
    {
      what: 'answers with a page',
      answer: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(),
      why: 'another kind',
    },
    {
      what: 'answers without an end',
      answer: (_, response) => reply(response, new Uint8Array(70_000)),
      why: 'more than 65536 bytes',
    },
    {
      what: 'answers with noise',
      answer: (_, response) => reply(response, randomBytes(100).fill(0x41, 0, 1)),
      why: 'answer',
    },
    {
      what: 'signs what others asked',
      answer: (query, response) =>
        reply(response, authority.answer(Uint8Array.from(query, (byte, i) => (i === 30 ? byte ^ 1 : byte)))),
      why: 'imprint',
    },
    {
      what: 'is somebody else',
      answer: (query, response) => reply(response, other.answer(query)),
      why: 'follows from a pinned one',
    },
  ]
  it.each(failures)(
    'is kept without the timestamp of an authority that $what, which is named',
    async ({ answer, why }) => {
      const bad = await serve(answer)
      const good = await serve((query, response) => reply(response, authority.answer(query)))
      const { ports } = portsOf([
        { name: 'bad', url: bad.url },
        { name: 'good', url: good.url },
      ])
      const stamped = await stamp(ports)
      expect(stamped).toEqual({
        size: 1,
        kept: ['good'],
        failed: [{ authority: 'bad', why: expect.stringContaining(why) }],
      })
    },
  )

  it('waits for an authority that says nothing no longer than it has, and asks it again the next time', async () => {
    let isAwake = false
    const slow = await serve((query, response) => isAwake && reply(response, authority.answer(query)))
    const { ports } = portsOf([{ name: 'slow', url: slow.url }], { milliseconds: 30 })
    expect((await stamp(ports)).failed).toEqual([
      { authority: 'slow', why: 'authority: expected an answer, got none in 30 ms' },
    ])
    isAwake = true
    expect((await stamp({ ...ports, authorities: httpAuthorities({ milliseconds: 60_000 }) })).kept).toEqual(['slow'])
  })

  it('is not timestamped at another time than it is', async () => {
    const server = await serve((query, response) => reply(response, authority.answer(query)))
    const { ports } = portsOf([{ name: 'own', url: server.url }], { now: Date.now() - 3_600_000 })
    expect((await stamp(ports)).failed[0]!.why).toContain('time: expected now')
  })

  it('is stamped although something in between throws what nobody expects', async () => {
    const { ports } = portsOf([{ name: 'own', url: 'http://127.0.0.1:1/' }])
    const broken = { ...ports, authorities: { ask: async () => Promise.reject(new TypeError('words of a stranger')) } }
    expect((await stamp(broken)).failed).toEqual([{ authority: 'own', why: 'expected an answer, got TypeError' }])
  })
})
