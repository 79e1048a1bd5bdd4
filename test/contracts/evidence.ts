import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { EvidenceMissing, InputInvalid } from '../../lib/errors.ts'
import type { Evidence } from '../../lib/ports.ts'

const digest = (text: string) => createHash('sha256').update(text).digest('hex')

export function evidenceContract(name: string, make: () => Promise<Evidence>): void {
  describe(`${name} as evidence`, () => {
    it('keeps what was written under its key', async () => {
      const evidence = await make()
      expect(await evidence.put('a/b', 'text')).toEqual({ sha256: digest('text'), bytes: 4, created: true })
      expect(Buffer.from(await evidence.get('a/b')).toString()).toBe('text')
      const bytes = new Uint8Array([0, 255, 10])
      await evidence.put('c', bytes)
      expect(new Uint8Array(await evidence.get('c'))).toEqual(bytes)
    })

    it('keeps an empty document', async () => {
      const evidence = await make()
      expect(await evidence.put('a', '')).toEqual({ sha256: digest(''), bytes: 0, created: true })
      expect(await evidence.has('a')).toBe(true)
      expect(await evidence.get('a')).toHaveLength(0)
    })

    it('lets the first write of a key win, and describes that one to the second', async () => {
      const evidence = await make()
      await evidence.put('a', 'first')
      expect(await evidence.put('a', 'the second')).toEqual({ sha256: digest('first'), bytes: 5, created: false })
      expect(Buffer.from(await evidence.get('a')).toString()).toBe('first')
    })

    it('lets exactly one of many writers at once win, and tells all of them the same', async () => {
      const evidence = await make()
      const puts = await Promise.all(Array.from({ length: 20 }, (_, n) => evidence.put('a/b/c', `writer ${n}`)))
      expect(puts.filter(({ created }) => created)).toHaveLength(1)
      const stored = Buffer.from(await evidence.get('a/b/c')).toString()
      expect(new Set(puts.map(({ sha256 }) => sha256))).toEqual(new Set([digest(stored)]))
    })

    it('says what is not there', async () => {
      const evidence = await make()
      await evidence.put('a/b', 'text')
      for (const key of ['b', 'a', 'a/b/c', 'a/bb']) {
        expect(await evidence.has(key)).toBe(false)
        await expect(evidence.get(key)).rejects.toThrow(EvidenceMissing)
      }
      expect(await evidence.has('a/b')).toBe(true)
    })

    it('lists the keys of a prefix in byte order, whatever the prefix ends in', async () => {
      const evidence = await make()
      const keys = ['a-b', 'a/b', 'a/b-c', 'a/bc/d', 'a/c', 'a0', 'ab', 'z/y/x']
      for (const key of keys.toReversed()) await evidence.put(key, key)
      for (const prefix of ['', 'a', 'a/', 'a/b', 'a/bc', 'a/bc/', 'a/bc/d', 'z/y', 'none', 'z/y/x/w'])
        expect(await Array.fromAsync(evidence.list(prefix))).toEqual(keys.filter((key) => key.startsWith(prefix)))
    })

    it('lists what is behind a key, whether there is one of that name or not', async () => {
      const evidence = await make()
      const keys = ['a-b', 'a/b', 'a/b-c', 'a/bc/d', 'a/c', 'b/a']
      for (const key of keys) await evidence.put(key, key)
      for (const prefix of ['', 'a/', 'a/b'])
        for (const after of [...keys, 'a/b/', 'a/bb', 'z'])
          expect(await Array.fromAsync(evidence.list(prefix, after))).toEqual(
            keys.filter((key) => key.startsWith(prefix) && key > after),
          )
    })

    for (const key of [
      '',
      '/',
      '/a',
      'a/',
      'a//b',
      '.',
      '..',
      '../a',
      'a/../b',
      'a/./b',
      '.a',
      'a/.tmp-x',
      'a\\b',
      'a\0',
      'ä',
    ])
      it(`refuses the key ${JSON.stringify(key)}`, async () => {
        const evidence = await make()
        await expect(evidence.put(key, 'text')).rejects.toThrow(InputInvalid)
        await expect(evidence.get(key)).rejects.toThrow(InputInvalid)
        await expect(evidence.has(key)).rejects.toThrow(InputInvalid)
        expect(await Array.fromAsync(evidence.list(''))).toEqual([])
      })
  })
}
