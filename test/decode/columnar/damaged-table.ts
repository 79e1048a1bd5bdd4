import { expect, test } from 'vitest'

/** The lines of all values, and whether everything was read. */
export type ReadTable = (bytes: Uint8Array) => Promise<{ complete: boolean; lines: string[] }>

/**
 * What holds of a table that was cut or whose bits flip, where nothing checks the bytes of values themselves. `shortest`: shorter beginnings are text;
 * `step`: from one bit to the next; `noticed`: how many of eight flips are not complete, at least.
 */
export function testDamage(
  bytes: Buffer,
  read: ReadTable,
  { shortest, step, noticed: least }: { shortest: number; step: number; noticed: number },
): void {
  test('is never complete when it was cut off', async () => {
    for (let length = shortest; length < bytes.length; length++)
      expect((await read(bytes.subarray(0, length))).complete, `${length} bytes`).toBe(false)
  })

  test('is never complete with fewer values or more, whichever bit flips', async () => {
    const whole = await read(bytes)
    let noticed = 0
    for (let bit = 0; bit < bytes.length * 8; bit += step) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      const found = await read(damaged)
      if (!found.complete) noticed += 1
      else if (found.lines.length !== whole.lines.length) expect.fail(`bit ${bit & 7} of byte ${bit >> 3}`)
    }
    expect(noticed).toBeGreaterThan((bytes.length * least) / step)
  })
}
