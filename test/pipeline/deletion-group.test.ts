import { createSecretKey, hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { RequestedVersion } from '../../lib/deletion/request.ts'
import { deleteGroup, judgeWithIntent, removeGroup } from '../../lib/pipeline/deletion-group.ts'
import { readDocument } from '../../lib/pipeline/evidence/documents.ts'
import { intentKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import type { StoreDeletion } from '../../lib/ports.ts'
import { isTransferred } from '../../lib/subject-index/open-subject-index.ts'
import { pendingIndexOf } from '../../lib/subject-index/pending-index.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { memoryEvidence } from '../support/simulation/memory-ports.ts'

/** What has no content to judge goes by its name alone; what has one never does. */

const ref = { runId: 'run-0', storeId: 'ie', pass: 0 }
const sealKey = createSecretKey(Buffer.alloc(32))
const pending = pendingIndexOf(makeIndex(['12345678'], { pending: ['20001'] }))
const place = (where: RequestedVersion['places'][number]['place']) => ({ place: where, path: [], record: 1, offset: 0 })

const version = (shownKey: string, seq: number, change: Partial<RequestedVersion>): RequestedVersion => ({
  seq,
  shownKey,
  versionId: `v${seq}`,
  kind: 'delete-marker',
  current: true,
  size: 0,
  modifiedAt: '2026-11-01T00:00:00.000Z',
  findings: 1,
  subjects: 1,
  places: [place('key')],
  ...change,
})

const group = [
  version('read', 0, { kind: 'object', sha256: 'a'.repeat(64) }),
  version('in slices', 1, { kind: 'object', pieces: [] }),
  version('unread', 2, { kind: 'object' }),
  version('unreadable', 3, { kind: 'unreadable', sha256: 'a'.repeat(64) }),
  version('marker', 4, {}),
  version('upload', 5, { kind: 'multipart-upload' }),
  version('marker of which nothing is listed', 6, { places: [] }),
  version('marker with tags', 7, { places: [place('key'), place('tags')] }),
  version('marker of 20001', 8, {}),
]

/** A store that does what it is asked, and what it was asked. */
function store() {
  const asked: string[] = []
  const { evidence } = memoryEvidence()
  const deletion: StoreDeletion = {
    async deleteVersions(versions) {
      asked.push(...versions.map(({ version }) => version.key))
      return versions.map(() => ({ kind: 'deleted', bytes: 1 }))
    },
    async removeRemnants(remnants, intend) {
      for (const remnant of remnants) {
        asked.push(remnant.key)
        await intend?.(remnant)
      }
      return remnants.map(() => ({ kind: 'deleted', bytes: 0 }))
    },
  }
  return { asked, evidence, deletion }
}

const kindsOf = (results: ReadonlyMap<RequestedVersion, { kind: string }>) =>
  Object.fromEntries([...results].map(([{ shownKey }, { kind }]) => [shownKey, kind]))

describe('of the versions of a request', () => {
  it('only objects whose content is known are judged, and what is neither that nor a name alone is kept', async () => {
    const { asked, evidence, deletion } = store()
    const results = await deleteGroup({ evidence }, ref, deletion, group, sealKey, () => async () => ({
      kind: 'delete',
    }))
    expect(asked).toEqual(['read', 'in slices'])
    expect(kindsOf(results)).toEqual({
      read: 'deleted',
      'in slices': 'deleted',
      unread: 'kept',
      unreadable: 'kept',
      'marker of which nothing is listed': 'kept',
      'marker with tags': 'kept',
    })
  })

  it('only markers and uploads that were found by their name go by it, once that was written down, if it names nobody else', async () => {
    const { asked, evidence, deletion } = store()
    const results = await removeGroup({ evidence }, ref, deletion, group, sealKey, pending)
    expect(asked).toEqual(['marker', 'upload'])
    expect(kindsOf(results)).toEqual({ marker: 'deleted', upload: 'deleted', 'marker of 20001': 'kept' })
    const intended = group.map(({ seq }) => evidence.has(intentKey(ref, seq)))
    expect(await Promise.all(intended)).toEqual(group.map(({ shownKey }) => asked.includes(shownKey)))
  })

  it('those that are gone were deleted by us if that was written down, and only then', async () => {
    const { evidence, deletion } = store()
    const gone: StoreDeletion = {
      ...deletion,
      deleteVersions: async (versions) => versions.map(() => ({ kind: 'gone' })),
    }
    const [mine, other] = [version('mine', 0, { kind: 'object', sha256: 'a', size: 7 }), group[1]!]
    await evidence.put(intentKey(ref, mine.seq), '{}')
    const judge = () => async () => ({ kind: 'delete' as const })
    const results = await deleteGroup({ evidence }, ref, gone, [mine, other], sealKey, judge)
    expect([results.get(mine), results.get(other)]).toEqual([{ kind: 'deleted', bytes: 7 }, { kind: 'gone' }])
  })

  it('those that were to be rewritten are gone where the store finds nothing of that in their places', async () => {
    const { evidence, deletion } = store()
    const gone: StoreDeletion = {
      ...deletion,
      deleteVersions: async (versions) => versions.map(() => ({ kind: 'gone' })),
    }
    const mine = version('mine', 0, { kind: 'object', sha256: 'a', size: 7 })
    await evidence.put(intentKey(ref, mine.seq), '{"rewritten":{"sha256":"b","size":3,"records":1}}')
    const judge = () => async () => ({ kind: 'delete' as const })
    const results = await deleteGroup({ evidence }, ref, gone, [mine], sealKey, judge)
    expect(results.get(mine)).toEqual({ kind: 'gone' })
  })
})

describe('a version', () => {
  const index = makeIndex(['12345678'])
  const [mine, others] = ['userId\n12345678\n', 'userId\n12345678\n87654321\n']
  /** What is said of it, what was written to be put in its place, and the intent. */
  async function judged(
    text: string,
    { mayRewrite = false, ...change }: Partial<RequestedVersion> & { mayRewrite?: boolean } = {},
  ) {
    const { evidence } = memoryEvidence()
    const sha256 = hash('sha256', text, 'hex')
    const own = version('mine', 0, { kind: 'object', size: text.length, sha256, ...change })
    const judge = judgeWithIntent(
      { evidence },
      ref,
      { version: own, scanned: { sha256 } },
      {
        owner: 'userId',
        key: 'mine',
        isTransferred: (each) => isTransferred(index, each),
        pending: undefined,
        isLate: () => false,
        mayRewrite,
      },
    )
    const pieces: Uint8Array[] = []
    const remaining = { write: (bytes: Uint8Array) => void pieces.push(bytes), end() {} }
    const said = await judge(
      (async function* () {
        yield Buffer.from(text)
      })(),
      remaining,
    )
    const key = intentKey(ref, own.seq)
    const intent = (await evidence.has(key)) ? await readDocument<object>({ evidence }, key) : undefined
    return { said, written: Buffer.concat(pieces).toString(), intent }
  }

  it('may go once that is written down', async () => {
    const { said, intent } = await judged(mine)
    expect(said).toEqual({ kind: 'delete' })
    expect(intent).toEqual({ seq: 0, sha256: hash('sha256', mine, 'hex'), bytes: mine.length, records: 1 })
  })

  it.each(['named', 'unread'] as const)(
    'is kept where those of its metadata or tags who are not transferred are %s',
    async (pendingLabels) => {
      expect(await judged(mine, { pendingLabels })).toEqual({
        said: { kind: 'keep', reason: expect.stringContaining('its metadata or tags') },
        written: '',
        intent: undefined,
      })
    },
  )

  it('is written without its subjects only where its channel says so, once it is written down what takes its place', async () => {
    const kept = {
      said: { kind: 'keep', reason: expect.stringContaining('somebody who is not') },
      written: '',
      intent: undefined,
    }
    expect(await judged(others)).toEqual(kept)
    const { said, written, intent } = await judged(others, { mayRewrite: true })
    expect([said, written]).toMatchObject([{ kind: 'rewrite', records: 1 }, 'userId\n87654321\n'])
    expect(intent).toMatchObject({
      rewritten: { sha256: hash('sha256', written, 'hex'), size: written.length, records: 1 },
    })
  })
})
