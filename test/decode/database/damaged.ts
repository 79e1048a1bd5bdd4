import { someOf } from '../../support/some-of.ts'
import { collect, inPieces } from '../collect.ts'

/** At which lengths a file that is cut off there is complete all the same. */
export async function completeLengths(bytes: Uint8Array, from: number, step = 1): Promise<number[]> {
  const lengths: number[] = []
  for (let length = from; length < bytes.length; length += step)
    if ((await collect(inPieces(bytes.subarray(0, length), [1e6]))).reading.complete) lengths.push(length)
  return lengths
}

/** At which bytes a bit may flip so that the file is complete, and yet more than one line of `text` is not in the content at `path`. */
export async function unnoticedBytes(bytes: Uint8Array, path: string, text: string, step = 1): Promise<number[]> {
  const unnoticed: number[] = []
  const places = [...bytes.keys()].filter((at) => at % step === 0)
  for (const at of someOf(4, places)) {
    const damaged = Buffer.from(bytes)
    damaged[at]! ^= 1 << (at % 8)
    const { reading, contents } = await collect(inPieces(damaged, [1e6]))
    if (!reading.complete) continue
    const got = new Set(String(contents.get(path)?.bytes).split('\n'))
    if (text.split('\n').filter((line) => !got.has(line)).length > 1) unnoticed.push(at)
  }
  return unnoticed
}
