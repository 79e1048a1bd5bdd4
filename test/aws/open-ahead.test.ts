import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type S3Options, s3Stores } from '../../lib/aws/bucket/s3-store.ts'
import type { ListedVersion } from '../../lib/inventory/object-version.ts'
import { ahead, openAhead } from '../../lib/pipeline/reading/open-ahead.ts'
import type { Opened, Ports } from '../../lib/ports.ts'
import { openPlace } from '../support/pipeline.ts'
import { jsonRecords, numbers, somebodyElse, transferred } from '../support/sample-files.ts'
import { someOf } from '../support/some-of.ts'
import { type Act, bucketName, refusal, startWire, type WireObject, type WireRequest } from './bucket/wire-bucket.ts'

/** Small objects of a bucket are read ahead: what is waited for is the first byte of each. */

const objects: WireObject[] = numbers(60).map((n) => ({
  key: `${String(n).padStart(3, '0')}.jsonl`,
  versionId: 'v',
  body: Buffer.from(jsonRecords([n % 20 === 7 ? transferred(7) : somebodyElse(n)])),
}))

/** A server that takes so many milliseconds to begin an answer; `most` is how many it had under way at once. */
function slow(milliseconds: number, answer: (request: WireRequest) => ReturnType<WireRequest['right']>) {
  const seen = { under: 0, most: 0 }
  const act: Act = (request, response) => {
    if (request.operation !== 'GetObject') return undefined
    seen.most = Math.max(seen.most, ++seen.under)
    setTimeout(() => {
      seen.under--
      const given = answer(request)
      const { status, headers, body } = given
      return response.writeHead(status, { 'content-length': String(body.length), ...headers }).end(body)
    }, milliseconds)
    return 'answered'
  }
  return { act, seen }
}

const options: S3Options = {
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
  bodyLimits: { attempts: 2, pauseMs: 1, openingPauseMs: 1, rangeBytes: 4 << 20, lanes: 2 },
}

async function run(act: Act, content = objects) {
  const wire = await startWire(content, act)
  const s3 = { bucket: bucketName, endpoint: wire.endpoint }
  const place = await openPlace(() => ({ stores: [{ id: 'sg', country: 'SG', s3 }] }))
  const stores = s3Stores(options)
  const ended = await place.run({
    wrap: (ports: Ports) => Object.create(ports, { stores: { value: stores } }) as Ports,
  })
  const folder = join(place.paths.evidence, `runs/${ended.runId}/stores/sg/pass-0/batches`)
  const reports = (existsSync(folder) ? readdirSync(folder) : []).map((name) =>
    readFileSync(join(folder, name), 'utf8'),
  )
  return { ...ended, reports, counts: wire.counts }
}

describe('a batch of small objects', () => {
  it('waits for four first bytes at a time, asks for each object once and for one a second time, and reports in order', async () => {
    const { act, seen } = slow(40, (request) => request.right())
    const { store, reports, counts, coverage } = await run(act)
    expect(store).toBe('residual')
    // The reading that is made twice is made meanwhile.
    expect(seen.most - ahead.most).toBeLessThanOrEqual(1)
    expect(seen.most).toBeGreaterThanOrEqual(ahead.most)
    expect([counts.GetObject, counts.GetObjectTagging]).toEqual([61, 1])
    const lines = reports
      .join('')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const scanned = lines.filter(({ kind }) => kind === 'report')
    expect(scanned.map(({ seq }) => seq)).toEqual(numbers(60))
    expect(scanned.filter(({ outcome }) => outcome.kind === 'found').map(({ seq }) => seq)).toEqual([7, 27, 47])
    expect(lines.filter(({ kind }) => kind === 'finding').map(({ seq }) => seq)).toEqual([7, 27, 47])
    expect(await coverage(0)).toMatchObject({ clean: { versions: 57 }, found: { versions: 3 } })
  })

  const outcomes: {
    name: string
    answer: (request: WireRequest) => ReturnType<WireRequest['right']>
    why: string
  }[] = [
    { name: 'is refused', answer: () => refusal(403, 'AccessDenied'), why: 'access-denied' },
    { name: 'is gone', answer: () => refusal(404, 'NoSuchVersion'), why: 'disappeared' },
    { name: 'is empty', answer: (request) => ({ ...request.right(), body: '' }), why: 'size-differs' },
    {
      name: 'has a checksum that is not of its bytes',
      answer: (request) => {
        const right = request.right()
        return { ...right, headers: { ...right.headers, 'x-amz-checksum-crc32': 'AAAAAA==' } }
      },
      why: 'read-error',
    },
  ]
  it.each(someOf(2, outcomes))('leaves open exactly the one that $name', async ({ answer, why }) => {
    const clean = objects.filter((_, n) => n % 20 !== 7)
    const { act } = slow(1, (request) => (request.key === '030.jsonl' ? answer(request) : request.right()))
    const { store, why: told } = await run(act, clean)
    expect([store, told]).toEqual(['incomplete', `${why}: 1 object version`])
  })

  it('is not scanned while there is no server behind its gateway, whichever object was asked for', async () => {
    const { act } = slow(1, (request) => (request.key === '030.jsonl' ? refusal(502, 'BadGateway') : request.right()))
    const { store, why, reports } = await run(act, objects.slice(20, 40))
    expect([store, why, reports]).toEqual([
      'incomplete',
      expect.stringMatching(/^not-scanned: 20 object versions;/),
      [],
    ])
  })
})

describe('a store that is opened ahead', () => {
  const version = (key: string, size = 10): ListedVersion =>
    ({ key, versionId: 'v', kind: 'object', size, modifiedAt: '2026-01-01T00:00:00Z' }) as ListedVersion
  const keys = [...'abcdefgh']
  /** A store that keeps count; `fails` are the keys whose opening fails. */
  function counting(fails: Record<string, 'open' | 'read'> = {}) {
    const seen = { opened: [] as string[], closed: [] as string[] }
    const store = {
      async open({ key }: ListedVersion): Promise<Opened> {
        seen.opened.push(key)
        if (fails[key] === 'open') throw new Error(`open ${key}`)
        async function* chunks() {
          yield Buffer.from(key)
          if (fails[key] === 'read') throw new Error(`read ${key}`)
          yield Buffer.from(key.toUpperCase())
        }
        return {
          kind: 'opened',
          chunks: chunks(),
          labels: [],
          settle: async () => ({ kind: 'unchanged' }),
          close: async () => void seen.closed.push(key),
        } as Opened
      },
    }
    return { store, seen }
  }
  const read = async (store: { open(version: ListedVersion): Promise<Opened> }, key: string, size?: number) => {
    const opened = (await store.open(version(key, size))) as Extract<Opened, { kind: 'opened' }>
    let text = ''
    try {
      for await (const chunk of opened.chunks) text += Buffer.from(chunk).toString()
    } catch (error) {
      text += `! ${(error as Error).message}`
    }
    await opened.close()
    return text
  }

  it('opens so many in order, and one more whenever one is asked for', async () => {
    const { store, seen } = counting()
    const opening = openAhead(
      store,
      keys.map((key) => version(key)),
      { most: 3, bytes: 100 },
    )
    expect(seen.opened.join('')).toBe('abc')
    expect(await read(opening.store, 'a')).toBe('aA')
    expect(seen.opened.join('')).toBe('abcd')
    for (const key of keys.slice(1)) expect(await read(opening.store, key)).toBe(`${key}${key.toUpperCase()}`)
    expect(seen.opened).toEqual(keys)
    await opening.close()
    expect(seen.closed).toEqual(keys)
  })

  it('leaves large ones, and what is no object, until they are asked for', async () => {
    const { store, seen } = counting()
    const marker = { ...version('b'), kind: 'delete-marker' } as ListedVersion
    const opening = openAhead(store, [version('a', 101), marker, version('c', 100)], { most: 3, bytes: 100 })
    expect(seen.opened).toEqual(['c'])
    expect(await read(opening.store, 'a', 101)).toBe('aA')
    expect(await read(opening.store, 'c', 100)).toBe('cC')
    expect(seen.opened).toEqual(['c', 'a'])
    await opening.close()
  })

  it('tells a fault where it would have come: of opening, and behind the bytes that came before it', async () => {
    const { store } = counting({ b: 'open', c: 'read' })
    const opening = openAhead(
      store,
      keys.map((key) => version(key)),
      { most: 3, bytes: 100 },
    )
    expect(await read(opening.store, 'a')).toBe('aA')
    await expect(opening.store.open(version('b'))).rejects.toThrow('open b')
    expect(await read(opening.store, 'c')).toBe('c! read c')
    expect(await read(opening.store, 'd')).toBe('dD')
    await opening.close()
  })

  it('closes what nobody asked for, and opens no more', async () => {
    const { store, seen } = counting({ b: 'open' })
    const opening = openAhead(
      store,
      keys.map((key) => version(key)),
      { most: 3, bytes: 100 },
    )
    await opening.close()
    expect([seen.opened.join(''), seen.closed.join('')]).toEqual(['abc', 'ac'])
  })

  it('serves what was read ahead once; a range, or a second reading, is asked for', async () => {
    const { store, seen } = counting()
    const opening = openAhead(store, [version('a')], { most: 3, bytes: 100 })
    await opening.store.open(version('a'), { from: 0, to: 1 })
    await read(opening.store, 'a')
    await read(opening.store, 'a')
    expect(seen.opened).toEqual(['a', 'a', 'a'])
    await opening.close()
  })
})
