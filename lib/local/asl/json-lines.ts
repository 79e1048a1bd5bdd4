import { StateFailure } from './state-failure.ts'

const lineFeed = 0x0a

/**
 * The values of a JSON Lines document, each parsed when it is asked for. Every line is a value: a line that is not, even
 * an empty one, fails, since an item that is skipped would be work that silently is not done.
 * @throws StateFailure States.ItemReaderFailed
 */
export function* jsonLines(bytes: Uint8Array): Generator<unknown> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let line = 0
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(lineFeed, start)
    const end = feed === -1 ? bytes.length : feed
    line++
    try {
      yield JSON.parse(decoder.decode(bytes.subarray(start, end)))
    } catch {
      throw new StateFailure('States.ItemReaderFailed', `items: line ${line}: expected JSON`)
    }
    start = end + 1
  }
}
