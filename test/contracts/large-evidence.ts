import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { EvidenceMissing, InputInvalid } from '../../lib/errors.ts'
import type { Evidence, LargeEvidence } from '../../lib/ports.ts'

type Made = { large: LargeEvidence; evidence: Evidence }

const bytesOf = (length: number, seed: number) => Uint8Array.from({ length }, (_, n) => (n * seed) >>> 3)
const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function draftOf({ large }: Made, body: Uint8Array) {
  const draft = await large.draft()
  for (let at = 0; at < body.length; at += 1000) draft.write(body.subarray(at, at + 1000))
  return draft
}

export function largeEvidenceContract(name: string, make: () => Promise<Made>): void {
  describe(`${name} as evidence that is too large for memory`, () => {
    it('keeps what was written under its key, whole and at any place', async () => {
      const made = await make()
      const body = bytesOf(70_001, 77)
      const draft = await draftOf(made, body)
      expect(await draft.publish('a/b')).toEqual({ sha256: digest(body), bytes: body.length, created: true })
      await draft.discard()
      expect(Buffer.from(await made.evidence.get('a/b')).equals(body)).toBe(true)
      const source = await made.large.open('a/b')
      expect(source.size).toBe(body.length)
      for (const [from, to] of [
        [0, 70_001],
        [0, 0],
        [1, 2],
        [65_535, 65_537],
        [70_000, 70_001],
      ] as const)
        expect(Buffer.from(source.read(from, to)).equals(body.subarray(from, to))).toBe(true)
    })

    it('takes bytes when they are given: what becomes of them later changes nothing', async () => {
      const { large, evidence } = await make()
      const draft = await large.draft()
      const chunk = Uint8Array.of(1, 2, 3)
      draft.write(chunk)
      chunk.fill(9)
      draft.write(chunk.subarray(0, 1))
      await draft.publish('a')
      expect([...(await evidence.get('a'))]).toEqual([1, 2, 3, 9])
    })

    it('lets the first write of a key win, and describes that one to the second', async () => {
      const made = await make()
      const [first, second] = [bytesOf(5000, 3), bytesOf(6000, 5)]
      const stored = { sha256: digest(first), bytes: 5000 }
      await (await draftOf(made, first)).publish('a')
      expect(await (await draftOf(made, second)).publish('a')).toEqual({ ...stored, created: false })
      expect(await made.evidence.put('a', 'small')).toEqual({ ...stored, created: false })
      expect(Buffer.from((await made.large.open('a')).read(0, 5000)).equals(first)).toBe(true)
    })

    it('may be published again, and then was there already', async () => {
      const made = await make()
      const body = bytesOf(5000, 3)
      const draft = await draftOf(made, body)
      expect((await draft.publish('a')).created).toBe(true)
      expect(await draft.publish('a')).toEqual({ sha256: digest(body), bytes: 5000, created: false })
    })

    it('keeps nothing of a draft that is discarded', async () => {
      const made = await make()
      const draft = await draftOf(made, bytesOf(5000, 3))
      await draft.discard()
      expect(await Array.fromAsync(made.evidence.list(''))).toEqual([])
    })

    it('keeps an empty document, and one that was written otherwise', async () => {
      const { large, evidence } = await make()
      await (await large.draft()).publish('empty')
      await evidence.put('other', 'text')
      expect((await large.open('empty')).size).toBe(0)
      expect(Buffer.from((await large.open('other')).read(1, 3)).toString()).toBe('ex')
    })

    it('looks something up that stands in several places, each of which says where the next one is', async () => {
      const { large, evidence } = await make()
      await evidence.put('a/b', Uint8Array.of(9, 3, 9, 5, 9, 7, 42))
      const found = await large.look('a/b', (source) => {
        const at = (from: number) => source.read(from, from + 1)[0]!
        return [source.size, source.read(2, 2).length, at(at(at(1)) - 1), source.read(6, 7)[0]]
      })
      expect(found).toEqual([7, 0, 9, 42])
      await expect(large.look('a', () => 0)).rejects.toThrow(EvidenceMissing)
      const refusing = () => {
        throw new InputInvalid('not what was looked for')
      }
      await expect(large.look('a/b', refusing)).rejects.toThrow('not what was looked for')
    })

    it('says what is not there, and refuses keys that are none', async () => {
      const { large, evidence } = await make()
      await evidence.put('a/b', 'text')
      for (const key of ['b', 'a', 'a/b/c']) await expect(large.open(key)).rejects.toThrow(EvidenceMissing)
      for (const key of ['', '../a', '.tmp-a', 'a//b']) {
        await expect(large.open(key)).rejects.toThrow(InputInvalid)
        await expect((await large.draft()).publish(key)).rejects.toThrow(InputInvalid)
      }
    })
  })
}
