import { describe, expect, it } from 'vitest'
import type { CaseKey } from '../../lib/ports.ts'

/** `make` opens a deployment, which has its key or makes it; `reopen` opens the same one in another process. */
export function caseKeyContract(name: string, make: () => Promise<{ key: CaseKey; reopen(): CaseKey }>): void {
  describe(`${name} as the case key`, () => {
    it('is 32 bytes, the same ones every time and in every process', async () => {
      const { key, reopen } = await make()
      const first = await key.read()
      expect(first).toHaveLength(32)
      expect(await key.read()).toEqual(first)
      expect(await reopen().read()).toEqual(first)
    })

    it('is another one in every deployment', async () => {
      const [a, b] = [await make(), await make()]
      expect(await a.key.read()).not.toEqual(await b.key.read())
    })

    it('is not changed by whoever overwrites what was read', async () => {
      const { key } = await make()
      const first = await key.read()
      const before = first.slice()
      first.fill(0)
      expect(await key.read()).toEqual(before)
    })

    it('is one key, also when many read it at once and first', async () => {
      const { reopen } = await make()
      const keys = await Promise.all(Array.from({ length: 8 }, () => reopen().read()))
      expect(new Set(keys.map((each) => Buffer.from(each).toString('hex'))).size).toBe(1)
    })
  })
}
