import { headLength } from '../checks/known-formats.ts'
import { leastText } from '../checks/zero-blocks.ts'
import { addGap } from '../decoding.ts'
import { outputOf } from './output.ts'
import { skipZeros } from './skip-zeros.ts'
import { compression } from './unwrap.ts'

const lineFeed = 0x0a

/**
 * Zero bytes in front of a content, as a log has them that was made empty (`copytruncate`) while its writer went on where it had been: what is behind them is a content like any other, and its
 * beginning tells what it is. Few bytes that are no line may be a number in a table that is empty but for it.
 */
export const zeros = compression(
  'zeros',
  (head) => head.length >= headLength && head.every((byte) => byte === 0),
  async function* (source, path, decoding) {
    await skipZeros(source)
    const { count, length } = outputOf('zeros', path, decoding)
    let last: number | undefined
    for (let chunk = await source.take(); chunk !== undefined; chunk = await source.take()) {
      last = chunk.at(-1) ?? last
      yield count(chunk)
    }
    if (length() > 0 && length() < leastText && last !== lineFeed)
      addGap(decoding, {
        reason: 'not-text',
        path,
        offset: 0,
        detail: 'zeros: expected a line or 64 bytes behind them',
      })
  },
)
