import { describe, expect, it } from 'vitest'
import { EvidenceConflict } from '../../lib/errors.ts'
import type { Anchor } from '../../lib/ports.ts'

export function anchorContract(name: string, make: () => Promise<Anchor>): void {
  describe(`${name} as an anchor`, () => {
    it('has no checkpoint at first', async () => {
      expect(await (await make()).latest()).toBeUndefined()
    })

    it('hands out the checkpoint of the greatest size, in whatever order they came', async () => {
      const anchor = await make()
      for (const size of [9, 10, 100, 2]) await anchor.add(size, `note of ${size}\nwith ünicode\n`)
      expect(await anchor.latest()).toBe('note of 100\nwith ünicode\n')
    })

    it('takes the same checkpoint again, and refuses another one of its size', async () => {
      const anchor = await make()
      await anchor.add(3, 'note')
      await anchor.add(3, 'note')
      await expect(anchor.add(3, 'another note')).rejects.toThrow(EvidenceConflict)
      expect(await anchor.latest()).toBe('note')
    })

    it('keeps one of many notes added at once', async () => {
      const anchor = await make()
      const added = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => anchor.add(1, `note ${n}`)))
      const winner = added.findIndex(({ status }) => status === 'fulfilled')
      expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await anchor.latest()).toBe(`note ${winner}`)
    })
  })
}
