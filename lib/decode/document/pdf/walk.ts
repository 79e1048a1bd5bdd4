import type { ByteSource } from '../../byte-source.ts'

/**
 * A PDF from its beginning to its end, as it is written: `structure` is what stands up to the end of an object, or to the data of a
 * stream, which then comes from `data` and has to be consumed. Neither the table of objects nor the length that a stream says it has is asked: both may be
 * wrong, and of objects that were replaced the old ones count as well.
 */
export type Walker = {
  structure(bytes: Buffer): Promise<void>
  stream(bytes: Buffer, data: AsyncIterable<Uint8Array>): Promise<void>
}

const first = 4096
/** What has neither end in so many bytes is looked at in pieces, as tables of objects are. */
export const mostStructure = 2 ** 20
const objectEnd = Buffer.from('endobj')
const streamWord = Buffer.from('stream')
const streamEnd = Buffer.from('endstream')
const [lineFeed, carriageReturn, greater] = [10, 13, 0x3e]

export async function walk(source: ByteSource, walker: Walker): Promise<void> {
  for (;;) {
    const { bytes, isStream } = await nextStructure(source)
    if (bytes.length === 0) return
    if (!isStream) await walker.structure(bytes)
    else {
      const data = streamData(source)
      // Who stops reading it does not end it.
      await walker.stream(bytes, { [Symbol.asyncIterator]: () => ({ next: () => data.next() }) })
      while (!(await data.next()).done);
    }
  }
}

/** The next bytes of structure, in memory of their own, and whether the data of a stream is behind them. */
async function nextStructure(source: ByteSource): Promise<{ bytes: Buffer; isStream: boolean }> {
  for (let wanted = first; ; wanted *= 2) {
    const peeked = await source.peek(wanted)
    const held = Buffer.from(peeked.buffer, peeked.byteOffset, Math.min(peeked.length, 2 * wanted))
    const isAll = peeked.length < wanted
    const end = held.indexOf(objectEnd)
    const to = end === -1 ? held.length : end + objectEnd.length
    const begun = dataStart(held.subarray(0, to), isAll)
    if (begun === undefined && end === -1 && !isAll && wanted < mostStructure) continue
    const bytes = Buffer.from(held.subarray(0, begun ?? to))
    source.skip(bytes.length)
    return { bytes, isStream: begun !== undefined }
  }
}

/** Where the data of a stream begins: behind a dictionary, `stream` and a line end, which may come with the next bytes. */
function dataStart(bytes: Buffer, isAll: boolean): number | undefined {
  for (let at = bytes.indexOf(streamWord); at !== -1; at = bytes.indexOf(streamWord, at + 1)) {
    let before = at - 1
    while (before >= 0 && bytes[before]! <= 0x20) before -= 1
    if (bytes[before] !== greater || bytes[before - 1] !== greater) continue
    const behind = at + streamWord.length
    if (behind + 2 > bytes.length && !isAll) return undefined
    const isPair = bytes[behind] === carriageReturn && bytes[behind + 1] === lineFeed
    return Math.min(behind + (isPair ? 2 : 1), bytes.length)
  }
  return undefined
}

/** The data of a stream, up to its end, which is consumed. */
async function* streamData(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    const held = await source.peek(streamEnd.length)
    const bytes = Buffer.from(held.buffer, held.byteOffset, held.length)
    const end = bytes.indexOf(streamEnd)
    const passed = end !== -1 ? end : held.length < streamEnd.length ? held.length : held.length - streamEnd.length + 1
    source.skip(end === -1 ? passed : end + streamEnd.length)
    if (passed > 0) yield bytes.subarray(0, passed)
    if (end !== -1 || bytes.length < streamEnd.length) return
  }
}
