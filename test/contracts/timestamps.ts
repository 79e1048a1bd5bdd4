import { describe, expect, it } from 'vitest'
import { EvidenceMissing } from '../../lib/errors.ts'
import type { Timestamps } from '../../lib/ports.ts'

export function timestampsContract(name: string, make: () => Promise<Timestamps>): void {
  describe(`${name} with timestamps`, () => {
    const stamp = (size: number, authority: string, byte = 0) => ({
      ...{ size, authority },
      response: Uint8Array.of(48, byte),
      certificate: 'certificate\n',
    })

    it('has none at first', async () => {
      const timestamps = await make()
      expect(await timestamps.list()).toEqual([])
      await expect(timestamps.get({ size: 1, authority: 'a' })).rejects.toThrow(EvidenceMissing)
    })

    it('lists by size and then by authority, and gives what was kept', async () => {
      const timestamps = await make()
      for (const each of [stamp(10, 'b'), stamp(9, 'z'), stamp(10, 'a'), stamp(100, 'a-1')]) await timestamps.add(each)
      expect(await timestamps.list()).toEqual([
        { size: 9, authority: 'z' },
        { size: 10, authority: 'a' },
        { size: 10, authority: 'b' },
        { size: 100, authority: 'a-1' },
      ])
      expect(await timestamps.get({ size: 9, authority: 'z' })).toEqual(stamp(9, 'z'))
    })

    it('keeps the first one of an authority for a size, also of many at once', async () => {
      const timestamps = await make()
      await timestamps.add(stamp(1, 'a', 7))
      await Promise.all([1, 2, 3].map((byte) => timestamps.add(stamp(1, 'a', byte))))
      expect(await timestamps.get({ size: 1, authority: 'a' })).toEqual(stamp(1, 'a', 7))
    })
  })
}
