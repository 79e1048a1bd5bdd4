import { headLength } from '../checks/known-formats.ts'
import { outputOf } from './output.ts'
import { skipZeros } from './skip-zeros.ts'
import { compression } from './unwrap.ts'

/**
 * Zero bytes in front of a content, as a log has them that was made empty (`copytruncate`) while its writer went on where it had been: what is behind them is a content like any other, and its
 * beginning tells what it is.
 */
export const zeros = compression(
  'zeros',
  (head) => head.length >= headLength && head.every((byte) => byte === 0),
  async function* (source, path, decoding) {
    await skipZeros(source)
    const { count } = outputOf('zeros', path, decoding)
    for (let chunk = await source.take(); chunk !== undefined; chunk = await source.take()) yield count(chunk)
  },
)
