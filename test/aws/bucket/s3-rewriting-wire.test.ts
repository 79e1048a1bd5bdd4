import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { bucketsFor } from '../../../lib/aws/bucket/bucket-client.ts'
import { type BodyLimits, bodyLimits } from '../../../lib/aws/bucket/object-body.ts'
import { s3Deletions } from '../../../lib/aws/bucket/s3-deletion.ts'
import type { StoreConfig } from '../../../lib/config.ts'
import { StoreUnavailable } from '../../../lib/errors.ts'
import type { ListedVersion } from '../../../lib/inventory/object-version.ts'
import type { Judge } from '../../../lib/ports.ts'
import { deleteOne, rewriting, willing } from '../../contracts/deletion.ts'
import { someOf } from '../../support/some-of.ts'
import { type Asked, failure, type Reply, startWire, xml } from './deletion-wire.ts'

/** What may come between while a version is rewritten. Whatever it is: no record of anybody else is lost, and nothing newer is hidden. */

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const mixed = 'theirs 1\nours\ntheirs 2\n'
const theirs = 'theirs 1\ntheirs 2\n'
const rewritten = { kind: 'rewritten', records: 1 }
const intent = { sha256: createHash('sha256').update(theirs).digest('hex'), size: theirs.length, records: 1 }
const gone = { kind: 'gone' }
const keptBecause = (words: string) => ({ kind: 'kept', reason: expect.stringContaining(words) })

type Disturb = (asked: Asked, nth: number) => Reply | undefined | Promise<Reply | undefined>
const undisturbed: Disturb = () => undefined

/** A key of one version, mixed. `nth`: which request of its call one is, from 0. */
async function openWire({ knowsConditions = true, inAws = false } = {}) {
  const calls = new Map<string, { by: Disturb; nth: number }>()
  const wire = await startWire(
    (each) => {
      const call = calls.get(/Credential=(\w+)/.exec(each.headers.authorization ?? '')?.[1] ?? '')
      return call?.by(each, call.nth++)
    },
    { knowsConditions },
  )
  stops.push(wire.stop)
  const put = (id: string, content: string) => wire.versions.set(JSON.stringify(['a', id]), content)
  put('v1', mixed)
  const version: ListedVersion = {
    ...{ kind: 'object', key: 'a', versionId: 'v1', current: true, size: mixed.length, modifiedAt: '', etag: 'e' },
  }
  const store: StoreConfig = {
    id: 'sg',
    country: 'SG',
    s3: {
      bucket: 'backups',
      region: 'ap-southeast-1',
      endpoint: wire.endpoint,
      account: '999900001111',
      requesterPays: true,
    },
    channel: { kind: 's3-delete-versions', owner: 'user_id', rewrite: true },
  }
  const openDeletion = (
    accessKeyId: string,
    timeouts = { connectMs: 5000, idleMs: 30_000 },
    limits: Partial<BodyLimits> = {},
  ) => {
    const credentials = { accessKeyId, secretAccessKey: 'test' }
    const bucketOf = bucketsFor('delete', { credentials, maxAttempts: 2, timeouts })
    const deletions = s3Deletions(
      (each) => {
        const { endpoint, ...s3 } = bucketOf(each).config
        return { ...bucketOf(each), ...(inAws && { config: s3 }) }
      },
      { pauseMs: 1, pulseMs: 50, limits: { ...bodyLimits, pauseMs: 1, ...limits } },
    )
    return deletions.open(store, { homeCountry: 'US' })
  }
  let names = 0
  return {
    wire,
    put,
    version,
    openDeletion,
    /** `before`: there was an earlier call, which came as far as to write down what it was about to put. */
    async rewrite(by: Disturb = undisturbed, before = false) {
      const name = `call${++names}`
      const deletion = await openDeletion(name)
      calls.set(name, { by, nth: 0 })
      const intended = async () => (before ? intent : undefined)
      const [result] = await deletion.deleteVersions([{ version, judge: rewriting(), rewritten: intended }])
      return result!
    },
    /** The newest first. */
    left: () => [...wire.versions].toReversed().map(([name, content]) => [JSON.parse(name)[1] as string, content]),
  }
}

const on =
  (operation: string, reply: Reply): Disturb =>
  (asked) =>
    asked.operation === operation ? reply : undefined

/** What a rewriting asks for, in order. */
const asked = [
  'GetObject',
  ...['ListObjectVersions', 'ListObjectVersions', 'HeadObject', 'GetObjectTagging', 'GetBucketVersioning'],
  ...['GetObject', 'PutObject', 'ListObjectVersions', 'GetObject', 'HeadObject', 'GetObjectTagging', 'DeleteObjects'],
]
const moments = asked.map((_, nth) => nth)

describe('a version that others have records in', () => {
  it('is rewritten by few requests, each of which names a version or a key and a condition', async () => {
    const { wire, rewrite, left } = await openWire()
    expect([await rewrite(), left()]).toEqual([rewritten, [['p1', theirs]]])
    const after = wire.requests.slice(wire.requests.findIndex(({ operation }) => operation === 'GetObject'))
    expect(after.map(({ operation }) => operation).toSorted()).toEqual(asked.toSorted())
    const [sent, ...more] = wire.requests.filter(({ operation }) => operation === 'PutObject')
    expect([sent?.headers['if-match'], sent?.headers['content-length'], more]).toEqual(['e', `${theirs.length}`, []])
    expect(sent?.headers['x-amz-checksum-sha256']).toMatch(/^[\w+/]{43}=$/)
    expect(new Set(after.map(({ headers }) => headers['x-amz-expected-bucket-owner']))).toEqual(
      new Set(['999900001111']),
    )
    const unpaid = after.filter(({ headers }) => headers['x-amz-request-payer'] !== 'requester')
    expect(unpaid.map(({ operation }) => operation)).toEqual(['GetBucketVersioning'])
  })

  const lines = (count: number) => 'theirs\n'.repeat(count)
  const slow = [
    { name: 'what stays comes piece by piece', pieces: Array.from({ length: 8 }, () => lines(1000)) },
    { name: 'one line stays, and then none for long', pieces: [lines(1), '', '', '', '', '', '', lines(1000)] },
    { name: 'many stay, and then none for long', pieces: [lines(1000), '', '', '', '', '', '', lines(1000)] },
    { name: 'none stays for long', pieces: ['', '', '', '', '', '', '', lines(1000)] },
    { name: 'none stays for long but the first', pieces: [lines(1), '', '', '', '', '', '', ''] },
  ]
  for (const { name, pieces } of slow)
    it(`is rewritten however long that takes: ${name}`, async () => {
      const { wire, openDeletion, version, left } = await openWire()
      const judge: Judge = async (chunks, remaining) => {
        for await (const _ of chunks);
        for (const piece of pieces) {
          await pause(100)
          if (piece !== '') await remaining!.write(Buffer.from(piece))
        }
        return { kind: 'rewrite', records: 1, isAsWritten: async () => true }
      }
      const deletion = await openDeletion('slow', { connectMs: 1000, idleMs: 250 })
      expect([await deleteOne(deletion, version, judge), left()]).toEqual([rewritten, [['p1', pieces.join('')]]])
      expect(wire.count('PutObject')).toBe(1)
    })

  it('is rewritten beside others that are read in many ranges: none waits for a connection', async () => {
    const { wire, openDeletion, version } = await openWire()
    const keys = Array.from({ length: 8 }, (_, at) => `large${at}`)
    const content = lines(4000) + mixed
    for (const key of keys) wire.versions.set(JSON.stringify([key, 'v1']), content)
    const deletion = await openDeletion('many', { connectMs: 250, idleMs: 30_000 }, { rangeBytes: 1024 })
    const judge: Judge = async (chunks, remaining) => {
      for await (const chunk of chunks) await remaining!.write(Buffer.from(chunk))
      return { kind: 'rewrite', records: 1, isAsWritten: async () => true }
    }
    const condemned = keys.map((key) => ({ version: { ...version, key, size: content.length }, judge }))
    wire.delayMs = 200
    expect(await deletion.deleteVersions(condemned)).toEqual(keys.map(() => rewritten))
  })

  it('is rewritten beside keys that begin with its own, whatever versions they have', async () => {
    const { wire, rewrite } = await openWire()
    wire.versions.set(JSON.stringify(['ab', 'null']), theirs)
    expect(await rewrite()).toEqual(rewritten)
    expect([...wire.versions.keys()]).toEqual([JSON.stringify(['ab', 'null']), JSON.stringify(['a', 'p1'])])
  })

  it('is kept, and nothing is written, where the configuration does not say that it may be rewritten', async () => {
    const { wire, version } = await openWire()
    const store = { id: 'sg', country: 'SG', s3: { bucket: 'backups', endpoint: wire.endpoint } }
    const channel = { kind: 's3-delete-versions' as const, owner: 'user_id' }
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    const deletion = await s3Deletions(bucketsFor('delete', { credentials })).open(
      { ...store, channel },
      { homeCountry: 'US' },
    )
    const offered: unknown[] = []
    const judge = async (_: unknown, remaining: unknown) => {
      offered.push(remaining)
      return { kind: 'keep' as const, reason: 'others have records in it' }
    }
    expect(await deleteOne(deletion, version, judge)).toEqual(keptBecause('others have records'))
    expect([offered, wire.count('PutObject')]).toEqual([[undefined], 0])
  })
})

describe('a version that is judged in another way when it is to be rewritten', () => {
  const says =
    (text: string): Judge =>
    async (chunks, remaining) => {
      for await (const _ of chunks);
      await remaining!.write(Buffer.from(text))
      await remaining!.end()
      return { kind: 'rewrite', records: 1, isAsWritten: async () => true }
    }
  const seconds: { name: string; second: Judge }[] = [
    { name: 'may go as a whole', second: willing() },
    { name: 'is to be kept', second: async () => ({ kind: 'keep', reason: 'it is another one' }) },
    { name: 'leaves less', second: says('theirs 1\n') },
    { name: 'leaves more', second: says(`${theirs}theirs 3\n`) },
    { name: 'leaves something else', second: says(theirs.toUpperCase()) },
  ]
  it.each(seconds)('stays as it is where it $name', async ({ second }) => {
    const { openDeletion, version, left } = await openWire()
    const judges = [rewriting(), second]
    const judge: Judge = (chunks, remaining) => judges.shift()!(chunks, remaining)
    expect((await deleteOne(await openDeletion('other'), version, judge)).kind).toBe('kept')
    expect([judges, left()]).toEqual([[], [['v1', mixed]]])
  })
})

describe('a rewriting that is killed', () => {
  for (const nth of moments)
    for (const fate of ['cut', 'lose'] as const)
      it(`at request ${nth} (${asked[nth]}, ${fate === 'cut' ? 'before' : 'after'} it was carried out) is done by a repetition`, async () => {
        const { wire, rewrite, left } = await openWire()
        const killed = rewrite((_, n) => (n < nth ? undefined : n === nth ? fate : 'cut'))
        await expect(killed).rejects.toThrow(StoreUnavailable)
        expect(wire.count('PutObject')).toBe(asked.slice(0, nth + 1).filter((each) => each === 'PutObject').length)
        expect(left().map(([, content]) => content)).toContain(
          nth === asked.length - 1 && fate === 'lose' ? theirs : mixed,
        )
        const isOver = nth === asked.length - 1 && fate === 'lose'
        expect(await rewrite()).toEqual(isOver ? gone : rewritten)
        expect(left().map(([, content]) => content)).toEqual([theirs])
      })
})

describe('a version that is gone when it is to be judged again', () => {
  for (const [what, contents, expected] of [
    ['with what was put in its place', [theirs], rewritten],
    ['with that under what came to its key since', [theirs, 'newer'], rewritten],
    ['with nothing in its place', [], gone],
    ['with something else of that size', [theirs.replace('1', '3')], gone],
    ['with something else', ['newer'], gone],
  ] as const)
    it(`${what} is ${expected.kind}`, async () => {
      const { wire, put, rewrite } = await openWire()
      wire.versions.clear()
      for (const [at, content] of contents.entries()) put(`w${at}`, content)
      expect(await rewrite(undisturbed, true)).toEqual(expected)
      expect(await rewrite()).toEqual(gone)
    })

  it('may go while it is rewritten: what was put stays, and is what is said of it', async () => {
    for (const nth of moments.slice(1)) {
      const { wire, rewrite, left } = await openWire()
      const result = await rewrite((_, n) => void (n === nth && wire.versions.delete('["a","v1"]')), true)
      const isThere = left().some(([, content]) => content === theirs)
      expect([nth, isThere ? result.kind === 'rewritten' : result.kind !== 'rewritten']).toEqual([nth, true])
    }
  })
})

describe('whoever comes to the key meanwhile', () => {
  const comers = [
    { what: 'a newer version', id: 'v9', content: 'newer' },
    { what: 'a newer version that is the same once more', id: 'v9', content: mixed },
    { what: 'a delete marker', id: 'm9', content: '' },
  ]
  for (const knowsConditions of [true, false])
    for (const { what, id, content } of comers)
      for (const nth of someOf(3, moments))
        it(`at request ${nth} (${asked[nth]}) stays on top: ${what}, of a server that ${knowsConditions ? 'knows' : 'knows no'} conditions`, async () => {
          const { rewrite, put, left } = await openWire({ knowsConditions })
          const result = await rewrite((_, n) => void (n === nth && put(id, content)))
          const [newest, ...older] = left()
          expect(newest).toEqual([id, content])
          expect(older).toEqual(result.kind === 'kept' ? [['v1', mixed]] : [['p1', theirs]])
        })

  const table = moments.flatMap((comes) => moments.map((killed) => ({ comes, killed })))
  for (const { comes, killed } of someOf(6, table))
    for (const fate of ['cut', 'lose'] as const)
      it(`at request ${comes} of one that is killed at ${killed} (${fate}) loses nothing, and nobody else does`, async () => {
        const { rewrite, put, left } = await openWire({ knowsConditions: false })
        let came = false
        const first = rewrite((_, n) => {
          if (n === comes) {
            put('v9', 'newer')
            came = true
          }
          return n < killed ? undefined : n === killed ? fate : 'cut'
        })
        await Promise.allSettled([first])
        const result = await rewrite()
        const contents = left().map(([, content]) => content)
        expect(contents.includes('newer')).toBe(came)
        // Whether it was hidden nobody could tell: then the judged version is kept, and says so.
        const isHidden = came && contents[0] !== 'newer'
        expect(isHidden ? result : keptBecause('')).toEqual(keptBecause(''))
        expect(contents.filter((each) => each === mixed || each === theirs)).not.toEqual([])
      })

  const turns = moments.flatMap((waits) => [...moments, asked.length].map((until) => ({ waits, until })))
  for (const knowsConditions of [true, false])
    for (const { waits, until } of someOf(6, turns))
      it(`may be another call of ours, that comes at request ${waits}, and waits at its ${until} until the first is over (conditions: ${knowsConditions})`, async () => {
        const { rewrite, left } = await openWire({ knowsConditions })
        const [isThere, isOver] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
        let second: Promise<unknown> | undefined
        const first = rewrite(async (_, n) => {
          if (n !== waits) return undefined
          second = rewrite(async (_, m) => {
            if (m !== until) return undefined
            isThere.resolve()
            return isOver.promise.then(() => undefined)
          }).finally(isThere.resolve)
          return isThere.promise.then(() => undefined)
        })
        await first
        isOver.resolve()
        await second
        const contents = left().map(([, content]) => content)
        expect(contents.filter((each) => each === mixed || each === theirs)).not.toEqual([])
      })
})

describe('another call of ours, which finds the new one and goes on with it,', () => {
  const denied = failure(403, 'AccessDenied')
  for (const [what, by] of [
    ['may not delete the judged one', ({ operation, body }) => /^DeleteObject/.test(operation) && !body.includes('p1')],
    ['may not read the new one', ({ operation, versionId }) => operation === 'GetObject' && versionId === 'p1'],
    ['may not read its metadata', ({ operation, versionId }) => operation === 'HeadObject' && versionId === 'p1'],
  ] satisfies [string, (asked: Asked) => boolean][])
    it(`has it to the end, whenever it begins, where the first ${what}`, async () => {
      for (const nth of moments.keys()) {
        const { rewrite, left } = await openWire()
        let second: unknown
        const first = await rewrite(async (asked, n) => {
          if (n === 8 + nth) second = await rewrite()
          return by(asked) ? denied : undefined
        })
        const contents = left().map(([, content]) => content)
        expect([nth, first.kind, contents.includes(theirs)]).toEqual([nth, expect.any(String), true])
        expect(second === undefined || contents.length === 1).toBe(true)
      }
    })
})

describe('a store', () => {
  const refusals: { name: string; by: Disturb; words: string }[] = [
    { name: 'takes none', by: on('PutObject', failure(403, 'AccessDenied')), words: 'may not put another one' },
    { name: 'finds it too large', by: on('PutObject', failure(400, 'EntityTooLarge')), words: 'refused to take' },
    {
      name: 'does not say what is at the key',
      by: on('ListObjectVersions', failure(403, 'AccessDenied')),
      words: 'does not list it',
    },
    {
      name: 'keeps its tags to itself',
      by: on('GetObjectTagging', failure(403, 'AccessDenied')),
      words: 'metadata or tags cannot be read',
    },
    {
      name: 'keeps its metadata to itself',
      by: on('HeadObject', { status: 403 }),
      words: 'metadata or tags cannot be read',
    },
    {
      name: 'hides whether it keeps versions',
      by: on('GetBucketVersioning', failure(403, 'AccessDenied')),
      words: 'may keep no versions',
    },
    {
      name: 'keeps no versions any more',
      by: on('GetBucketVersioning', { body: xml('VersioningConfiguration', '<Status>Suspended</Status>') }),
      words: 'may keep no versions',
    },
    {
      name: 'has a legal hold on it',
      by: on('HeadObject', { headers: { 'x-amz-object-lock-legal-hold': 'ON' } }),
      words: 'under legal-hold',
    },
    {
      name: 'retains it',
      by: on('HeadObject', { headers: { 'x-amz-object-lock-retain-until-date': '2999-01-01T00:00:00.000Z' } }),
      words: 'under retention until 2999-01-01',
    },
    {
      name: 'does not say which tags it has',
      by: on('GetObjectTagging', { body: xml('html', '<body>Welcome</body>') }),
      words: 'metadata or tags cannot be read',
    },
    {
      name: 'encrypts it with a key of its writer',
      by: on('HeadObject', { headers: { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' } }),
      words: 'cannot be given',
    },
    {
      name: 'has a header that is not plain ASCII',
      by: on('HeadObject', { headers: { 'content-disposition': 'b\u00e4r' } }),
      words: 'cannot be given',
    },
    {
      name: 'has metadata that is not plain ASCII',
      by: on('HeadObject', { headers: { 'x-amz-meta-of': 'b\u00e4r' } }),
      words: 'cannot be given',
    },
    {
      name: 'has a date in it that is none',
      by: on('HeadObject', { headers: { expires: 'never' } }),
      words: 'cannot be given',
    },
    {
      name: 'has metadata that it cannot show',
      by: on('HeadObject', { headers: { 'x-amz-missing-meta': '1' } }),
      words: 'cannot be given',
    },
  ]
  for (const { name, by, words } of refusals)
    it(`that ${name} keeps it, and has nothing new`, async () => {
      const { rewrite, left } = await openWire()
      expect([await rewrite(by), left()]).toEqual([keptBecause(words), [['v1', mixed]]])
    })

  const above: { name: string; ids: string[]; by: Disturb; words: string }[] = [
    {
      name: 'has a delete marker between the two',
      ids: ['m2', 'p3'],
      by: undisturbed,
      words: 'not the current version',
    },
    { name: 'has a version between the two', ids: ['v2', 'p3'], by: undisturbed, words: 'not the current version' },
    { name: 'has a delete marker on top', ids: ['p2', 'm3'], by: undisturbed, words: 'not the current version' },
    {
      name: 'has a legal hold on the judged one',
      ids: ['p2'],
      by: on('HeadObject', { headers: { 'x-amz-object-lock-legal-hold': 'ON' } }),
      words: 'under legal-hold',
    },
  ]
  for (const { name, ids, by, words } of above)
    it(`that ${name}, and what was to be put above it, is asked to delete none`, async () => {
      const { wire, put, rewrite } = await openWire()
      for (const id of ids) put(id, theirs)
      expect([await rewrite(by), wire.count('DeleteObjects')]).toEqual([keptBecause(words), 0])
    })

  it('that has a version without an id of its own at the key keeps all of them', async () => {
    const { wire, put, rewrite, left } = await openWire()
    wire.versions.clear()
    put('null', 'of before there were versions')
    put('v1', mixed)
    expect(await rewrite()).toEqual(keptBecause('without an id of its own'))
    expect(left().map(([id]) => id)).toEqual(['v1', 'null'])
  })

  it('that gives the new one no id of its own keeps both, and is asked to delete none', async () => {
    const { wire, rewrite } = await openWire()
    expect(await rewrite(on('PutObject', { headers: { etag: 'p' } }))).toEqual(keptBecause('no id of its own'))
    expect(wire.count('DeleteObjects')).toBe(0)
  })

  it('that refuses to delete the judged one keeps both, and says so', async () => {
    const { wire, rewrite, left } = await openWire()
    const by: Disturb = ({ operation }) => (/^DeleteObject/.test(operation) ? failure(403, 'AccessDenied') : undefined)
    const both = [
      ['p1', theirs],
      ['v1', mixed],
    ]
    for (let night = 0; night < 2; night++)
      expect([await rewrite(by), left(), wire.count('PutObject')]).toEqual([
        keptBecause('may not delete it; one without records of subjects is the current one'),
        both,
        1,
      ])
    expect([await rewrite(), left()]).toEqual([rewritten, [['p1', theirs]]])
  })

  it('that does not hand out the new one keeps both, and says so', async () => {
    const { rewrite, left } = await openWire()
    const by: Disturb = ({ operation, versionId }) =>
      operation === 'GetObject' && versionId === 'p1' ? failure(403, 'AccessDenied') : undefined
    expect(await rewrite(by)).toEqual(keptBecause('cannot be read; one without records of subjects is the current one'))
    expect(left().map(([id]) => id)).toEqual(['p1', 'v1'])
    expect([await rewrite(), left()]).toEqual([rewritten, [['p1', theirs]]])
  })

  it('that is busy whenever it is to delete keeps both, since it may have done it', async () => {
    const { rewrite, left } = await openWire()
    const busy = xml('DeleteResult', '<Error><Key>a</Key><VersionId>v1</VersionId><Code>InternalError</Code></Error>')
    expect(await rewrite(on('DeleteObjects', { body: busy }))).toEqual(keptBecause('InternalError'))
    expect(left()).toEqual([
      ['p1', theirs],
      ['v1', mixed],
    ])
    expect([await rewrite(), left()]).toEqual([rewritten, [['p1', theirs]]])
  })

  it('that gives the new one other metadata has it deleted again', async () => {
    const { rewrite, left } = await openWire()
    const by = on('HeadObject', { headers: { 'x-amz-meta-of': 'before' } })
    const once: Disturb = (each, nth) => (each.versionId === 'v1' ? by(each, nth) : undefined)
    expect([await rewrite(once), left()]).toEqual([keptBecause('other metadata or tags'), [['v1', mixed]]])
  })

  const ciphered = (by: (versionId: string) => Record<string, string>): Disturb => {
    return ({ operation, versionId }) => (operation === 'HeadObject' ? { headers: by(versionId) } : undefined)
  }
  const cipher = 'x-amz-server-side-encryption'

  it('of AWS, which encrypts whatever is new, rewrites what was written before it did', async () => {
    const { wire, rewrite, left } = await openWire({ inAws: true })
    const by = ciphered((id): Record<string, string> => (id === 'v1' ? {} : { [cipher]: 'AES256' }))
    expect([await rewrite(by), left()]).toEqual([rewritten, [['p1', theirs]]])
    const put = wire.requests.find(({ operation }) => operation === 'PutObject')
    expect(put?.headers[cipher]).toBe('AES256')
  })

  it('that encrypts the new one in another way has it deleted again', async () => {
    const { rewrite, left } = await openWire({ inAws: true })
    const by = ciphered((id) => ({ [cipher]: id === 'v1' ? 'AES256' : 'aws:kms' }))
    expect([await rewrite(by), left()]).toEqual([keptBecause('other metadata or tags'), [['v1', mixed]]])
  })

  it('that holds conditions against something else is asked without, unless it is AWS’s', async () => {
    const unmet: Disturb = ({ operation, headers }) =>
      operation === 'PutObject' && headers['if-match'] !== undefined ? failure(412, 'PreconditionFailed') : undefined
    const ceph = await openWire()
    expect([await ceph.rewrite(unmet), ceph.left()]).toEqual([rewritten, [['p1', theirs]]])
    const s3 = await openWire({ inAws: true })
    expect([await s3.rewrite(unmet), s3.left()]).toEqual([keptBecause('another one came to its key'), [['v1', mixed]]])
  })
})
