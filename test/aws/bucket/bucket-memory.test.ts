import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bucketName, startWire, type WireObject } from './wire-bucket.ts'

/** Listings that are too long to be held: the server makes up its pages, a process of its own lists them. */

const script = fileURLToPath(new URL('children/list-bucket.ts', import.meta.url))
const body = Buffer.from('x')

async function listed(name: (n: number) => Pick<WireObject, 'key' | 'versionId'>, count: number) {
  const places = new Map<string, number>()
  const wire = await startWire(function* (marker) {
    const from = marker === undefined ? 0 : (places.get(marker) ?? 0) + 1
    for (let n = from; n < count; n++) {
      const { key, versionId } = name(n)
      places.set(`${key} ${versionId}`, n)
      yield { key, versionId, body }
    }
  })
  const child = spawn(process.execPath, ['--expose-gc', script, wire.endpoint, bucketName], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const chunks: Buffer[] = []
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer)
  const { versions, held } = JSON.parse(Buffer.concat(chunks).toString()) as { versions: number; held: number[] }
  return { versions, held, counts: wire.counts }
}

const padded = (n: number) => String(n).padStart(8, '0')
const mebibytes = (bytes: number) => bytes / (1 << 20)

describe('20,000 versions', () => {
  it('of as many keys are listed with a request for each 999, and as much memory at the end as at first', async () => {
    const { versions, held, counts } = await listed(
      (n) => ({ key: `backups/2026/${padded(n)}.jsonl.gz`, versionId: `v${padded(n)}` }),
      20_000,
    )
    expect(versions).toBe(20_000)
    expect(counts).toEqual({ ListObjectVersions: 21, ListMultipartUploads: 1, ListObjectsV2: 1 })
    expect(mebibytes(Math.max(...held.slice(1)) - held[0]!)).toBeLessThan(2)
  })

  it('of a key for every ten are listed with as many requests', async () => {
    const { versions, counts } = await listed(
      (n) => ({ key: `k${padded(Math.floor(n / 10))}`, versionId: `v${9 - (n % 10)}` }),
      20_000,
    )
    expect(versions).toBe(20_000)
    expect(counts).toEqual({ ListObjectVersions: 21, ListMultipartUploads: 1, ListObjectsV2: 1 })
  })

  it('of one key are listed again rather than held', async () => {
    const { versions, held, counts } = await listed((n) => ({ key: 'k', versionId: `v${padded(19_999 - n)}` }), 20_000)
    expect(versions).toBe(20_000)
    expect(counts).toEqual({ ListObjectVersions: 40, ListMultipartUploads: 1, ListObjectsV2: 1 })
    expect(mebibytes(Math.max(...held))).toBeLessThan(48)
  })
})
