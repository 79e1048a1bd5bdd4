import { describe, expect, it } from 'vitest'
import type { RequestedVersion } from '../../../lib/deletion/request.ts'
import { EvidenceConflict } from '../../../lib/errors.ts'
import { createCountList, readCountList } from '../../../lib/pipeline/evidence/count-list.ts'
import { publishSame } from '../../../lib/pipeline/evidence/publish.ts'
import { createVersionList, readVersionList } from '../../../lib/pipeline/evidence/version-list.ts'
import { memoryEvidence } from '../../support/simulation/memory-ports.ts'

/** Lists in documents: who reads one to its end knows that it is what was written, and a second try cannot write another one. */

const version = (seq: number) => ({ seq, versionId: `v${seq}` }) as RequestedVersion
const keyOf = (part: number) => `list/${part}`
const collect = async <T>(from: AsyncIterable<T>) => {
  const all: T[] = []
  for await (const each of from) all.push(each)
  return all
}

const lists = {
  versions: {
    async write(evidence: ReturnType<typeof memoryEvidence>['evidence'], many: number, first = 0) {
      const list = createVersionList(evidence, keyOf)
      for (let seq = 0; seq < many; seq++) await list.add(version(seq === 0 ? first : seq))
      const written = await list.finish()
      return {
        written,
        read: (change: object = {}) => collect(readVersionList(evidence, keyOf, { ...written, ...change })),
      }
    },
    many: 2500,
    parts: 3,
    all: Array.from({ length: 2500 }, (_, seq) => version(seq)),
  },
  counts: {
    async write(evidence: ReturnType<typeof memoryEvidence>['evidence'], many: number, first = 0) {
      const list = createCountList(evidence, keyOf)
      for (let ordinal = 0; ordinal < many; ordinal++)
        await list.add(Uint32Array.of(ordinal === 0 ? first : ordinal, 1))
      const written = await list.finish()
      return {
        written,
        read: (change: object = {}) => collect(readCountList(evidence, keyOf, { ...written, ...change })),
      }
    },
    many: 3,
    parts: 1,
    all: [Uint32Array.of(0, 1, 1, 1, 2, 1)],
  },
}

describe.each(Object.entries(lists))('a list of %s', (_, { write, many, parts, all }) => {
  it('comes back as it was written, also when it was written twice', async () => {
    const { evidence } = memoryEvidence()
    const { written, read } = await write(evidence, many)
    expect(written.parts).toBe(parts)
    expect(await read()).toEqual(all)
    expect((await write(evidence, many)).written).toEqual(written)
  })

  it('is refused at its end where any document was changed, or is not counted', async () => {
    const { evidence, documents } = memoryEvidence()
    const { read } = await write(evidence, many)
    await expect(read({ parts: parts - 1 })).rejects.toThrow(EvidenceConflict)
    await expect(read({ sha256: 'a'.repeat(64) })).rejects.toThrow(EvidenceConflict)
    const other = memoryEvidence()
    await write(other.evidence, many, many)
    documents.set(keyOf(0), other.documents.get(keyOf(0))!)
    await expect(read()).rejects.toThrow(EvidenceConflict)
  })

  it('is not written where an earlier try wrote another one', async () => {
    const { evidence } = memoryEvidence()
    await write(evidence, many, many)
    await expect(write(evidence, many)).rejects.toThrow('expected what was stored before')
  })
})

it('a large document is not taken for the one that an earlier try published in its place', async () => {
  const { largeEvidence } = memoryEvidence()
  const publish = (text: string) => publishSame(largeEvidence, 'large', (sink) => sink(Buffer.from(text)))
  await publish('one')
  await publish('one')
  await expect(publish('two')).rejects.toThrow('expected what was stored before')
})
