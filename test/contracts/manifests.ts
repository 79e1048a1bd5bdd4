import { describe, expect, it } from 'vitest'
import { ManifestAbsent } from '../../lib/errors.ts'
import type { Manifests } from '../../lib/ports.ts'

/** `put` hands a manifest in and gives its name; `none` is a name under which there is nothing. */
export type Handed = { manifests: Manifests; put(body: Uint8Array): Promise<string>; none: string }

export async function readAll(manifests: Manifests, name: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of await manifests.open(name)) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

export function manifestsContract(name: string, make: () => Promise<Handed>): void {
  describe(`${name} as transfer manifests`, () => {
    for (const size of [0, 1, (1 << 20) - 1, 1 << 20, (5 << 20) + 3])
      it(`hand out one of ${size} bytes whole, as often as it is opened`, async () => {
        const { manifests, put } = await make()
        const body = Buffer.from(Array.from({ length: size }, (_, n) => n % 251))
        const uri = await put(body)
        expect((await readAll(manifests, uri)).equals(body)).toBe(true)
        expect((await readAll(manifests, uri)).equals(body)).toBe(true)
      })

    it('name the one that is missing', async () => {
      const { manifests, none } = await make()
      await expect(manifests.open(none)).rejects.toThrow(ManifestAbsent)
      await expect(manifests.open(none)).rejects.toThrow(`manifest: ${none}: expected`)
    })
  })
}
