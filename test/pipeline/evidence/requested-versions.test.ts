import { describe, expect, it } from 'vitest'
import type { DeletionRequest, RequestedVersion } from '../../../lib/deletion/request.ts'
import { requestedKey } from '../../../lib/pipeline/evidence/evidence-keys.ts'
import { openRequested, writeRequested } from '../../../lib/pipeline/evidence/requested-versions.ts'
import { memoryEvidence } from '../../support/simulation/memory-ports.ts'

/** Only what was asked for is ever handed to an executor, also where somebody changes the evidence while it works. */

const ref = { runId: 'run-0', storeId: 'ie', pass: 0 }
const version = (seq: number, change: Partial<RequestedVersion> = {}) =>
  ({ seq, versionId: `v${seq}`, size: 10, ...change }) as RequestedVersion
async function* each(versions: readonly RequestedVersion[]) {
  yield* versions
}

async function requested(count: number) {
  const { evidence, documents } = memoryEvidence()
  const all = Array.from({ length: count }, (_, seq) => version(seq))
  const { versions, sha256 } = await writeRequested(evidence, ref, each(all))
  const request = { requestId: 'r', versions, versionsSha256: sha256 } as DeletionRequest
  return { all, documents, open: (change = {}) => openRequested(evidence, ref, { ...request, ...change }) }
}

describe('the versions of a request', () => {
  it('are summed up, with when the last of those can be deleted that are protected until a known time', async () => {
    const until = (month: number) => ({ code: 'retention', until: `2027-0${month}-01T00:00:00.000Z` }) as const
    const all = [
      version(0),
      version(1, { protection: until(2) }),
      version(2, { protection: until(3) }),
      version(3, { protection: until(1) }),
      version(4, { protection: { code: 'legal-hold' } }),
    ]
    expect(await writeRequested(memoryEvidence().evidence, ref, each(all))).toMatchObject({
      versions: 5,
      bytes: 50,
      protectedVersions: 4,
      deletableFrom: '2027-03-01T00:00:00.000Z',
    })
  })

  it('are those that were asked for, part by part', async () => {
    const { all, open } = await requested(2001)
    const parts = await open()
    const read = [await parts.read(0), await parts.read(1), await parts.read(2)]
    expect([parts.count, read.map(({ length }) => length), read.flat()]).toEqual([3, [1000, 1000, 1], all])
    expect((await (await requested(0)).open()).count).toBe(0)
  })

  const line = `${JSON.stringify(version(7))}\n`
  const lies: { name: string; change: (documents: Map<string, Uint8Array>) => void }[] = [
    { name: 'has another version', change: (all) => all.set(requestedKey(ref, 1), Buffer.from(line)) },
    { name: 'has no line', change: (all) => all.set(requestedKey(ref, 1), Buffer.from('')) },
    { name: 'is not there', change: (all) => all.delete(requestedKey(ref, 1)) },
    {
      name: 'has a line more',
      change: (all) =>
        all.set(requestedKey(ref, 1), Buffer.concat([all.get(requestedKey(ref, 1))!, Buffer.from(line)])),
    },
  ]
  it.each(lies)('are not opened where a part $name', async ({ change }) => {
    const { documents, open } = await requested(1001)
    change(documents)
    await expect(open()).rejects.toThrow(/expected/)
  })

  it.each(lies.slice(0, 2))('are not read where a part $name by then', async ({ change }) => {
    const { documents, open } = await requested(1001)
    const parts = await open()
    change(documents)
    await expect(parts.read(1)).rejects.toThrow('expected the versions that were asked for')
  })
})
